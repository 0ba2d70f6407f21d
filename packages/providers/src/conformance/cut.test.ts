import { SSE_DONE, type JsonObject } from "@trunkline/protocol";
import type { TokenUsage } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { callOf, dataOf, extrasOf, targetOf, textOfBytes } from "./harness.ts";

const SEEN: TokenUsage = { inputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0, basis: "estimated" };
const frame = (json: object, event = ""): string => `${event && `event: ${event}\n`}data: ${JSON.stringify(json)}\n\n`;
const typed = (json: { readonly type: string } & JsonObject): string => frame(json, json.type);

/** The beginning of an answer in each upstream wire. */
const BEGUN: Readonly<Record<string, string>> = {
  openai: ["Hel", "lo wor"].map((content) => frame({ id: "c1", created: 7, model: "up", choices: [{ index: 0, delta: { content }, finish_reason: null }] })).join(""),
  anthropic: [
    typed({ type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", model: "up", content: [], usage: { input_tokens: 9, output_tokens: 1 } } }),
    typed({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
    ...["Hel", "lo wor"].map((text) => typed({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })),
  ].join(""),
  gemini: frame({ candidates: [{ content: { parts: [{ text: "Hello wor" }] } }] }),
};
const RESPONSES_BEGUN = [
  typed({ type: "response.created", sequence_number: 0, response: { id: "resp_1", object: "response", model: "up", status: "in_progress", output: [] } }),
  typed({ type: "response.output_text.delta", sequence_number: 1, item_id: "m", output_index: 0, content_index: 0, delta: "Hello wor" }),
].join("");

function cut(provider: string, inbound: "chat_completions" | "messages" | "responses" | "completions", { begun = BEGUN[provider] ?? "", more = {} as JsonObject } = {}) {
  const body = { model: "m", stream: true, stream_options: { include_usage: true }, max_tokens: 5, ...(inbound === "responses" ? { input: "hi" } : inbound === "completions" ? { prompt: "hi" } : { messages: [{ role: "user", content: "hi" }] }), ...more };
  const call = callOf(body, { inbound, wantsUsageChunk: true });
  const adapter = begun === RESPONSES_BEGUN || inbound === "completions" && provider === "together" ? adapterFor(provider, { inbound, upstreamModel: "up" }) : adapterFor(provider);
  const relay = adapter.relayStream(call, targetOf(provider, "up"), extrasOf(provider));
  const before = textOfBytes(relay.push(Buffer.from(begun)));
  const { bytes, observation } = relay.end("cut", SEEN);
  return { text: before + textOfBytes(bytes), last: textOfBytes(bytes), observation };
}

describe("an answer that the gateway ends in the middle", () => {
  it.each(Object.keys(BEGUN))("is a whole chat completion that reached its length, with its cost, served by %s", (provider) => {
    const { text, last, observation } = cut(provider, "chat_completions");
    expect(dataOf(last).flatMap((chunk) => (chunk["choices"] as { finish_reason: string }[]).map((choice) => choice.finish_reason))).toEqual(["length"]);
    expect(dataOf(last).at(-1)?.["usage"]).toMatchObject({ cost: expect.any(Number) as number });
    expect([text.endsWith(SSE_DONE), observation.complete, observation.finishReason, observation.failure, observation.usage?.basis]).toEqual([true, true, "length", null, "estimated"]);
    expect(dataOf(text).map((chunk) => ((chunk["choices"] as { delta?: { content?: string } }[])[0]?.delta?.content ?? "")).join("")).toBe("Hello wor");
  });

  it.each(Object.keys(BEGUN))("is a whole message with max_tokens and every block closed, served by %s", (provider) => {
    const { text } = cut(provider, "messages");
    const types = dataOf(text).map((event) => String(event["type"]));
    expect(types.filter((type) => type === "content_block_stop")).toHaveLength(types.filter((type) => type === "content_block_start").length);
    expect(types.slice(-3)).toEqual(["content_block_stop", "message_delta", "message_stop"]);
    expect(dataOf(text).at(-2)).toMatchObject({ delta: { stop_reason: "max_tokens" }, usage: { output_tokens: 3 - (provider === "anthropic" ? 0 : 1) } });
  });

  it.each(Object.keys(BEGUN))("is an incomplete response whose items are done, served by %s", (provider) => {
    const events = dataOf(cut(provider, "responses").text);
    expect(events.at(-1)).toMatchObject({ type: "response.incomplete", response: { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } } });
    expect(events.map((event) => event["sequence_number"])).toEqual(events.map((_event, index) => index));
    expect(events.some((event) => event["type"] === "response.output_item.done")).toBe(true);
  });

  it("is an incomplete response with the next number where the wire passes through", () => {
    const call = callOf({ model: "m", input: "hi", stream: true }, { inbound: "responses" });
    const relay = adapterFor("openai", { inbound: "responses", upstreamModel: "up" }).relayStream(call, targetOf("openai", "up"), extrasOf("openai"));
    relay.push(Buffer.from(RESPONSES_BEGUN));
    expect(dataOf(textOfBytes(relay.end("cut", SEEN).bytes))).toMatchObject([{ type: "response.incomplete", sequence_number: 2, response: { id: "resp_1", status: "incomplete", incomplete_details: { reason: "max_output_tokens" }, usage: { input_tokens: 3, output_tokens: 2 } } }]);
  });

  it("ends every one of the answers that were asked for", () => {
    expect(dataOf(cut("openai", "chat_completions", { more: { n: 3 } }).last).flatMap((chunk) => (chunk["choices"] as { index: number }[]).map(({ index }) => index))).toEqual([0, 1, 2]);
  });

  it("is a whole text completion", () => {
    const { last } = cut("openai", "completions");
    expect(dataOf(last)[0]).toMatchObject({ object: "text_completion", choices: [{ text: "", finish_reason: "length" }] });
    expect(last.endsWith(SSE_DONE)).toBe(true);
  });

  it("keeps the end that the provider gave where there was one", () => {
    const { last, observation } = cut("openai", "chat_completions", { begun: `${BEGUN["openai"]}${frame({ id: "c1", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}` });
    expect([observation.finishReason, observation.complete, last]).toEqual(["stop", true, SSE_DONE]);
  });
});
