import { describe, expect, it } from "vitest";
import { bodyOfBytes, callOf, extrasOf, targetOf } from "../conformance/harness.ts";
import { adapterFor } from "../registry.ts";

const USE = { inbound: "embeddings", upstreamModel: "m" } as const;
const call = (body: object) => callOf({ model: "m", input: ["a", "b"], ...body }, { inbound: "embeddings" });
const sent = (provider: string, body: object) => adapterFor(provider, USE).prepare(call(body), targetOf(provider, "up", { baseUrl: provider === "cohere" ? "http://upstream.test" : "http://upstream.test/v1" }));
const relayed = (provider: string, body: object, answer: unknown) => adapterFor(provider, USE).relayBody(call(body), Buffer.from(typeof answer === "string" ? answer : JSON.stringify(answer)), extrasOf(provider));

describe("embeddings at OpenAI", () => {
  it("leave every byte but model, provider and cost as it is, the numbers too", () => {
    expect(bodyOfBytes(sent("openai", { unknown: 1, routing: {} }).body)).toEqual({ model: "up", input: ["a", "b"], unknown: 1 });
    const text = '{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.10,-1e-3]}],"model":"m","usage":{"prompt_tokens":4,"total_tokens":4}}';
    const { bytes, observation } = relayed("openai", {}, text);
    expect(Buffer.from(bytes).toString()).toBe(text.replace('"total_tokens":4}', '"total_tokens":4,"cost":0.000004,"cost_details":{"upstream_inference_cost":0.000004}},"provider":"openai"'));
    expect(observation).toMatchObject({ failure: null, complete: true, usage: { inputTokens: 4, outputTokens: 0, basis: "reported" } });
  });

  it.each([["an error", { error: { message: "busy", type: "server_error" } }], ["no vectors", { data: [], usage: { prompt_tokens: 1 } }], ["half a body", '{"data":[{"embedding":[0.1']])("are a failed attempt when the answer is %s", (_what, answer) => {
    expect(relayed("openai", {}, answer).observation.failure).not.toBeNull();
  });
});

describe("embeddings elsewhere", () => {
  it("are asked for as floats of a provider that is not known to encode them, and encoded here", () => {
    expect(bodyOfBytes(sent("mistral", { encoding_format: "base64" }).body)).toEqual({ model: "up", input: ["a", "b"] });
    const { bytes } = relayed("mistral", { encoding_format: "base64" }, { model: "m", data: [{ embedding: [1, -0.5] }, { embedding: [0, 2] }], usage: { prompt_tokens: 2 } });
    const [first] = bodyOfBytes(bytes)["data"] as { embedding: string }[];
    expect([...new Float32Array(Uint8Array.from(Buffer.from(first?.embedding ?? "", "base64")).buffer)]).toEqual([1, -0.5]);
  });

  it("go to Gemini as one batch, estimated where it reports no usage", () => {
    const { url, body, losses } = sent("gemini", { dimensions: 8, truncate: true });
    expect(url).toBe("http://upstream.test/v1/models/up:batchEmbedContents");
    expect(bodyOfBytes(body)).toEqual({ requests: ["a", "b"].map((text) => ({ model: "models/up", content: { parts: [{ text }] }, outputDimensionality: 8 })) });
    expect(losses).toEqual(["dropped:truncate"]);
    expect(relayed("gemini", {}, { embeddings: [{ values: [1] }, { values: [2] }] }).observation.usage).toMatchObject({ inputTokens: 2, basis: "estimated" });
  });

  it("go to Cohere with what the texts are for, and are charged by its billed units", () => {
    const { url, body } = sent("cohere", {});
    expect([url, bodyOfBytes(body)]).toEqual(["http://upstream.test/v2/embed", { model: "up", texts: ["a", "b"], input_type: "search_document", embedding_types: ["float"] }]);
    expect(relayed("cohere", {}, { embeddings: { float: [[1], [2]] }, meta: { billed_units: { input_tokens: 7 } } }).observation.usage).toMatchObject({ inputTokens: 7, basis: "reported" });
  });

  it("fail the attempt where a vector is missing, so that no input gets another's", () => {
    expect(relayed("gemini", {}, { embeddings: [{ values: [1] }] }).observation.failure?.class).toBe("protocol_violation");
  });
});
