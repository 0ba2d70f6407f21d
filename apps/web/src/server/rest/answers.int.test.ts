import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { issueKey } from "../issue-key.ts";
import { dispatchRest } from "./dispatch.ts";
import { openApiDocument } from "./openapi.ts";
import { closeStore, db, peppers, run, sql } from "./rest-store.fixture.ts";

const document = { rules: [{ name: "all", targets: [{ model: "openai/gpt-5-mini" }] }] };
const attempt = { attempt: 1, provider: "openai", model: "openai/gpt-5-mini", upstreamModel: "gpt-5-mini", status: 200, failureClass: null, message: null, startedAtMs: 0, durationMs: 800, timeToFirstTokenMs: 300, costNanoUsd: "12" };

let mateId: string;
let call: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: Record<string, unknown> }>;
const requestId = `req_ans${run}`;

beforeEach(() => {
  vi.unstubAllEnvs().stubEnv("AUTH_SECRET", "secret-of-the-rest-tests").stubEnv("API_KEY_PEPPERS", `1:${Buffer.alloc(32, 7).toString("base64")}`).stubEnv("PUBLIC_WEB_URL", "http://127.0.0.1:1").stubEnv("PUBLIC_GATEWAY_URL", "http://127.0.0.1:2");
});
afterAll(async () => { vi.unstubAllEnvs(); await closeStore(); });
beforeAll(async () => {
  const user = await db.accounts.createUser({ email: `ans-${run}@example.test`, name: `Ans ${run}`, passwordHash: "x" });
  const { organizationId, projectId } = await db.accounts.ensureOrganization(user);
  mateId = (await db.accounts.createUser({ email: `mate-${run}@example.test`, name: null, passwordHash: "x" })).id;
  await sql.query(`INSERT INTO member ("userId", "organizationId", role, "createdAt") VALUES ($1, $2, 'viewer', now())`, [mateId, organizationId]);
  const { secret } = await issueKey(db, peppers, { actor: { organizationId, role: "owner", userId: user.id, label: "test" }, projectId, input: { name: "management", kind: "mgmt" } });
  call = async (method, path, body) => {
    const url = new URL(`http://127.0.0.1:1/api/v1${path}`);
    const request = new Request(url, { method, headers: { authorization: `Bearer ${secret}` }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const response = await dispatchRest(request, url.pathname.split("/").slice(3), { db, kv: { publish: async () => undefined } as never, peppers });
    return { status: response.status, body: await response.json() as Record<string, unknown> };
  };
  await sql.query(
    `INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", "presetSlug", status, "httpStatus", provider, model, "durationMs", "timeToFirstTokenMs",
      "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "chargeNanoUsd", "costNanoUsd", attempts, losses, metadata)
     VALUES ($1, 'live', $2, $3, 'key_gone', now(), 'chat_completions', true, 'auto', 'mine', 'ok', 200, 'openai', 'openai/gpt-5-mini', 900, 300, 10, 0, 0, 5, 0, 'reported', 12, 12, $4, '["dropped:seed"]', '{"team":"a"}')`, [requestId, organizationId, projectId, JSON.stringify([attempt])]);
  await sql.query(`INSERT INTO receipt ("generationId", "organizationId", sequence, "keyId", body, hash, signature, "createdAt") VALUES ($1, $2, 1, 'rk_1', '{"sequence":1}', 'aa', 'bb', now())`, [requestId, organizationId]);
  await sql.query(`INSERT INTO credit_note (id, "organizationId", "correctionId", "amountNanoUsd", requests, reason, state, "createdAt") VALUES ($1, $2, 'cor_1', -5, 1, 'A price was wrong', 'open', now())`, [`crn_${run}`, organizationId]);
});

/** What the other tests of the management API do not ask. */
const ASKED: readonly (readonly [status: number, method: string, path: string, body?: object])[] = [
  [200, "GET", "/organizations"], [200, "GET", "/projects"], [200, "GET", "/members"], [201, "POST", "/members", { email: `guest-${run}@example.test`, role: "viewer" }],
  [201, "POST", "/presets", { slug: "mine", name: "Mine", document }], [200, "GET", "/presets"], [200, "GET", "/presets/mine"], [200, "POST", "/presets/mine/publish", { comment: "first" }],
  [200, "POST", "/presets/dry-run", { document, body: { messages: [{ role: "user", content: "hi" }] } }], [200, "POST", "/presets/mine/backtest", { document }],
  [200, "GET", "/requests"], [200, "GET", `/requests/${requestId}`], [200, "GET", "/receipts"], [200, "GET", "/billing/plan"], [200, "GET", "/billing/plans"], [200, "GET", "/billing/auto-top-up"], [200, "GET", "/billing/credit-notes"], [200, "GET", `/billing/credit-notes/crn_${run}/lines`],
];

it("every answer is what the OpenAPI document says, field by field", async () => {
  for (const [status, method, path, body] of ASKED) {
    const answer = await call(method, path, body);
    expect([path, answer.status, answer.body["detail"]]).toEqual([path, status, undefined]);
  }
  const budget = await call("POST", "/budgets", { scope: "user", scopeId: "u1", name: "One user", period: "monthly", limitUsd: "5" });
  expect(budget.status).toBe(201);
  const budgetPath = `/budgets/${String(budget.body["id"])}`;
  expect((await call("GET", "/budgets")).status).toBe(200);
  expect((await call("PATCH", budgetPath, { name: "Less" })).status).toBe(200);
  expect((await call("DELETE", budgetPath)).status).toBe(200);
  expect((await call("PATCH", `/members/${mateId}`, { role: "developer" })).status).toBe(200);
  expect((await call("DELETE", `/members/${mateId}`)).status).toBe(200);
  const keys = (await call("GET", "/keys")).body["data"] as { id: string }[];
  expect((await call("GET", `/keys/${keys[0]?.id ?? ""}`)).status).toBe(200);
});

it("the document describes the fields of every answer, and problems as RFC 9457 has them", () => {
  const { paths } = openApiDocument("http://127.0.0.1:1") as { paths: Record<string, Record<string, { operationId: string; responses: Record<string, { content: Record<string, { schema: Record<string, unknown> }> }> }>> };
  const bare = Object.values(paths).flatMap((methods) => Object.values(methods)).filter(({ responses }) => {
    const schema = responses["200"]?.content["application/json"]?.schema ?? responses["201"]?.content["application/json"]?.schema ?? {};
    return schema["properties"] === undefined && schema["items"] === undefined && schema["anyOf"] === undefined;
  });
  expect(bare.map(({ operationId }) => operationId)).toEqual([]);
});
