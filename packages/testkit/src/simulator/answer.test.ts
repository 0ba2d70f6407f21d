import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAnswer } from "./answer.ts";
import type { SimulatedCall } from "./call.ts";
import { PromptBuilder } from "./call.ts";
import { splitInsideCharacters } from "./delivery.ts";
import { PromptCache } from "./prompt-cache.ts";
import { instanceOf } from "./schema-instance.ts";
import { countTokens, piecesOf, prefixOfBytes } from "./tokens.ts";

const NO_CACHE = { readTokens: 0, writeTokens: 0 };

function callOf(text: string, more: Partial<SimulatedCall> = {}): SimulatedCall {
  const prompt = new PromptBuilder();
  prompt.text(text);
  return {
    model: "m", stream: false, streamsAsArray: false, includeUsage: true, lastUserText: text, endsWithToolResult: false, tools: [], toolChoice: "auto",
    parallelTools: true, json: null, stop: [], maxTokens: null, reasoning: false, seed: 0, prompt: prompt.build(), ...more,
  };
}

const textOf = (call: SimulatedCall, fault = {}): string => createAnswer(call, fault, NO_CACHE).parts.map((part) => (part.kind === "tool" ? part.arguments : part.text)).join("");

describe("tokens", () => {
  it("counts pieces so that they join to the text and end inside no character", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const pieces = [...piecesOf(text)];
      expect(pieces.join("")).toBe(text);
      expect(pieces.every((piece) => Buffer.from(piece).toString("utf8") === piece)).toBe(true);
    }));
  });

  it("adds one token with each piece but the last, wherever the output stands", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), fc.nat(9), (text, before) => {
      let bytes = before;
      const steps = [...piecesOf(text, before)].map((piece) => {
        const tokensBefore = Math.ceil(bytes / 4);
        bytes += Buffer.byteLength(piece);
        return Math.ceil(bytes / 4) - tokensBefore;
      });
      expect(steps.slice(0, -1).every((step) => step === 1)).toBe(true);
    }));
  });

  it("never takes more bytes than asked for", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), fc.nat(40), (text, bytes) => {
      const prefix = prefixOfBytes(text, bytes);
      expect(text.startsWith(prefix)).toBe(true);
      expect(Buffer.byteLength(prefix)).toBeLessThanOrEqual(Math.max(bytes, 0));
    }));
  });

  it("splits bytes so that nothing is lost and multi-byte characters are torn", () => {
    const bytes = Buffer.from("a é 短 🙂 z");
    const pieces = splitInsideCharacters(bytes);
    expect(Buffer.concat(pieces)).toEqual(bytes);
    expect(pieces.filter((piece) => ((piece.at(-1) ?? 0) & 0xc0) === 0xc0)).toHaveLength(3);
  });
});

