import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { byteByByte, callOf, dataOf, extrasOf, firstFrames, frameCount, relayAll, seededSplits, targetOf, whole } from "./harness.ts";

const fixture = (name: string): string => readFileSync(new URL(`../dialects/${name}/upstream-response.sse`, import.meta.url), "utf8");

const USAGE = {
  openai: { inputTokens: 12, cacheReadTokens: 8, cacheWriteTokens: 0, outputTokens: 7, reasoningTokens: 5, basis: "reported" },
  anthropicText: { inputTokens: 12, cacheReadTokens: 5, cacheWriteTokens: 3, outputTokens: 30, reasoningTokens: 0, basis: "reported" },
  anthropicTools: { inputTokens: 12, cacheReadTokens: 5, cacheWriteTokens: 3, outputTokens: 61, reasoningTokens: 0, basis: "reported" },
  geminiText: { inputTokens: 20, cacheReadTokens: 9, cacheWriteTokens: 0, outputTokens: 7, reasoningTokens: 40, basis: "reported" },
  geminiTools: { inputTokens: 20, cacheReadTokens: 9, cacheWriteTokens: 0, outputTokens: 15, reasoningTokens: 45, basis: "reported" },
} as const;

const CASES = [
  { name: "openai/__fixtures__/text", provider: "openai", usage: USAGE.openai, finish: "stop" },
  { name: "openai/__fixtures__/parallel-tool-calls", provider: "openai", usage: USAGE.openai, finish: "tool_calls" },
  { name: "anthropic/__fixtures__/text", provider: "anthropic", usage: USAGE.anthropicText, finish: "stop" },
  { name: "anthropic/__fixtures__/thinking-and-tools", provider: "anthropic", usage: USAGE.anthropicTools, finish: "tool_calls" },
  { name: "gemini/__fixtures__/text", provider: "gemini", usage: USAGE.geminiText, finish: "stop" },
  { name: "gemini/__fixtures__/parallel-tool-calls", provider: "gemini", usage: USAGE.geminiTools, finish: "tool_calls" },
] as const;

const INBOUND = ["chat_completions", "messages"] as const;
const ROWS = CASES.flatMap((row) => INBOUND.flatMap((inbound) => [true, false].map((wantsUsageChunk) => ({ ...row, inbound, wantsUsageChunk })))).filter((row) => row.inbound === "chat_completions" || row.wantsUsageChunk);

function open(row: (typeof ROWS)[number]): ReturnType<ReturnType<typeof adapterFor>["relayStream"]> {
  const call = callOf({ model: "m", messages: [{ role: "user", content: "hi" }], max_tokens: 5, stream: true }, { inbound: row.inbound, wantsUsageChunk: row.wantsUsageChunk });
  return adapterFor(row.provider).relayStream(call, targetOf(row.provider, "up"), extrasOf(row.provider));
}

describe.each(ROWS)("$name for $inbound, usage asked: $wantsUsageChunk", (row) => {
  const stream = fixture(row.name);
  const bytes = Buffer.from(stream);
  const expected = relayAll(open(row), whole(bytes));

  it("ends complete, with finish reason and usage known", () => {
    expect(expected.observation).toMatchObject({ failure: null, complete: true, finishReason: row.finish, usage: row.usage });
    expect(expected.observation.contentBytes).toBeGreaterThan(0);
    expect(expected.text.endsWith(row.inbound === "messages" ? 'data: {"type":"message_stop"}\n\n' : "data: [DONE]\n\n")).toBe(true);
  });

  it("gives the same bytes at every split", () => {
    expect(relayAll(open(row), byteByByte(bytes)).text).toBe(expected.text);
    for (let seed = 1; seed <= 20; seed++) expect(relayAll(open(row), seededSplits(bytes, seed)).text).toBe(expected.text);
  });

  it("shows the usage only to who asked for it, with the cost in it", () => {
    const costs = dataOf(expected.text).map((event) => (event["usage"] as { cost?: number } | undefined)?.cost).filter((cost) => cost !== undefined);
    if (row.wantsUsageChunk) expect(costs).toEqual([extrasOf("x").cost(row.usage)]);
    else expect(expected.text).not.toContain('"usage":{"');
  });

  it("never ends a stream that was cut, at whichever frame", () => {
    const crlf = stream.includes("\r\n\r\n");
    const text = stream.replaceAll("\r\n", "\n");
    for (let count = 0; count < frameCount(text); count++) {
      const cut = firstFrames(text, count);
      const piece = crlf ? Buffer.from(cut.toString().replaceAll("\n", "\r\n")) : cut;
      for (const how of ["upstream_lost", "complete"] as const) {
        const relayed = relayAll(open(row), whole(piece), how);
        const { complete, failure, finishReason } = relayed.observation;
        expect(complete).toBe(finishReason !== null);
        expect(failure === null).toBe(complete);
        expect(/\[DONE\]|message_stop/.test(relayed.text)).toBe(complete);
      }
    }
  });

  it("does not hand out an event that broke off in its middle", () => {
    const relayed = relayAll(open(row), whole(bytes.subarray(0, Math.floor(bytes.length * 0.4))), "upstream_lost");
    expect(relayed.text === "" || relayed.text.endsWith("\n\n")).toBe(true);
    for (const line of relayed.text.split("\n").filter((text) => text.startsWith("data: {"))) expect(() => JSON.parse(line.slice(6)) as unknown).not.toThrow();
  });

  it("ignores what comes after the end", () => {
    const more = `${stream}data: {"choices":[{"index":0,"delta":{"content":"LATE"},"finish_reason":null}]}\n\n`;
    if (row.provider !== "gemini") expect(relayAll(open(row), whole(Buffer.from(more))).text).not.toContain("LATE");
  });
});

