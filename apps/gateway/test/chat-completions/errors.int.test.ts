import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateKey } from "@trunkline/keys";
import { randomBytes } from "node:crypto";
import { chat, dataOf, Stack } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

interface ErrorBody { readonly error: { readonly code: string; readonly message: string; readonly param: string | null; readonly metadata: Readonly<Record<string, unknown>> } }
async function errorOf(response: Response): Promise<{ status: number; retry: string | null; error: ErrorBody["error"] }> {
  return { status: response.status, retry: response.headers.get("x-should-retry"), error: (await response.json() as ErrorBody).error };
}

describe("POST /v1/chat/completions refuses", () => {
  it("400 malformed JSON with its position, and the connection stays usable", async () => {
    const key = await stack.issueKey();
    const { status, retry, error } = await errorOf(await stack.post("/chat/completions", '{"model": oops}', { key }));
    expect([status, retry, error.code]).toEqual([400, "false", "caller.invalid_request"]);
    expect(error.message).toContain("position 10");
  });
  it.each([
    [{ messages: "no" }, "messages"], [{ messages: [{ role: "user", content: "x" }], max_tokens: -1 }, "max_tokens"], [{ messages: [{ role: "user", content: "x" }], max_tokens: "100" }, "max_tokens"],
    [{ messages: [{ role: "wizard", content: "x" }] }, "messages[0].role"], [{ messages: [{ role: "user", content: "x" }], routing: { losses: "no" } }, "routing.losses"],
  ])("400 a wrong type with its path: %j", async (fields, param) => {
    const key = await stack.issueKey();
    const { status, error } = await errorOf(await stack.post("/chat/completions", { model: "openai/gpt-5-mini", ...fields }, { key }));
    expect([status, error.code, error.param]).toEqual([400, "caller.invalid_request", param]);
  });
  it("400 a body with neither messages nor input", async () => {
    const { status, error } = await errorOf(await stack.post("/chat/completions", { model: "openai/gpt-5-mini" }, { key: await stack.issueKey() }));
    expect([status, error.param, error.message]).toEqual([400, "messages", "`messages` is required: send an array."]);
  });
  it("400 a parameter nobody can honour under losses: strict, before any call", async () => {
    const before = stack.simulator.journal().length;
    const { status, error } = await errorOf(await stack.post("/chat/completions", chat({ model: "anthropic/claude-haiku-4.5", logit_bias: { 5: 1 }, routing: { losses: "strict" } }), { key: await stack.issueKey() }));
    expect([status, error.code]).toEqual([400, "caller.invalid_request"]);
    expect(stack.simulator.journal().length).toBe(before);
  });
  it("401 a mistyped key by its checksum, an unknown key, and a missing one", async () => {
    const key = await stack.issueKey();
    const mistyped = { ...key, whole: `${key.whole.slice(0, -1)}${key.whole.endsWith("a") ? "b" : "a"}` };
    const unknown = { ...key, whole: generateKey("test", (size: number) => randomBytes(size)).whole };
    for (const wrong of [mistyped, unknown]) expect((await errorOf(await stack.post("/chat/completions", chat(), { key: wrong }))).error.code).toBe("caller.invalid_api_key");
    expect((await stack.post("/chat/completions", chat())).status).toBe(401);
  });
  it("401 a wrong key before its body is looked at, on every endpoint that takes one", async () => {
    const wrong = { ...await stack.issueKey(), whole: generateKey("test", (size: number) => randomBytes(size)).whole };
    for (const path of ["/chat/completions", "/messages", "/messages/count_tokens", "/responses", "/completions", "/embeddings", "/route/explain"]) {
      expect([path, (await stack.post(path, '{"model": oops}', { key: wrong })).status]).toEqual([path, 401]);
    }
  });
  it("401 a revoked, an expired and a management key, each in its own words", async () => {
    const codes = [];
    for (const wish of [{ revokedAt: new Date() }, { expiresAt: new Date(Date.now() - 1000) }, { kind: "mgmt" as const }]) {
      codes.push((await errorOf(await stack.post("/chat/completions", chat(), { key: await stack.issueKey(wish) }))).error.code);
    }
    expect(codes).toEqual(["caller.invalid_api_key", "caller.expired_api_key", "caller.invalid_api_key"]);
  });
  it("402 when the hold does not fit the budget, naming it; and calls nobody", async () => {
    const before = stack.simulator.journal().length;
    const key = await stack.issueKey({ kind: "live", budgetNanoUsd: 10n });
    const { status, retry, error } = await errorOf(await stack.post("/chat/completions", chat(), { key }));
    expect([status, retry, error.code]).toEqual([402, "false", "tenant.budget_exceeded"]);
    expect(error.message).toContain("Test budget");
    expect(error.metadata["budget"]).toMatchObject({ name: "Test budget", scope: "key", owner: key.id });
    expect(stack.simulator.journal().length).toBe(before);
  });
  it("403 a suspended organization", async () => {
    expect((await errorOf(await stack.post("/chat/completions", chat(), { key: await stack.issueKey({ suspended: true }) }))).error.code).toBe("tenant.suspended");
  });
  it("404 a model that does not exist, with the nearest names", async () => {
    const { status, error } = await errorOf(await stack.post("/chat/completions", chat({ model: "openai/gpt-5-mimi" }), { key: await stack.issueKey() }));
    expect([status, error.code]).toEqual([404, "caller.model_not_found"]);
    expect(error.metadata["nearest"]).toContain("openai/gpt-5-mini");
  });
  it("404 a preset that does not exist, and an unknown path", async () => {
    const key = await stack.issueKey();
    expect((await errorOf(await stack.post("/chat/completions", chat({ model: "@preset/none-such" }), { key }))).error.code).toBe("caller.preset_not_found");
    expect((await errorOf(await stack.post("/nothing", {}, { key }))).error.code).toBe("caller.not_found");
  });
  it("405 a wrong method", async () => expect((await stack.get("/v1/chat/completions", await stack.issueKey())).status).toBe(405));
  it.each([["by the declared length", (text: string) => text], ["by what arrives, where no length is declared", (text: string) => new Blob([text]).stream()]])("413 %s, and a caller who is still sending can read why", async (_how, sent) => {
    const body = sent(`"${"x".repeat(40 * 1024 * 1024)}"`);
    const response = await fetch(`${stack.url}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${(await stack.issueKey()).whole}`, "content-type": "application/json" }, body, ...(typeof body === "string" ? {} : { duplex: "half" }) } as RequestInit);
    const { status, error } = await errorOf(response);
    expect([status, error.code]).toEqual([413, "caller.request_too_large"]);
  });
  it("cuts off a caller who goes on sending for ever after the refusal", async () => {
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) });
    const sent = fetch(`${stack.url}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${(await stack.issueKey()).whole}`, "content-type": "application/json" }, body: endless, duplex: "half" } as RequestInit).then((response) => response.status, () => 0);
    expect([0, 413]).toContain(await sent);
  });
  it("415 another content type", async () => {
    expect((await stack.post("/chat/completions", "a=b", { key: await stack.issueKey(), headers: { "content-type": "application/x-www-form-urlencoded" } })).status).toBe(415);
  });
  it("429 beyond the key's rate, naming the bucket and when to come back", async () => {
    const key = await stack.issueKey({ rpmLimit: 2 });
    const responses = [];
    for (let sent = 0; sent < 4; sent++) responses.push(await stack.post("/chat/completions", chat(), { key }));
    const refused = responses.find((response) => response.status === 429);
    expect(refused?.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(refused?.headers.get("x-ratelimit-limit-requests")).toBe("2");
    if (!refused) throw new Error("nothing was refused");
    const { retry, error } = await errorOf(refused);
    expect([retry, error.code]).toEqual(["true", "tenant.rate_limited"]);
    expect(error.metadata["bucket"]).toContain("key");
  });
  it("502 when every attempt failed, listing each, and keeps the receipt free of charge", async () => {
    const key = await stack.issueKey();
    const { status, error } = await errorOf(await stack.post("/chat/completions", chat({ models: ["anthropic/claude-haiku-4.5"], provider: { only: ["openai", "anthropic"] } }), { key, headers: { "x-simulate": "status=500" } }));
    expect([status, error.code]).toEqual([502, "upstream.failed"]);
    expect(error.metadata["attempts"]).toMatchObject([{ provider: "openai", status: 500, class: "server_error" }, { provider: "anthropic", status: 500 }]);
    expect(stack.events(key).map((event) => [event.status, event.httpStatus, event.chargeNanoUsd])).toEqual([["failed", 502, "0"]]);
  });
  it("504 when the deadline passes", async () => {
    const { status, error } = await errorOf(await stack.post("/chat/completions", chat({ routing: { deadline_ms: 800, fallbacks: false } }), { key: await stack.issueKey(), headers: { "x-simulate": "hang" } }));
    expect([status, error.code]).toEqual([504, "upstream.deadline_exceeded"]);
  });
  it("in the stream, when a heartbeat has already said 200", async () => {
    const slow = await Stack.start({ GATEWAY_HEARTBEAT_MS: "50" });
    try {
      const response = await slow.post("/chat/completions", chat({ stream: true, routing: { fallbacks: false } }), { key: await slow.issueKey(), headers: { "x-simulate": "delay=300;status=500" } });
      const data = dataOf(await response.text());
      expect([response.status, data.length]).toEqual([200, 1]);
      expect(JSON.parse(data[0] ?? "{}")).toMatchObject({ error: { code: "upstream.failed" } });
    } finally { await slow.stop(); }
  });
});