describe("createAnswer", () => {
  it("says the same to the same call, and something else by another seed", () => {
    expect(createAnswer(callOf("hi"), {}, NO_CACHE)).toEqual(createAnswer(callOf("hi"), {}, NO_CACHE));
    expect(createAnswer(callOf("hi"), { seed: 9 }, NO_CACHE).id).not.toBe(createAnswer(callOf("hi"), {}, NO_CACHE).id);
  });

  it("echoes the caller within text of several bytes a character", () => {
    const text = textOf(callOf("Ping from Köln"));
    expect(text).toContain("Ping from Köln");
    expect(Buffer.byteLength(text)).toBeGreaterThan(text.length);
  });

  it("has exactly the tokens ordered, whatever the text", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 400 }), (text, tokens) => {
      const answer = createAnswer(callOf(text), { tokens }, NO_CACHE);
      expect(answer.outputTokens).toBe(tokens);
      expect(answer.usage?.outputTokens).toBe(tokens);
    }));
  });

  it("never exceeds the token limit, and says length only when it cut", () => {
    fc.assert(fc.property(fc.string(), fc.integer({ min: 1, max: 60 }), fc.boolean(), (text, maxTokens, reasoning) => {
      const answer = createAnswer(callOf(text, { maxTokens, reasoning }), {}, NO_CACHE);
      expect(answer.outputTokens).toBeLessThanOrEqual(maxTokens);
      const whole = createAnswer(callOf(text, { reasoning }), {}, NO_CACHE);
      expect(answer.finish === "length").toBe(JSON.stringify(answer.parts) !== JSON.stringify(whole.parts));
    }));
  });

  it("runs past the position of a fault, so that it strikes in the middle", () => {
    expect(createAnswer(callOf("hi"), { cutAtTokens: 200 }, NO_CACHE).outputTokens).toBeGreaterThan(200);
  });

  it("counts images, and parts the prompt into disjoint cache classes", () => {
    const builder = new PromptBuilder();
    builder.text("look");
    builder.image();
    const call = callOf("look", { prompt: builder.build() });
    expect(textOf(call)).toContain("1 image.");
    expect(createAnswer(call, {}, { readTokens: 100, writeTokens: 9 }).usage).toMatchObject({ inputTokens: 150, cacheReadTokens: 100, cacheWriteTokens: 9 });
  });

  it("calls the forced tool even after a result, and none where none is allowed", () => {
    const tools = [{ name: "a", schema: {} }, { name: "b", schema: { type: "object", properties: { n: { type: "number" } }, required: ["n"] } }];
    expect(createAnswer(callOf("x", { tools, toolChoice: { name: "b" }, endsWithToolResult: true }), {}, NO_CACHE).parts).toMatchObject([{ kind: "tool", name: "b", arguments: `{"n":2.5}` }]);
    expect(createAnswer(callOf("x", { tools, toolChoice: "none" }), {}, NO_CACHE).finish).toBe("stop");
  });
});

describe("PromptCache", () => {
  const prompt = (text: string, marked = false) => {
    const builder = new PromptBuilder();
    builder.text(text);
    if (marked) builder.mark();
    builder.text("tail");
    return builder.build();
  };

  it("reads what it wrote at a marker, for the same provider and model only", () => {
    const cache = new PromptCache();
    const tokens = countTokens("system text");
    expect(cache.use("a", prompt("system text", true))).toEqual({ readTokens: 0, writeTokens: tokens });
    expect(cache.use("a", prompt("system text", true))).toEqual({ readTokens: tokens, writeTokens: 0 });
    expect(cache.use("b", prompt("system text", true))).toEqual({ readTokens: 0, writeTokens: tokens });
  });

  it("caches by itself only the shared prefix of prompts above 1024 tokens, in whole blocks", () => {
    const cache = new PromptCache();
    const long = "x".repeat(8192);
    expect(cache.use("a", prompt(long))).toEqual({ readTokens: 0, writeTokens: 0 });
    expect(cache.use("a", prompt(`${long.slice(0, 6000)}other`)).readTokens).toBe(1408);
    cache.use("a", prompt("short"));
    expect(cache.use("a", prompt("short"))).toEqual({ readTokens: 0, writeTokens: 0 });
  });
});

describe("instanceOf", () => {
  it.each([
    [{ type: "object", properties: { a: { type: "string", minLength: 3, maxLength: 5 }, b: { type: "null" } }, required: ["a"] }, { a: "a éaa".slice(0, 3) }],
    [{ type: "integer", exclusiveMinimum: 10, multipleOf: 5 }, 15], [{ type: "number", maximum: -3 }, -3], [{ type: ["null", "boolean"] }, true],
    [{ enum: ["x", "y"] }, "x"], [{ const: 4 }, 4], [{ anyOf: [{ type: "null" }, { type: "integer" }] }, 7],
    [{ $ref: "#/$defs/D", $defs: { D: { type: "string", format: "date" } } }, "2025-06-01"],
    [{ allOf: [{ type: "object", properties: { a: { const: 1 } }, required: ["a"] }, { properties: { b: { const: 2 } }, required: ["b"] }] }, { a: 1, b: 2 }],
    [{ type: "ARRAY", items: { type: "BOOLEAN" }, minItems: 2 }, [true, true]],
  ])("satisfies %j", (schema, expected) => {
    expect(instanceOf(schema)).toEqual(expected);
  });

  it("ends on a schema that requires itself", () => {
    expect(JSON.stringify(instanceOf({ $ref: "#/$defs/Node", $defs: { Node: { type: "object", properties: { next: { $ref: "#/$defs/Node" } }, required: ["next"] } } }))).toContain("null");
  });
});
