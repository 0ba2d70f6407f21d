import { describe, expect, it } from "vitest";
import { authorizeHeaders } from "../authorize/authorize-headers.ts";
import { adapterFor, PROVIDERS } from "../registry.ts";
import { bodyOfBytes, callOf, targetOf } from "./harness.ts";

const USER = [{ role: "user", content: "hi" }];

interface Given { readonly baseUrl: string; readonly model?: string; readonly body?: Record<string, unknown>; readonly call?: Parameters<typeof callOf>[1] }

function prepare(provider: string, { baseUrl, model = "gpt-4o", body = {}, call = {} }: Given) {
  const request = adapterFor(provider).prepare(callOf({ model: "m", messages: USER, max_tokens: 5, ...body }, call), targetOf(provider, model, { baseUrl }));
  return { ...request, json: bodyOfBytes(request.body) };
}

describe("Azure OpenAI", () => {
  it.each([
    ["https://r.openai.azure.com/openai/v1", "https://r.openai.azure.com/openai/v1/chat/completions"],
    ["https://r.openai.azure.com/openai/v1/?api-version=preview", "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview"],
    ["https://r.openai.azure.com", "https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21"],
    ["https://r.openai.azure.com/openai/?api-version=2025-04-01-preview", "https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2025-04-01-preview"],
    ["https://r.openai.azure.com/openai/deployments/other", "https://r.openai.azure.com/openai/deployments/other/chat/completions?api-version=2024-10-21"],
  ])("%s is asked at %s", (baseUrl, url) => {
    expect(prepare("azure-openai", { baseUrl, model: "my gpt" }).url).toBe(url);
  });

  it.each([
    ["https://r.openai.azure.com/openai/v1", "https://r.openai.azure.com/openai/v1/responses"],
    ["https://r.openai.azure.com/openai/v1/?api-version=preview", "https://r.openai.azure.com/openai/v1/responses?api-version=preview"],
  ])("hands a Responses body on untouched at %s but for the deployment, and keeps nothing there", (baseUrl, url) => {
    const use = { inbound: "responses", upstreamModel: "my-deployment", baseUrl } as const;
    const body = { model: "openai/gpt-5-mini", input: "hi", tools: [{ type: "web_search" }], unknown: 1 };
    const request = adapterFor("azure-openai", use).prepare(callOf(body, { inbound: "responses" }), targetOf("azure-openai", "my-deployment", { baseUrl, model: "openai/gpt-5-mini" }));
    expect([request.url, bodyOfBytes(request.body), request.losses]).toEqual([url, { ...body, model: "my-deployment", store: false, include: ["reasoning.encrypted_content"] }, []]);
  });

  it("translates a Responses body where the base URL is that of a dated version, which has no such API", () => {
    const baseUrl = "https://r.openai.azure.com";
    const request = adapterFor("azure-openai", { inbound: "responses", upstreamModel: "d", baseUrl }).prepare(callOf({ model: "openai/gpt-5-mini", input: "hi" }, { inbound: "responses" }), targetOf("azure-openai", "d", { baseUrl }));
    expect(request.url).toBe("https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21");
    expect(bodyOfBytes(request.body)).toMatchObject({ messages: [{ role: "user", content: "hi" }] });
  });

  it("takes its key in a header of its own name, and no sampling for a model that reasons", () => {
    expect(authorizeHeaders(PROVIDERS.get("azure-openai") ?? expect.fail(), "s")).toEqual({ "api-key": "s" });
    const { json, losses } = prepare("azure-openai", { baseUrl: "https://r.openai.azure.com/openai/v1", model: "gpt-5", body: { temperature: 0.5 }, call: { inbound: "messages" } });
    expect(json).not.toHaveProperty("temperature");
    expect(losses).toEqual(["dropped:temperature"]);
  });

  it("counts the content filter's refusal as a policy's, and its own waits in milliseconds", () => {
    const classify = (status: number, error: object, headers = {}) => adapterFor("azure-openai").classify({ at: "response", status, headers, nowMs: 0, body: Buffer.from(JSON.stringify({ error })) });
    expect(classify(400, { code: "content_filter", message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy." }).class).toBe("content_filtered");
    expect(classify(429, { code: "429", message: "Requests have exceeded the call rate limit" }, { "retry-after-ms": "750" })).toMatchObject({ class: "rate_limited", retryAfterMs: 750 });
    expect(classify(404, { code: "DeploymentNotFound", message: "The API deployment for this resource does not exist." }).class).toBe("server_error");
  });
});

const VERTEX = "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5";

describe("Vertex AI", () => {
  it("asks Google's publisher for Gemini, plain and as a stream", () => {
    const at = (stream: boolean) => prepare("vertex", { baseUrl: VERTEX, model: "gemini-2.5-pro", body: { stream } }).url;
    expect(at(false)).toBe(`${VERTEX}/publishers/google/models/gemini-2.5-pro:generateContent`);
    expect(at(true)).toBe(`${VERTEX}/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse`);
  });

  it.each(["messages", "chat_completions"] as const)("asks Anthropic's publisher for Claude with the model in the path and the version in the body, for %s", (inbound) => {
    const { url, json, headers } = prepare("vertex-anthropic", { baseUrl: `${VERTEX}/`, model: "claude-sonnet-4-5@20250929", body: { stream: true }, call: { inbound, inboundHeaders: { "anthropic-version": "2023-06-01", "anthropic-beta": "a,b" } } });
    expect(url).toBe(`${VERTEX}/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict`);
    expect(json).toMatchObject({ anthropic_version: "vertex-2023-10-16", max_tokens: 5, stream: true });
    expect(json).not.toHaveProperty("model");
    expect(headers).not.toHaveProperty("anthropic-version");
    expect(headers["anthropic-beta"]).toBe(inbound === "messages" ? "a,b" : undefined);
  });

  it("reads an error of either shape, Google's or Anthropic's", () => {
    const classOf = (status: number, body: object) => adapterFor("vertex-anthropic").classify({ at: "response", status, headers: {}, nowMs: 0, body: Buffer.from(JSON.stringify(body)) }).class;
    expect(classOf(429, { error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "Quota exceeded" } })).toBe("rate_limited");
    expect(classOf(401, [{ error: { code: 401, status: "UNAUTHENTICATED", message: "x" } }])).toBe("credential_rejected");
    expect(classOf(529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } })).toBe("overloaded");
  });
});

