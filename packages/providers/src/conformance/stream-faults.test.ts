import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { callOf, dataOf, extrasOf, relayAll, targetOf, textOfBytes } from "./harness.ts";

const open = (provider: string, more: Parameters<typeof callOf>[1] = {}, extras = {}) => {
  const call = callOf({ model: "m", messages: [{ role: "user", content: "hi" }], max_tokens: 5, stream: true }, more);
  return adapterFor(provider).relayStream(call, targetOf(provider, "up"), extrasOf(provider, extras));
};
const chat = (delta: object, finish: string | null = null, more: object = {}): string => `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;
const feed = (...frames: string[]): Buffer[] => frames.map((frame) => Buffer.from(frame));

describe("commit point", () => {
  it.each([
    ["openai", chat({ role: "assistant", content: "" }), chat({ content: "a" })],
    ["openai", ": heartbeat\n\n", chat({}, "length")],
    ["openai", chat({ role: "assistant" }), chat({ tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "" } }] })],
    ["anthropic", 'data: {"type":"message_start","message":{"id":"a","usage":{}}}\n\n', 'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}\n\n'],
    ["gemini", 'data: {"usageMetadata":{"promptTokenCount":1}}\n\n', 'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n'],
  ])("%s: is not reached by what the caller cannot see, and is by the first content", (provider, before, first) => {
    const relay = open(provider);
    relay.push(Buffer.from(before));
    expect(relay.committed).toBe(false);
    relay.push(Buffer.from(first));
    expect(relay.committed).toBe(true);
  });
});

describe("errors under status 200", () => {
  it.each([
    ["openai", 'data: {"error":{"message":"busy","type":"server_error","code":503}}\n\n', "overloaded"],
    ["openai", 'event: error\ndata: {"message":"x","type":"rate_limit_error"}\n\n', "rate_limited"],
    ["openai", '{"error":{"message":"You exceeded your current quota, please check your plan","code":"insufficient_quota"}}', "quota_exhausted"],
    ["openai", "<html><body>502</body></html>", "protocol_violation"],
    ["openai", "data: {oops\n\n", "protocol_violation"],
    ["openai", "data: [DONE]\n\n", "protocol_violation"],
    ["openai", "", "protocol_violation"],
    ["anthropic", 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n', "overloaded"],
    ["anthropic", "data: <html>\n\n", "protocol_violation"],
    ["gemini", 'data: {"error":{"code":503,"message":"try later","status":"UNAVAILABLE"}}\n\n', "overloaded"],
    ["gemini", 'data: {"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":4}}\n\n', "content_filtered"],
    ["gemini", 'data: {"candidates":[{"content":{},"finishReason":"MALFORMED_FUNCTION_CALL"}]}\n\n', "protocol_violation"],
  ])("%s: %s is a failed attempt", (provider, stream, failureClass) => {
    for (const inbound of ["chat_completions", "messages"] as const) {
      const relay = open(provider, { inbound });
      const relayed = relayAll(relay, feed(stream));
      expect(relayed.observation.failure?.class).toBe(failureClass);
      expect(relayed.observation.complete).toBe(false);
      expect(relayed.text).not.toContain("[DONE]");
      expect(relay.committed).toBe(false);
    }
  });

  it("withholds a later error's own words and everything after it, and says so by failure at once", () => {
    const relay = open("openai");
    relay.push(Buffer.from(chat({ content: "a" })));
    expect(textOfBytes(relay.push(Buffer.from(`${chat({ content: "b" })}data: {"error":{"message":"key sk-abcdef123456 died"}}\n\ndata: [DONE]\n\n`)))).toBe(chat({ content: "b" }));
    expect(relay.failure?.class).toBe("server_error");
    expect(relay.failure?.publicMessage).not.toContain("abcdef");
    expect(textOfBytes(relay.push(Buffer.from(chat({ content: "c" }))))).toBe("");
  });

  it("does not take text about an error for an error", () => {
    const frames = [chat({ content: 'the "error": {"message"} [DONE] field' }), chat({ content: '"error"' }), chat({}, "stop"), "data: [DONE]\n\n"];
    const relayed = relayAll(open("openai"), feed(...frames));
    expect(relayed.observation.failure).toBeNull();
    expect(relayed.text).toBe(frames.join(""));
  });
});

describe("endings", () => {
  it("adds the terminator after a finish reason, even when the connection then broke", () => {
    for (const how of ["complete", "upstream_lost"] as const) {
      const relayed = relayAll(open("openai"), feed(chat({ content: "a" }), chat({}, "stop")), how);
      expect(relayed.text.endsWith("data: [DONE]\n\n")).toBe(true);
      expect(relayed.observation).toMatchObject({ complete: true, failure: null, usage: null, contentBytes: 1 });
    }
  });

  it("names the cause of a stream that ended early", () => {
    for (const [how, failureClass] of [["upstream_lost", "network"], ["deadline", "timeout"], ["caller_left", "cancelled"], ["complete", "protocol_violation"]] as const) {
      expect(relayAll(open("openai"), feed(chat({ content: "a" })), how).observation.failure?.class).toBe(failureClass);
    }
  });

  it("takes a content filter's finish for an answer", () => {
    expect(relayAll(open("openai"), feed(chat({}, "content_filter"))).observation).toMatchObject({ failure: null, finishReason: "content_filter" });
  });

  it("waits for every choice that was asked for", () => {
    const call = { body: { model: "m", n: 2, stream: true } };
    expect(relayAll(open("openai", call), feed(chat({ content: "a" }, "stop")), "upstream_lost").observation.complete).toBe(false);
  });

  it("estimates a cut Anthropic answer from its opening usage and what was delivered", () => {
    const frames = feed('data: {"type":"message_start","message":{"id":"a","usage":{"input_tokens":9,"output_tokens":1}}}\n\n', `data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${"a".repeat(40)}"}}\n\n`);
    for (const inbound of ["chat_completions", "messages"] as const) {
      expect(relayAll(open("anthropic", { inbound }), frames, "upstream_lost").observation.usage).toMatchObject({ inputTokens: 9, outputTokens: 10, basis: "estimated" });
    }
  });

  it("counts the usage of the answer that survived a restart, per field the last", () => {
    const start = (id: string, input: number): string => `data: {"type":"message_start","message":{"id":"${id}","usage":{"input_tokens":${input},"cache_read_input_tokens":7,"output_tokens":1}}}\n\n`;
    const frames = feed(start("a", 100), 'data: {"type":"message_start","message":{"id":"b","usage":{"input_tokens":43,"output_tokens":1}}}\n\n', 'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":61,"output_tokens":5}}\n\n');
    expect(relayAll(open("anthropic"), frames).observation.usage).toMatchObject({ inputTokens: 61, cacheReadTokens: 0, outputTokens: 5 });
  });
});

