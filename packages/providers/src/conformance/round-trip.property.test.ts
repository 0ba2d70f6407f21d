import type { TokenUsage } from "@trunkline/contracts";
import { arrayOf, chatFromMessages, chatFromResponses, objectOf, parseChatRequest, parseJsonObject, textOf, type ChatMessage, type ChatRequest, type JsonObject } from "@trunkline/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { bodyOfBytes, callOf, extrasOf, targetOf } from "./harness.ts";

const RUNS = 200;
const NAMES = ["look_up", "add", "list"] as const;

/** Text without space at its ends: some wires trim a last line, and none promises to keep it. */
const text = fc.string({ minLength: 1, maxLength: 30, unit: "grapheme" }).map((given) => given.trim() || "x");
const image = fc.oneof(fc.constant("https://files.test/a.png"), fc.base64String({ minLength: 4, maxLength: 16 }).map((data) => `data:image/png;base64,${data}`)).map((url) => ({ type: "image_url", image_url: { url } }));
const userMessage = fc.oneof(text, fc.tuple(text, fc.array(image, { minLength: 1, maxLength: 2 })).map(([first, images]) => [{ type: "text", text: first }, ...images])).map((content) => ({ role: "user", content }));
const args = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text, { maxLength: 2 })), { maxKeys: 3 });
const called = fc.tuple(fc.option(text, { nil: null }), fc.array(fc.tuple(fc.constantFrom(...NAMES), args, text), { minLength: 1, maxLength: 3 }));
const turn = fc.oneof(text.map((content) => ({ said: content })), called.map(([content, calls]) => ({ said: content, calls })));

type Turn = { readonly said: string | null; readonly calls?: readonly (readonly [string, JsonObject, string])[] };

function messagesOf(turns: readonly (readonly [object, Turn])[], last: object, system: string | null): object[] {
  const messages: object[] = system === null ? [] : [{ role: "system", content: system }];
  for (const [index, [asked, { said, calls = [] }]] of turns.entries()) {
    const id = (at: number): string => `call_${index}_${at}`;
    messages.push(asked, { role: "assistant", content: said, ...(calls.length > 0 ? { tool_calls: calls.map(([name, input], at) => ({ id: id(at), type: "function", function: { name, arguments: JSON.stringify(input) } })) } : {}) });
    for (const [at, [, , result]] of calls.entries()) messages.push({ role: "tool", tool_call_id: id(at), content: result });
  }
  return [...messages, last];
}

const conversation = fc.record({ turns: fc.array(fc.tuple(userMessage, turn), { maxLength: 4 }), last: userMessage, system: fc.option(text, { nil: null }) })
  .map(({ turns, last, system }) => messagesOf(turns as unknown as readonly (readonly [object, Turn])[], last, system));

const request = fc.record({
  messages: conversation, temperature: fc.constantFrom(undefined, 0, 0.5, 1), stop: fc.constantFrom(undefined, ["END"], ["a", "b"]), choice: fc.constantFrom(undefined, "auto", "none", "required", "add"), alone: fc.boolean(), limit: fc.integer({ min: 1, max: 4000 }),
}).map(({ messages, temperature, stop, choice, alone, limit }): JsonObject => ({
  model: "m", messages, max_completion_tokens: limit, tools: NAMES.map((name) => ({ type: "function", function: { name, description: name, parameters: { type: "object", properties: {} } } })),
  ...(temperature === undefined ? {} : { temperature }), ...(stop === undefined ? {} : { stop }), ...(alone && choice !== "none" ? { parallel_tool_calls: false } : {}),
  ...(choice === undefined ? {} : { tool_choice: choice === "add" ? { type: "function", function: { name: choice } } : choice }),
}));

/** What a message means, whichever of its forms it has. */
function meaning(message: ChatMessage): JsonObject {
  const parts = typeof message.content === "string" ? [{ type: "text", text: message.content }] : arrayOf(message.content).map(objectOf);
  return {
    role: message.role, id: message.tool_call_id ?? null, text: parts.map((part) => textOf(part["text"])).join(""), images: parts.map((part) => objectOf(part["image_url"])["url"]).filter((url) => url !== undefined),
    calls: (message.tool_calls ?? []).map((call) => [call.id, call.function.name, parseJsonObject(call.function.arguments)]),
  };
}
const meaningOf = ({ messages, tools, tool_choice: choice, parallel_tool_calls: parallel, temperature, stop, max_tokens: oldLimit, max_completion_tokens: limit }: ChatRequest): JsonObject => ({
  messages: messages.map(meaning), tools: (tools ?? []).map((tool) => [tool.function?.name, tool.function?.description, tool.function?.parameters]),
  choice: choice ?? "auto", parallel: parallel ?? true, temperature: temperature ?? null, stop: stop ?? null, limit: limit ?? oldLimit ?? null,
});

const sent = (provider: string, upstreamModel: string, body: JsonObject): { readonly json: JsonObject; readonly losses: readonly string[] } => {
  const prepared = adapterFor(provider, { inbound: "chat_completions", upstreamModel }).prepare(callOf(body), targetOf(provider, upstreamModel));
  return { json: bodyOfBytes(prepared.body), losses: prepared.losses };
};

