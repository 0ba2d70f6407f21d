import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { essentialLosses, demandsOf } from "../losses/essential-losses.ts";
import { bodyOfBytes, byteByByte, callOf, dataOf, extrasOf, firstFrames, frameCount, relayAll, seededSplits, targetOf, whole } from "./harness.ts";

const STREAM = readFileSync(new URL("../dialects/replicate/__fixtures__/text/upstream-response.sse", import.meta.url), "utf8");
const RECEIPT = `event: receipt\ndata: ${JSON.stringify({ id: "abcdefgh1234", status: "succeeded", input: { max_tokens: 30 }, metrics: { input_token_count: 12, output_token_count: 9 } })}\n\n`;
const INBOUND = ["chat_completions", "messages", "responses"] as const;
const ASK = { model: "m", messages: [{ role: "user", content: "hi" }], input: "hi", max_tokens: 30 };
const adapter = adapterFor("replicate");
const TARGET = targetOf("replicate", "deepseek-ai/deepseek-v3.1", { baseUrl: "https://api.replicate.com/v1" });
const open = (inbound: (typeof INBOUND)[number]) => adapter.relayStream(callOf({ ...ASK, stream: true }, { inbound, wantsUsageChunk: true }), TARGET, extrasOf("replicate"));
const USAGE = { inputTokens: 12, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 9, reasoningTokens: 0, basis: "reported" };
const textOf = (text: string): string => dataOf(text).flatMap((chunk) => (chunk["choices"] as { delta: { content?: string } }[]).map(({ delta }) => delta.content ?? "")).join("");

describe.each(INBOUND)("a prediction's stream for %s", (inbound) => {
  const stream = STREAM + RECEIPT;
  const expected = relayAll(open(inbound), whole(Buffer.from(stream)));

  it("ends complete, with the usage of its receipt and the cost", () => {
    expect(expected.observation).toMatchObject({ failure: null, complete: true, finishReason: "stop", usage: USAGE });
    expect(expected.text).toContain('"cost":');
  });

  it("is complete without a receipt too, with no usage of its own", () => {
    expect(relayAll(open(inbound), whole(Buffer.from(STREAM))).observation).toMatchObject({ failure: null, complete: true, finishReason: "stop", usage: null });
  });

  it("gives the same bytes at every split, and never ends when cut", () => {
    expect(relayAll(open(inbound), byteByByte(Buffer.from(stream))).text).toBe(expected.text);
    for (let seed = 1; seed <= 20; seed++) expect(relayAll(open(inbound), seededSplits(Buffer.from(stream), seed)).text).toBe(expected.text);
    for (let count = 0; count < frameCount(STREAM); count++) {
      const { text, observation } = relayAll(open(inbound), whole(firstFrames(STREAM, count)), "upstream_lost");
      expect(observation).toMatchObject({ complete: false, finishReason: null });
      expect(text).not.toMatch(/\[DONE\]|message_stop|response\.completed/);
    }
  });

  it.each([
    ['event: error\ndata: {"detail":"boom"}\n\n', "server_error"], ['event: done\ndata: {"reason":"canceled"}\n\n', "server_error"], ["event: done\ndata: {\"rea\n\n", "protocol_violation"], ["", "protocol_violation"],
    ["event: error\ndata: This model's maximum context length is 4096 tokens.\n\n", "context_overflow"],
  ])("fails on %s", (bytes, failureClass) => {
    expect(relayAll(open(inbound), whole(Buffer.from(bytes))).observation).toMatchObject({ complete: false, failure: { class: failureClass } });
  });
});

describe("a prediction", () => {
  it("keeps the line breaks of its pieces", () => {
    expect(textOf(relayAll(open("chat_completions"), whole(Buffer.from(STREAM))).text)).toBe("Grüße, wie\n\n geht es? ☕");
  });

  it("that reached its limit says so", () => {
    const receipt = RECEIPT.replace('"max_tokens":30', '"max_tokens":9');
    expect(relayAll(open("chat_completions"), whole(Buffer.from(STREAM + receipt))).observation.finishReason).toBe("length");
  });

  it.each([
    [{ status: "succeeded", output: ["Hal", "lo"], metrics: { input_token_count: 12, output_token_count: 9 } }, { failure: null, finishReason: "stop", usage: USAGE }],
    [{ status: "succeeded", output: "Hallo" }, { failure: null, usage: null }],
    [{ status: "succeeded", output: [] }, { failure: { class: "protocol_violation" } }],
    [{ status: "failed", error: "CUDA out of memory" }, { failure: { class: "server_error" } }],
    [{ status: "canceled" }, { failure: { class: "server_error" } }],
    [{ detail: "odd" }, { failure: { class: "protocol_violation" } }],
  ])("plain, as %j, is judged by its status", (prediction, observation) => {
    const relayed = adapter.relayBody(callOf(ASK), Buffer.from(JSON.stringify({ id: "abcdefgh1234", ...prediction })), extrasOf("replicate"));
    expect(relayed.observation).toMatchObject(observation);
    if (!relayed.observation.failure) expect(bodyOfBytes(relayed.bytes)["choices"]).toMatchObject([{ message: { content: "Hallo" } }]);
  });
});