describe("a finish that says that generation broke", () => {
  const USAGE = { prompt_tokens: 7, completion_tokens: 3 };
  const chatEnd = feed(chat({}, "error"), `data: ${JSON.stringify({ id: "c", choices: [], usage: USAGE })}\n\n`, "data: [DONE]\n\n");
  const textEnd = feed(`data: ${JSON.stringify({ id: "c", choices: [{ index: 0, text: "", finish_reason: "error" }] })}\n\n`, `data: ${JSON.stringify({ id: "c", choices: [], usage: USAGE })}\n\n`, "data: [DONE]\n\n");

  it.each([["chat_completions", chatEnd], ["messages", chatEnd], ["responses", chatEnd], ["completions", textEnd]] as const)("is a failed attempt that shows a caller of %s nothing, and what the provider bills for it is known", (inbound, frames) => {
    const call = callOf({ model: "m", messages: [{ role: "user", content: "hi" }], max_tokens: 5, stream: true }, { inbound });
    const relay = adapterFor("fireworks", { inbound, upstreamModel: "up" }).relayStream(call, targetOf("fireworks", "up"), extrasOf("fireworks"));
    const relayed = relayAll(relay, frames);
    expect([relay.committed, relayed.text]).toEqual([false, ""]);
    expect(relayed.observation).toMatchObject({ complete: false, failure: { class: "server_error" }, usage: { inputTokens: 7, outputTokens: 3 } });
  });

  it("ends an answer that was under way as a broken one", () => {
    const relayed = relayAll(open("openai"), [...feed(chat({ content: "a" })), ...chatEnd]);
    expect(relayed.observation).toMatchObject({ complete: false, contentBytes: 1, failure: { class: "server_error" }, usage: { inputTokens: 7, outputTokens: 3 } });
    expect(relayed.text).toBe(chat({ content: "a" }));
  });
});

describe("the routing decision", () => {
  it.each([["openai", "chat_completions", true], ["openai", "chat_completions", false], ["openai", "messages", true], ["anthropic", "messages", true], ["gemini", "chat_completions", false]] as const)("comes once, at the end: %s for %s, usage asked: %s", (provider, inbound, wantsUsageChunk) => {
    let asked = 0;
    const relay = open(provider, { inbound, wantsUsageChunk }, { explain: () => { asked++; return { candidates: [] }; } });
    const streams: Record<string, string> = {
      openai: `${chat({ content: "a" })}${chat({}, "stop")}data: {"id":"c","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\ndata: [DONE]\n\n`,
      anthropic: 'data: {"type":"message_start","message":{"id":"a","usage":{"input_tokens":9,"output_tokens":1}}}\n\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}\n\ndata: {"type":"message_stop"}\n\n',
      gemini: 'data: {"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}\n\n',
    };
    const relayed = relayAll(relay, feed(streams[provider] ?? ""));
    expect(asked).toBe(1);
    expect(dataOf(relayed.text).filter((event) => "trunkline" in event)).toHaveLength(1);
  });
});
