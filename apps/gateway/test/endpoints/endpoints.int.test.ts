import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chat, Stack } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

describe("reading endpoints", () => {
  it("list the models in one superset, and answer 304 to a known ETag", async () => {
    const key = await stack.issueKey();
    const response = await stack.get("/v1/models", key);
    const body = await response.json() as { object: string; total_count: number; has_more: boolean; data: { id: string; type: string; pricing: { prompt: string } }[] };
    expect([body.object, body.has_more, body.total_count > 20, body.data[0]?.type]).toEqual(["list", false, true, "model"]);
    expect(Number(body.data[0]?.pricing.prompt)).toBeGreaterThan(0);
    expect((await stack.get("/v1/models", key, { "if-none-match": response.headers.get("etag") ?? "" })).status).toBe(304);
    expect((await stack.get("/v1/models/openai/gpt-5-mini", key)).status).toBe(200);
    expect((await stack.get("/v1/models/openai/gpt-5-mini/endpoints", key)).status).toBe(200);
    expect((await stack.get("/v1/models/openai/none", key)).status).toBe(404);
  });
  it("find a model by its id as it is or encoded, with the year it came out", async () => {
    const key = await stack.issueKey();
    for (const id of ["openai/gpt-5-mini", "openai%2Fgpt-5-mini", "gpt-5-mini"]) {
      const model = await (await stack.get(`/v1/models/${id}`, key)).json() as { id: string; created: number; created_at: string };
      expect([model.id, model.created_at.slice(0, 4), new Date(model.created * 1_000).getUTCFullYear()], id).toEqual(["openai/gpt-5-mini", "2025", 2025]);
    }
  });
  it("tell how a model's providers did for this project, and no other", async () => {
    const [key, stranger] = [await stack.issueKey(), await stack.issueKey()];
    const attempt = (failureClass: string | null, timeToFirstTokenMs: number) => ({ attempt: 1, provider: "openai", model: "openai/gpt-5-mini", failureClass, timeToFirstTokenMs, durationMs: timeToFirstTokenMs + 1_000, usage: { outputTokens: 50, reasoningTokens: 0 } });
    for (const [index, attempts] of [[attempt(null, 100)], [attempt(null, 300)], [attempt("overloaded", 9)], [attempt("caller_error", 9)]].entries()) {
      await stack.pool.query(`INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", status, "httpStatus", "durationMs", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "chargeNanoUsd", "costNanoUsd", attempts, losses, metadata)
        VALUES ($1, 'test', $2, $3, $4, now(), 'chat_completions', true, 'm', 'ok', 200, 1, 0, 0, 0, 0, 0, 'reported', 0, 0, $5, '[]', '{}')`, [`req_stats_${key.keyId}_${index}`, key.organizationId, key.projectId, key.id, JSON.stringify(attempts)]);
    }
    const openai = async (asking: typeof key) => (await (await stack.get("/v1/models/openai/gpt-5-mini/endpoints", asking)).json() as { data: { endpoints: Record<string, unknown>[] } }).data.endpoints.find((endpoint) => endpoint["provider"] === "openai");
    expect(await openai(key)).toMatchObject({ uptime_last_30m: 66.67, uptime_last_1d: 66.67, requests_last_1d: 3, latency_last_30m: { p50: 200 }, throughput_last_30m: { p50: 50, p99: 50 } });
    expect(await openai(stranger)).toMatchObject({ uptime_last_30m: null, latency_last_30m: null, throughput_last_30m: null });
  });
  it("give the receipt of a request at once, and not to another organization", async () => {
    const key = await stack.issueKey();
    const answer = await stack.post("/chat/completions", chat(), { key });
    const id = answer.headers.get("x-trunkline-request-id") ?? "";
    expect(await (await stack.get(`/v1/generations/${id}`, key)).json()).toMatchObject({ id, status: "ok", is_test: true, provider: "openai" });
    expect(await (await stack.get(`/api/v1/generation?id=${id}`, key)).json()).toMatchObject({ data: { id } });
    expect((await stack.get(`/v1/generations/${id}`, await stack.issueKey())).status).toBe(404);
    for (const odd of ["a%00b", "%ED%A0%80", "%F0%9F%98%80"]) expect((await stack.get(`/api/v1/generation?id=${odd}`, key)).status).toBe(404);
  });
  it("give the receipt as it was signed, byte for byte, with the public keys for anybody", async () => {
    const [key, keyId] = [await stack.issueKey(), `rck_${Date.now()}`];
    const id = (await stack.post("/chat/completions", chat(), { key })).headers.get("x-trunkline-request-id") ?? "";
    expect(await (await stack.get(`/v1/generations/${id}`, key)).json()).toMatchObject({ signed_receipt: null });
    await stack.pool.query(`INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", status, "httpStatus", "durationMs", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "chargeNanoUsd", "costNanoUsd", attempts, losses, metadata)
      VALUES ($1, 'test', $2, $3, $4, now(), 'chat_completions', true, 'm', 'ok', 200, 1, 0, 0, 0, 0, 0, 'reported', 0, 0, '[]', '[]', '{}')`, [`${id}_signed`, key.organizationId, key.projectId, key.id]);
    await stack.pool.query(`INSERT INTO receipt ("generationId", "organizationId", sequence, "keyId", body, hash, signature, "createdAt") VALUES ($1, $2, 1, $3, '{"cost_nano_usd":"0","sequence":1}', 'h', 's', now())`, [`${id}_signed`, key.organizationId, keyId]);
    await stack.pool.query(`INSERT INTO receipt_key (id, "publicKey", "createdAt") VALUES ($1, 'eA', now())`, [keyId]);
    expect(await (await stack.get(`/v1/generations/${id}_signed`, key)).json()).toMatchObject({ signed_receipt: { receipt: { cost_nano_usd: "0", sequence: 1 }, hash: "h", signature: "s" } });
    const { keys } = await (await fetch(`${stack.url}/.well-known/receipt-keys.json`)).json() as { keys: readonly object[] };
    expect(keys).toContainEqual({ kid: keyId, kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", x: "eA" });
  });
  it("describe the key and the credits", async () => {
    const key = await stack.issueKey({ rpmLimit: 60, kind: "live", budgetNanoUsd: 5_000_000_000n });
    expect(await (await stack.get("/v1/key", key)).json()).toMatchObject({ data: { label: "Test", limit: 5, limit_remaining: 5, rate_limit: { requests: 60 } } });
    expect((await stack.get("/v1/credits", key)).status).toBe(200);
  });
  it("explain a route without calling anybody", async () => {
    const before = stack.simulator.journal().length;
    const body = await (await stack.post("/route/explain", chat({ model: "auto", routing_preset: "cost" }), { key: await stack.issueKey() })).json() as { candidates: unknown[]; preset: string };
    expect([body.preset, body.candidates.length > 1]).toEqual(["cost", true]);
    expect(stack.simulator.journal().length).toBe(before);
  });
});

describe("operating endpoints", () => {
  it("answer health, readiness, metrics, root and the OpenAPI document without a key", async () => {
    for (const path of ["/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/v1/"]) expect([path, (await stack.get(path)).status]).toEqual([path, 200]);
    expect((await fetch(stack.url, { method: "HEAD" })).status).toBe(200);
    const document = await (await stack.get("/openapi.json")).json() as { paths: Record<string, { post?: { requestBody: { content: Record<string, { schema: { properties: object } }> } } }> };
    expect(Object.keys(document.paths["/chat/completions"]?.post?.requestBody.content["application/json"]?.schema.properties ?? {})).toContain("routing_preset");
  });
  it("count every answer by inbound API and status, refusals and callers who left among them", async () => {
    const readMetric = async (name: string): Promise<number> => {
      const line = (await (await stack.get("/metrics")).text()).split("\n").find((text) => text.startsWith(`${name} `));
      return Number(line?.split(" ")[1] ?? 0);
    };
    const names = ['trunkline_requests_total{inbound="messages",status="4xx"}', 'trunkline_requests_total{inbound="chat_completions",status="2xx"}', 'trunkline_requests_total{inbound="chat_completions",status="429"}', 'trunkline_requests_total{inbound="chat_completions",status="499"}', "trunkline_rate_limited_total"];
    const before = await Promise.all(names.map(readMetric));
    await stack.post("/messages", {});
    const key = await stack.issueKey({ rpmLimit: 1 });
    expect((await stack.post("/chat/completions", chat(), { key })).status).toBe(200);
    expect((await stack.post("/chat/completions", chat(), { key })).status).toBe(429);
    const leaving = new AbortController();
    const stream = await fetch(`${stack.url}/v1/chat/completions`, { method: "POST", signal: leaving.signal, headers: { "content-type": "application/json", authorization: `Bearer ${(await stack.issueKey()).whole}`, "x-simulate": "stall@5" }, body: JSON.stringify(chat({ stream: true })) });
    expect(stream.status).toBe(200);
    leaving.abort();
    await vi.waitFor(async () => expect((await Promise.all(names.map(readMetric))).map((value, index) => value - (before[index] ?? 0))).toEqual([1, 1, 1, 1, 1]), 5_000);
  });
  it("answer a preflight without a key, echoing what it asks for and allowing no origin", async () => {
    const response = await fetch(`${stack.url}/v1/chat/completions`, { method: "OPTIONS", headers: { origin: "https://a.example", "access-control-request-headers": "x-a, x-b", "access-control-request-method": "POST" } });
    expect([response.status, response.headers.get("access-control-allow-headers"), response.headers.get("access-control-allow-origin")]).toEqual([204, "x-a, x-b", null]);
  });
});

describe("live keys", () => {
  it("go to the provider's own address with the platform's credential, and are charged", async () => {
    const key = await stack.issueKey({ kind: "live", budgetNanoUsd: 5_000_000_000n });
    const response = await stack.post("/chat/completions", chat({ model: "anthropic/claude-haiku-4.5" }), { key, headers: { "x-simulate": "status=500" } });
    expect([response.status, response.headers.get("x-trunkline-provider")]).toEqual([200, "anthropic"]);
    const [event] = stack.events(key);
    expect([event?.mode, event?.status]).toEqual(["live", "ok"]);
  });
  it("take a revocation at once when it is announced", async () => {
    const key = await stack.issueKey();
    expect((await stack.post("/chat/completions", chat(), { key })).status).toBe(200);
    await stack.pool.query(`UPDATE api_key SET "revokedAt" = now() - interval '1 second' WHERE id = $1`, [key.id]);
    await stack.announce("api-key", key.keyId);
    for (let tries = 0; tries < 100; tries++) if ((await stack.post("/chat/completions", chat(), { key })).status === 401) return;
    throw new Error("the revoked key still works");
  });
});
