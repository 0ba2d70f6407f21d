import { describe, expect, it } from "vitest";
import { PROVIDERS } from "../registry.ts";
import { credentialCheck, credentialVerdict } from "./credential-check.ts";

const profileOf = (id: string) => { const profile = PROVIDERS.get(id); if (!profile) throw new Error(id); return profile; };
const parts = { baseUrl: "https://host.example/base", secret: "secret-1", nowMs: 1_800_000_000_000 };
const verdict = (id: string, status: number, body: string, method: "GET" | "POST" = "GET") => credentialVerdict(profileOf(id), { method, status, body, nowMs: 0 });

describe("the check of a credential", () => {
  it.each([...PROVIDERS.values()].map((profile) => profile.id))("carries the secret in a header and never in the address: %s", (id) => {
    const check = credentialCheck(profileOf(id), parts);
    expect(check?.url).toMatch(/^https:\/\/host\.example\/base\//);
    expect(check?.url).not.toContain("secret-1");
    expect(Object.values(check?.headers ?? {}).join(" ")).toContain("secret-1");
  });
  it("asks nobody a question whose answer anybody gets", () => {
    expect(credentialCheck(profileOf("openrouter"), parts)?.url).toBe("https://host.example/base/key");
    expect(credentialCheck(profileOf("perplexity"), parts)).toMatchObject({ method: "POST", body: "{}" });
  });
  it("signs where the provider wants a signature", () => {
    const check = credentialCheck(profileOf("bedrock"), { ...parts, secret: "AKIAABCDEFGHIJKLMNOP:abcdefghijklmnopqrstuvwxyz0123456789ABCD" });
    expect(check?.headers["authorization"]).toMatch(/^AWS4-HMAC-SHA256 /);
    expect(JSON.stringify(check)).not.toContain("abcdefghijklmnop");
  });
});

describe("the check of a token of Google Cloud", () => {
  it.each(["vertex", "vertex-anthropic"])("is an empty call to a model of %s that does not exist, which only who is let in is told", (id) => {
    expect(credentialCheck(profileOf(id), parts)).toMatchObject({ method: "POST", body: "{}", url: expect.stringContaining("/models/credential-check:") as string, headers: { authorization: "Bearer secret-1" } });
    expect(verdict(id, 404, '{"error":{"code":404,"message":"Publisher Model was not found","status":"NOT_FOUND"}}', "POST")).toEqual({ ok: true, note: null });
    expect(verdict(id, 403, '{"error":{"code":403,"message":"Permission aiplatform.endpoints.predict denied","status":"PERMISSION_DENIED"}}', "POST")).toMatchObject({ ok: false, fault: "credential" });
  });
});

describe("the verdict names whose fault it is", () => {
  it.each([
    ["openai", 401, '{"error":{"message":"Incorrect API key provided: sk-12345678abcdefgh","type":"invalid_request_error","code":"invalid_api_key"}}'],
    ["anthropic", 401, '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}'],
    ["gemini", 400, '{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}'],
  ])("the key's, at %s", (id, status, body) => {
    const found = verdict(id, status, body);
    expect(found).toMatchObject({ ok: false, fault: "credential" });
    expect(JSON.stringify(found)).not.toContain("sk-12345678");
  });
  it("nobody's, when the account is only out of quota or too quick", () => {
    expect(verdict("openai", 429, '{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}')).toMatchObject({ ok: true, note: expect.stringContaining("quota") as string });
    expect(verdict("openai", 429, "{}")).toMatchObject({ ok: true, note: expect.stringContaining("rate limit") as string });
  });
  it("the address's, where nothing of the provider answers", () => { expect(verdict("openai", 404, "<html>")).toMatchObject({ ok: false, fault: "address" }); });
  it("the provider's, while it is down", () => { expect(verdict("openai", 503, "")).toMatchObject({ ok: false, fault: "provider" }); });
  it("none, when the provider lets the key in and complains about the empty call", () => { expect(verdict("perplexity", 400, '{"error":{"message":"messages is required"}}', "POST")).toEqual({ ok: true, note: null }); });
});