describe("pass-through", () => {
  const frames = (name: string): Buffer[] => fixture(name).split("\n\n").slice(0, -1).map((frame) => Buffer.from(`${frame}\n\n`));

  it("returns the very array it was given for every frame but the usage of chat completions", () => {
    const relay = open({ ...CASES[0], inbound: "chat_completions", wantsUsageChunk: true });
    for (const frame of frames(CASES[0].name)) {
      const relayed = relay.push(frame);
      if (frame.includes('"choices":[]')) expect(Buffer.from(relayed).toString()).toContain('"cost":');
      else expect(relayed).toBe(frame);
    }
  });

  it("returns the very array it was given for every frame but message_delta", () => {
    const row = CASES[3];
    const relay = open({ ...row, inbound: "messages", wantsUsageChunk: true });
    for (const frame of frames(row.name)) {
      const relayed = relay.push(frame);
      if (frame.includes('"message_delta"')) expect(Buffer.from(relayed).toString()).toContain('"cost":');
      else expect(relayed).toBe(frame);
    }
  });

  it("withholds the one usage chunk that nobody asked for and no other byte", () => {
    const stream = fixture(CASES[0].name);
    const kept = frames(CASES[0].name).filter((frame) => !frame.includes('"choices":[]')).join("");
    expect(relayAll(open({ ...CASES[0], inbound: "chat_completions", wantsUsageChunk: false }), whole(Buffer.from(stream))).text).toBe(kept);
  });
});

describe("citations with an address", () => {
  const streamed = (provider: string, events: readonly object[]) => {
    const bytes = Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));
    const call = callOf({ model: "m", messages: [{ role: "user", content: "hi" }], stream: true });
    const { text } = relayAll(adapterFor(provider).relayStream(call, targetOf(provider, "up"), extrasOf(provider)), whole(bytes));
    return dataOf(text).flatMap((chunk) => (chunk["choices"] as { delta: { annotations?: unknown[] } }[])[0]?.delta.annotations ?? []);
  };
  const cited = (start: number, end: number) => [{ type: "url_citation", url_citation: { start_index: start, end_index: end, title: "T", url: "https://a.test" } }];

  it("stand behind the block of Claude's text that they are of", () => {
    const delta = (index: number, given: object) => ({ type: "content_block_delta", index, delta: given });
    const block = (index: number) => ({ type: "content_block_start", index, content_block: { type: "text", text: "" } });
    expect(streamed("anthropic", [
      block(0), delta(0, { type: "text_delta", text: "abc" }), { type: "content_block_stop", index: 0 },
      block(1), delta(1, { type: "citations_delta", citation: { url: "https://a.test", title: "T" } }), delta(1, { type: "citations_delta", citation: { document_index: 0 } }), delta(1, { type: "text_delta", text: "de" }), { type: "content_block_stop", index: 1 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 3 } },
    ])).toEqual(cited(3, 5));
  });

  it("stand behind Gemini's answer as a whole", () => {
    const candidate = { content: { parts: [{ text: "abcd" }] }, finishReason: "STOP", groundingMetadata: { groundingChunks: [{ web: { uri: "https://a.test", title: "T" } }] } };
    expect(streamed("gemini", [{ candidates: [candidate] }])).toEqual(cited(0, 4));
  });
});