describe("Claude on Bedrock", () => {
  const BEDROCK = "https://bedrock-runtime.eu-west-1.amazonaws.com";

  it.each([["messages", true], ["messages", false], ["chat_completions", true], ["chat_completions", false]] as const)("puts the model and the choice of streaming into the path, and version and betas into the body: %s, stream %s", (inbound, stream) => {
    const { url, json, headers } = prepare("bedrock-anthropic", { baseUrl: BEDROCK, model: "anthropic.claude-3-5-sonnet-20241022-v2:0", body: { stream }, call: { inbound, inboundHeaders: { "anthropic-version": "2023-06-01", "anthropic-beta": "a, b" } } });
    expect(url).toBe(`${BEDROCK}/model/anthropic.claude-3-5-sonnet-20241022-v2%3A0/invoke${stream ? "-with-response-stream" : ""}`);
    expect(json).toMatchObject({ anthropic_version: "bedrock-2023-05-31", max_tokens: 5, ...(inbound === "messages" ? { anthropic_beta: ["a", "b"] } : {}) });
    expect(Object.keys(json)).not.toEqual(expect.arrayContaining(["model"]));
    expect(Object.keys(json)).not.toEqual(expect.arrayContaining(["stream"]));
    expect(Object.keys(headers).filter((name) => name.startsWith("anthropic"))).toEqual([]);
  });

  it("signs with AWS credentials for the address's own region, and sends a Bedrock API key as it is", () => {
    const profile = PROVIDERS.get("bedrock-anthropic") ?? expect.fail();
    const request = adapterFor("bedrock-anthropic").prepare(callOf({ model: "m", messages: USER, max_tokens: 5 }), targetOf("bedrock-anthropic", "anthropic.claude", { baseUrl: BEDROCK }));
    const credential = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const headers = authorizeHeaders(profile, credential, { request, nowMs: Date.UTC(2026, 0, 1) });
    expect(headers["authorization"]).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20260101\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/);
    expect(JSON.stringify(headers)).not.toContain("wJalrXUtnFEMI");
    expect(authorizeHeaders(profile, "ABSKkey")).toEqual({ authorization: "Bearer ABSKkey" });
    expect(() => authorizeHeaders(profile, credential)).toThrow(TypeError);
  });
});
