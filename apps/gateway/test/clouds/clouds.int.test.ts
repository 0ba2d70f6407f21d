import { createSign, createVerify, generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createSimulator, type Simulator } from "@trunkline/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, dataOf, Stack, type IssuedKey } from "../stack.ts";

const ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
let stack: Stack;
let upstream: Simulator;
let google: Server;
/** What came to the token endpoint. */
const assertions: string[] = [];

beforeAll(async () => {
  upstream = await createSimulator({ port: 0 });
  google = createServer((request, response) => {
    let form = "";
    request.setEncoding("utf8").on("data", (text: string) => { form += text; }).on("end", () => {
      assertions.push(new URLSearchParams(form).get("assertion") ?? "");
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ access_token: "ya29.minted-for-the-gateway", expires_in: 3600 }));
    });
  });
  await new Promise<void>((resolve) => { google.listen(0, "127.0.0.1", resolve); });
  const keyFile = JSON.stringify({ type: "service_account", client_email: "gw@p.iam.gserviceaccount.com", private_key_id: "k1", private_key: privateKey.export({ type: "pkcs8", format: "pem" }), token_uri: `http://127.0.0.1:${(google.address() as AddressInfo).port}/token` });
  stack = await Stack.start({
    BEDROCK_API_KEY: ACCESS_KEY, BEDROCK_BASE_URL: `${upstream.url}/bedrock`, VERTEX_API_KEY: keyFile, VERTEX_BASE_URL: `${upstream.url}/vertex`, AZURE_OPENAI_API_KEY: "azure-key", AZURE_OPENAI_BASE_URL: `${upstream.url}/azure-openai/openai/v1`,
  });
}, 60_000);
afterAll(async () => { await stack.stop(); await upstream.close(); await new Promise((resolve) => { google.close(resolve); }); });

interface Cloud { readonly provider: string; readonly model: string; /** The maker itself, who serves when the cloud does not. */ readonly maker: string }
const CLOUDS: readonly Cloud[] = [
  { provider: "bedrock", model: "amazon/nova-pro-v1", maker: "" },
  { provider: "bedrock-anthropic", model: "anthropic/claude-sonnet-4.5", maker: "anthropic" },
  { provider: "vertex", model: "google/gemini-2.5-flash", maker: "" },
  { provider: "vertex-anthropic", model: "anthropic/claude-sonnet-4.5", maker: "anthropic" },
  { provider: "azure-openai", model: "openai/o4-mini", maker: "openai" },
];
const live = (): Promise<IssuedKey> => stack.issueKey({ kind: "live" });
const only = (provider: string) => ({ provider: { only: [provider], allow_fallbacks: false } });

describe.each(CLOUDS)("$provider behind the whole gateway", ({ provider, model, maker }) => {
  // First: what fails below opens circuits.
  it.runIf(maker !== "")("hands over to the maker before the first content, and back the other way", async () => {
    for (const [failing, serving] of [[provider, maker], [maker, provider]] as const) {
      const key = await stack.issueKey();
      const response = await stack.post("/chat/completions", chat({ model, provider: { order: [failing, serving], only: [failing, serving] } }), { key, headers: { "x-simulate": `${failing}:status=503` } });
      expect([response.status, response.headers.get("x-trunkline-provider"), response.headers.get("x-trunkline-attempts")]).toEqual([200, serving, "2"]);
    }
  });

  it("answers plain, with cost, and the bill is what its own usage says", async () => {
    const key = await live();
    const response = await stack.post("/chat/completions", chat({ model, ...only(provider) }), { key });
    expect([response.status, response.headers.get("x-trunkline-provider")]).toEqual([200, provider]);
    const body = await response.json() as { choices: { message: { content: string } }[]; usage: { prompt_tokens: number; cost: number } };
    expect(body.choices[0]?.message.content).not.toBe("");
    expect(body.usage.cost).toBeGreaterThan(0);
    const [event] = await stack.eventsSoon(key, 1);
    expect(event).toMatchObject({ status: "ok", provider, usage: { basis: "reported" } });
    expect(Number(event?.chargeNanoUsd) / 1e9).toBeCloseTo(body.usage.cost, 9);
    expect(upstream.journal().at(-1)).toMatchObject({ completed: true, promptTokens: body.usage.prompt_tokens });
  });

  it("streams in the caller's wire, to its end and its usage", async () => {
    const response = await stack.post("/chat/completions", chat({ model, stream: true, stream_options: { include_usage: true }, ...only(provider) }), { key: await live() });
    const data = dataOf(await response.text());
    expect(data.at(-1)).toBe("[DONE]");
    const chunks = data.slice(0, -1).map((text) => JSON.parse(text) as { choices: { delta: { content?: string }; finish_reason: string | null }[]; usage?: { cost: number } | null });
    expect(chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta.content ?? "")).join("")).not.toBe("");
    expect(chunks.some((chunk) => chunk.choices.some((choice) => choice.finish_reason === "stop"))).toBe(true);
    expect(chunks.at(-1)?.usage?.cost).toBeGreaterThan(0);
  });

  it.each([["status=429", "rate_limited"], ["status=401", "credential_rejected"], ["status=500", "server_error"]])("tells a failure (%s) by its class, and charges nothing", async (order, failureClass) => {
    const key = await stack.issueKey();
    const response = await stack.post("/chat/completions", chat({ model, ...only(provider) }), { key, headers: { "x-simulate": order } });
    expect(response.status).toBe(502);
    const { error } = await response.json() as { error: { metadata: { attempts: { provider: string; class: string }[] } } };
    expect(error.metadata.attempts[0]).toMatchObject({ provider, class: failureClass });
    expect((await stack.eventsSoon(key, 1))[0]).toMatchObject({ status: "failed", chargeNanoUsd: "0" });
  });
});

describe("authorization at the clouds", () => {
  it("asks Google for one token, with an assertion that its service account signed", () => {
    expect(assertions).toHaveLength(1);
    const [header = "", claims = "", signature = ""] = (assertions[0] ?? "").split(".");
    expect(createVerify("RSA-SHA256").update(`${header}.${claims}`).verify(publicKey, signature, "base64url")).toBe(true);
    expect(createSign("RSA-SHA256").update(`${header}.${claims}`).sign(privateKey, "base64url")).toBe(signature);
  });
});