describe("what a prediction leads to", () => {
  const leads = (prediction: object, stream = true) => adapter.follow?.(callOf({ ...ASK, stream }), TARGET, Buffer.from(JSON.stringify(prediction)));
  const BEGUN = { id: "abcdefgh1234", status: "starting", urls: { stream: "https://stream.replicate.com/v1/files/x", get: "https://evil.test/get", cancel: "https://evil.test/cancel" } };

  it("is its stream, with a way to end it, and its usage afterwards", () => {
    expect(leads(BEGUN)).toMatchObject({ next: { method: "GET", url: BEGUN.urls.stream, again: false }, cancel: { method: "POST", url: "https://api.replicate.com/v1/predictions/abcdefgh1234/cancel" }, receipt: { url: "https://api.replicate.com/v1/predictions/abcdefgh1234" } });
  });

  it("is another look for a plain answer that takes long, and nothing once it has ended", () => {
    expect(leads(BEGUN, false)).toMatchObject({ next: { url: "https://api.replicate.com/v1/predictions/abcdefgh1234", again: true }, receipt: null });
    for (const status of ["succeeded", "failed", "canceled"]) expect(leads({ ...BEGUN, status })).toEqual({ next: null, cancel: null, receipt: null });
  });

  it.each(["https://evil.test/s", "http://stream.replicate.com/s", "https://replicate.com.evil.test/s", "file:///etc/passwd", "", "https://xreplicate.com/s"])("is never an address of somebody else: %s", (stream) => {
    expect(leads({ ...BEGUN, urls: { stream } })?.next?.url).toBe("https://api.replicate.com/v1/predictions/abcdefgh1234");
  });

  it("takes no path for an id", () => {
    expect(leads({ ...BEGUN, id: "../../account" })?.next).toBeNull();
  });
});

describe("a request to Replicate", () => {
  const prepared = (body: object, model = "meta/llama-2-70b-chat") => {
    const { body: bytes, losses, url, headers } = adapter.prepare(callOf({ model: "m", messages: ASK.messages, ...body }), targetOf("replicate", model, { baseUrl: "https://api.replicate.com/v1" }));
    return { input: bodyOfBytes(bytes)["input"], losses, url, headers };
  };

  it("is one prompt with instructions and limits, and names the model in its path", () => {
    const request = prepared({ messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "hi" }], temperature: 0.2, stop: ["END"], max_tokens: 9999 });
    expect(request).toMatchObject({ url: "https://api.replicate.com/v1/models/meta/llama-2-70b-chat/predictions", headers: { prefer: "wait=60" }, input: { prompt: "hi", system_prompt: "Be brief.", temperature: 0.2, stop_sequences: "END", max_tokens: 4096 }, losses: ["clamped:max_tokens"] });
  });

  it("says what became of a conversation, of a demanded form and of what the model's input has no place for", () => {
    const request = prepared({ messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "a" }, { role: "assistant", content: "b" }, { role: "user", content: "c" }], response_format: { type: "json_object" }, seed: 1, logit_bias: { 1: 2 } }, "openai/gpt-oss-20b");
    expect(request.input).toMatchObject({ prompt: "Be brief.\n\nAnswer with one JSON object and nothing else.\n\nUser: a\n\nAssistant: b\n\nUser: c\n\nAssistant:" });
    expect(request.losses).toEqual(["emulated:messages", "emulated:response_format", "dropped:seed", "dropped:logit_bias"]);
  });

  it("is not made where tools or inputs other than text are asked for", () => {
    const losses = (body: object) => essentialLosses(demandsOf({ body: { ...ASK, ...body }, inbound: "chat_completions" }), { inbound: "chat_completions" }, "replicate");
    expect(losses({ tools: [{ type: "function", function: { name: "f" } }] })).toEqual(["dropped:tools"]);
    expect(losses({ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://x.test/a.png" } }] }] })).toEqual(["dropped:messages.image_url"]);
    expect(losses({})).toEqual([]);
  });
});