describe("a random conversation", () => {
  it("means the same on Anthropic's wire and back", () => {
    fc.assert(fc.property(request, (body) => {
      const { json, losses } = sent("anthropic", "claude-sonnet-4-5", body);
      expect(losses).toEqual([]);
      expect(meaningOf(chatFromMessages(json))).toEqual(meaningOf(parseChatRequest(body)));
    }), { numRuns: RUNS });
  });

  it("means the same on the Responses wire and back, but for `stop`, which it reports", () => {
    fc.assert(fc.property(request, (body) => {
      const { json, losses } = sent("openai", "o1-pro", { ...body, temperature: null });
      expect(losses).toEqual(body["stop"] === undefined ? [] : ["dropped:stop"]);
      const { stop: _stop, temperature: _temperature, ...rest } = body;
      expect(meaningOf(chatFromResponses(json).request)).toEqual(meaningOf(parseChatRequest(rest)));
    }), { numRuns: RUNS });
  });

  it("means the same from Messages to the Chat wire", () => {
    fc.assert(fc.property(request, (body) => {
      const messages = sent("anthropic", "claude-sonnet-4-5", body).json;
      const chat = bodyOfBytes(adapterFor("groq").prepare(callOf(messages, { inbound: "messages" }), targetOf("groq", "llama")).body);
      expect(meaningOf(parseChatRequest(chat))).toEqual(meaningOf(parseChatRequest(body)));
    }), { numRuns: RUNS });
  });

  it("loses nothing on the way to Gemini, Bedrock and Cohere that it does not report", () => {
    fc.assert(fc.property(request, fc.constantFrom(["gemini", "gemini-2.5-pro"], ["bedrock", "anthropic.claude-sonnet-4-5"], ["cohere", "command-a-03-2025"]), (body, [provider = "", model = ""]) => {
      const { json, losses } = sent(provider, model, body);
      const strings = new Set(stringsIn(json));
      const told = losses.some((loss) => loss.startsWith("dropped:messages."));
      for (const message of parseChatRequest(body).messages) {
        if (typeof message.content === "string" && message.role !== "tool") expect(told || strings.has(message.content)).toBe(true);
        for (const call of message.tool_calls ?? []) expect(strings.has(call.function.name)).toBe(true);
      }
    }), { numRuns: RUNS });
  });
});

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

describe("usage", () => {
  const n = fc.nat({ max: 1_000_000 });
  const total = (usage: TokenUsage | null): number => usage === null ? -1 : usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens + usage.outputTokens + usage.reasoningTokens;
  const usageOf = (provider: string, answer: JsonObject): TokenUsage | null => adapterFor(provider).relayBody(callOf({ model: "m", messages: [{ role: "user", content: "x" }] }), Buffer.from(JSON.stringify(answer)), extrasOf(provider)).observation.usage;
  /** Four parts that make a whole: fresh input, cached input, visible output, thinking. */
  const parts = fc.tuple(n, n, n, n);
  const FORMS: Readonly<Record<string, (given: readonly number[]) => JsonObject>> = {
    openai: ([fresh = 0, cached = 0, said = 0, thought = 0]) => ({ choices: [{ index: 0, message: { content: "x" }, finish_reason: "stop" }], usage: { prompt_tokens: fresh + cached, completion_tokens: said + thought, total_tokens: fresh + cached + said + thought, prompt_tokens_details: { cached_tokens: cached }, completion_tokens_details: { reasoning_tokens: thought } } }),
    anthropic: ([fresh = 0, cached = 0, said = 0, thought = 0]) => ({ type: "message", content: [{ type: "text", text: "x" }], stop_reason: "end_turn", usage: { input_tokens: fresh, cache_read_input_tokens: cached, output_tokens: said + thought, output_tokens_details: { thinking_tokens: thought } } }),
    gemini: ([fresh = 0, cached = 0, said = 0, thought = 0]) => ({ candidates: [{ content: { parts: [{ text: "x" }] }, finishReason: "STOP" }], usageMetadata: { promptTokenCount: fresh + cached, cachedContentTokenCount: cached, candidatesTokenCount: said, thoughtsTokenCount: thought, totalTokenCount: fresh + cached + said + thought } }),
    bedrock: ([fresh = 0, cached = 0, said = 0, thought = 0]) => ({ output: { message: { role: "assistant", content: [{ text: "x" }] } }, stopReason: "end_turn", usage: { inputTokens: fresh, cacheReadInputTokens: cached, outputTokens: said + thought, totalTokens: fresh + cached + said + thought } }),
    cohere: ([fresh = 0, cached = 0, said = 0, thought = 0]) => ({ message: { content: [{ type: "text", text: "x" }] }, finish_reason: "COMPLETE", usage: { billed_units: { input_tokens: fresh + cached, output_tokens: said + thought } } }),
  };

  it.each(Object.keys(FORMS))("of %s: classes that share nothing, and make the provider's total", (provider) => {
    fc.assert(fc.property(parts, (given) => {
      const usage = usageOf(provider, FORMS[provider]?.(given) ?? {});
      expect(total(usage)).toBe(given.reduce((sum, part) => sum + part, 0));
      for (const count of Object.values(usage ?? {})) expect(typeof count === "string" || count >= 0).toBe(true);
    }), { numRuns: RUNS });
  });
});
