import { generateKeyPairSync } from "node:crypto";
import type { PlatformCredential } from "@trunkline/providers";
import { describe, expect, it } from "vitest";
import type { RoutedCall } from "../stages.ts";
import { Authorization } from "./authorization.ts";
import { createCredentials, type Authorized } from "./credentials.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048, publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
const KEY_FILE = JSON.stringify({ client_email: "a@b.test", private_key_id: "k", private_key: privateKey, token_uri: "https://tokens.test" });

function setup(platform: Readonly<Record<string, Partial<PlatformCredential>>>) {
  const asked: string[] = [];
  const authorization = new Authorization({ now: () => Date.UTC(2026, 0, 1), exchange: (url) => { asked.push(url); return Promise.resolve({ status: 200, body: JSON.stringify({ access_token: `token ${asked.length}`, expires_in: 3600 }) }); } });
  const known = Object.entries(platform).map(([provider, given]) => [provider, { apiKey: null, baseUrl: "https://up.test", isAddressed: false, ...given }] as const);
  return { asked, credentials: createCredentials({ simulatorUrl: "http://sim.test", platform: new Map(known), authorization }) };
}
const call = (mode: "live" | "test" = "live"): Authorized => ({
  routed: { mode, exchange: { requestId: "req_1", headers: { "x-simulate": "status=503" } } } as unknown as RoutedCall,
  attempt: 2, request: { method: "POST", url: "https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse", headers: { "content-type": "application/json" }, body: Buffer.from("{}") },
});

describe("the platform's credentials", () => {
  it("make a provider available that has a key, and one without keys or of an own address only once the environment names its address", () => {
    const { credentials } = setup({ openai: { apiKey: "sk" }, anthropic: {}, ollama: {}, vllm: { isAddressed: true }, "azure-openai": { apiKey: "k" }, vertex: { apiKey: "{}", isAddressed: true } });
    expect([...credentials.available.live].sort()).toEqual(["openai", "vertex", "vllm"]);
  });
  it("sign a request to AWS over what is sent, for the region of its address", async () => {
    const { credentials } = setup({ bedrock: { apiKey: "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" } });
    const headers = await credentials.headers("bedrock", call());
    expect(headers["authorization"]).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20260101\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-date, /);
  });
  it("mint one token of a service account, for however many requests", async () => {
    const { credentials, asked } = setup({ vertex: { apiKey: KEY_FILE, isAddressed: true } });
    const [one, two] = await Promise.all([credentials.headers("vertex", call()), credentials.headers("vertex", call())]);
    expect([one, two, await credentials.headers("vertex", call())]).toEqual([1, 2, 3].map(() => ({ authorization: "Bearer token 1" })));
    expect(asked).toEqual(["https://tokens.test"]);
  });
  it("take an access token as it is", () => {
    expect(setup({ vertex: { apiKey: "ya29.token", isAddressed: true } }).credentials.headers("vertex", call())).toEqual({ authorization: "Bearer ya29.token" });
  });
  it("never leave for the simulator, which is told the fault, the request and the attempt instead; nobody else is", () => {
    const { credentials, asked } = setup({ openai: { apiKey: "sk-secret" }, vertex: { apiKey: KEY_FILE, isAddressed: true } });
    for (const provider of ["openai", "vertex", "bedrock", "cohere"]) {
      const headers = credentials.headers(provider, call("test"));
      expect(headers).toMatchObject({ "x-simulate": "status=503", "x-trunkline-request-id": "req_1", "x-trunkline-attempt": "2" });
      expect(JSON.stringify(headers)).not.toMatch(/sk-secret|token/);
      expect(credentials.baseUrl(provider, "test")).toMatch(new RegExp(`^http://sim.test/${provider}`));
    }
    expect(credentials.headers("openai", call())).toEqual({ authorization: "Bearer sk-secret" });
    expect(asked).toEqual([]);
  });
});
