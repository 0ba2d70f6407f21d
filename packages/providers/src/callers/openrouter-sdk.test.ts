import type { TokenUsage } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import type { AnswerExtras, Call, ProviderAdapter, Target } from "../adapter.ts";
import { adapterFor } from "../registry.ts";
import { forOpenRouterSdk, isOpenRouterSdk } from "./openrouter-sdk.ts";

const body = { model: "openai/gpt-5-mini", stream: true, stream_options: { include_usage: true }, messages: [{ role: "user", content: "x" }] };
const call: Call = { raw: Buffer.from(JSON.stringify(body)), inbound: "chat_completions", stream: true, wantsUsageChunk: true, body, hub: () => body as unknown as ReturnType<Call["hub"]>, requestId: "req_1", createdAtSeconds: 1 };
const target: Target = { provider: "openai", model: "openai/gpt-5-mini", upstreamModel: "gpt-5-mini", baseUrl: "https://api.openai.com/v1", maxOutputTokens: 1000 };
const adapter: ProviderAdapter = forOpenRouterSdk(adapterFor("openai", { inbound: "chat_completions", upstreamModel: "gpt-5-mini" }));
/** A dollar a token of input, ten of output. */
const extras: AnswerExtras = { provider: "openai", cost: (usage: TokenUsage) => usage.inputTokens + 10 * (usage.outputTokens + usage.reasoningTokens), explain: () => null };

const CHUNK = '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","system_fingerprint":null,"choices":[{"index":0,"delta":{"content":"say \\"usage\\":null"},"finish_reason":null}],"usage":null}';
const END = '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","system_fingerprint":"fp","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}';
const USAGE = '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}';

describe("answers for OpenRouter's own SDKs", () => {
  it("are given to those alone", () => {
    expect(isOpenRouterSdk({ "user-agent": "speakeasy-sdk/typescript 1.3.19 2.914.0 1.0.0 @openrouter/sdk" })).toBe(true);
    for (const agent of ["OpenAI/JS 6.49.0", "ai-sdk/openrouter/2.10.0", "speakeasy-sdk/typescript 1.0 other"]) expect(isOpenRouterSdk({ "user-agent": agent }), agent).toBe(false);
    expect(isOpenRouterSdk({})).toBe(false);
  });

  it("leave out of a chunk what is null there, however the bytes were split, and change no text that looks alike", () => {
    const stream = Buffer.from([CHUNK, END, USAGE, "[DONE]"].map((data) => `data: ${data}\n\n`).join(""));
    for (const size of [1, 7, stream.length]) {
      const relay = adapter.relayStream(call, target, extras);
      let out = "";
      for (let at = 0; at < stream.length; at += size) out += Buffer.from(relay.push(stream.subarray(at, at + size))).toString();
      out += Buffer.from(relay.end("complete").bytes).toString();
      const frames = out.split("\n\n").filter((frame) => frame !== "");
      expect(frames.at(-1)).toBe("data: [DONE]");
      const chunks = frames.slice(0, -1).map((frame) => JSON.parse(frame.slice(6)) as Record<string, unknown>);
      expect(chunks.map((chunk) => [chunk["system_fingerprint"], "usage" in chunk])).toEqual([[undefined, false], ["fp", false], [undefined, true]]);
      expect(chunks[0]?.["choices"]).toEqual([{ index: 0, delta: { content: 'say "usage":null' }, finish_reason: null }]);
    }
  });

  it("part the cost into the prompt's and the completion's, which add up to it", () => {
    const answer = { id: "c", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: "y" }, finish_reason: "stop" }], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } };
    const { bytes } = adapter.relayBody({ ...call, stream: false }, Buffer.from(JSON.stringify(answer)), extras);
    expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({ usage: { cost: 23, cost_details: { upstream_inference_cost: 23, upstream_inference_prompt_cost: 3, upstream_inference_completions_cost: 20 } } });
  });
});
