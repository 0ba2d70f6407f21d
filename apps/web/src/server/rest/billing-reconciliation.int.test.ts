import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { issueKey } from "../issue-key.ts";
import { dispatchRest } from "./dispatch.ts";
import { closeStore, db, peppers, run, sql } from "./rest-store.fixture.ts";

interface Tenant { readonly organizationId: string; get<T>(path: string): Promise<T> }

async function newTenant(name: string): Promise<Tenant> {
  const user = await db.accounts.createUser({ email: `${name}-${run}@example.test`, name: `${name} ${run}`, passwordHash: "x" });
  const { organizationId, projectId } = await db.accounts.ensureOrganization(user);
  const { secret } = await issueKey(db, peppers, { actor: { organizationId, role: "owner", userId: user.id, label: "test" }, projectId, input: { name: "management", kind: "mgmt" } });
  return {
    organizationId,
    async get<T>(path: string) {
      const answer = await dispatchRest(new Request(`http://127.0.0.1/api/v1${path}`, { headers: { authorization: `Bearer ${secret}` } }), (path.split("?")[0] ?? "").split("/").slice(1), { db, kv: { publish: async () => {} } as never, peppers });
      expect(answer.status).toBe(200);
      return (await answer.json()) as T;
    },
  };
}
let operator: Tenant;
let other: Tenant;
beforeAll(async () => {
  [operator, other] = [await newTenant("operates"), await newTenant("rents")];
  vi.stubEnv("AUTH_SECRET", "secret-of-the-reconciliation-tests").stubEnv("API_KEY_PEPPERS", `1:${Buffer.alloc(32, 7).toString("base64")}`).stubEnv("PUBLIC_WEB_URL", "http://127.0.0.1:1").stubEnv("PUBLIC_GATEWAY_URL", "http://127.0.0.1:2").stubEnv("OPERATOR_ORGANIZATION", operator.organizationId);
});
afterAll(async () => { vi.unstubAllEnvs(); await closeStore(); });

interface List<Row> { readonly data: readonly Row[]; readonly operates?: boolean }

it("shows an organization what its own nights found, and nobody else's", async () => {
  for (const [organizationId, kind] of [[operator.organizationId, "missing"], [other.organizationId, "agrees"]]) {
    await sql.query(`INSERT INTO meter_comparison ("organizationId", meter, "comparedAt", kind, confirmed, sent, "inDoubt", stripe) VALUES ($1, 'spend', now(), $2, true, 2500000, 0, 2400000)`, [organizationId, kind]);
  }
  expect((await other.get<List<object>>("/billing/reconciliation/history")).data).toEqual([{ object: "comparison", meter: "spend", unit: "usd", kind: "agrees", confirmed: true, told: "2.50", in_doubt: "0.00", stripe: "2.40", compared_at: expect.any(String) }]);
});

it("shows the books of the whole installation to its operator alone, each day as it was last found", async () => {
  for (const [ago, state] of [["2 hours", "open"], ["1 hour", "differs"]]) {
    await sql.query(`INSERT INTO provider_comparison (provider, day, "comparedAt", state, "bookedNanoUsd", "providerNanoUsd", "errorBarNanoUsd", gaps) VALUES ('openai', ('2040-03-0' || $3)::date, now() - $1::interval, $2, 1500000000, 1600000000, 2000, $4)`, [ago, state, String(1 + Number(run) % 8), JSON.stringify([{ class: "missing", nanoUsd: "100000000", attempts: "3" }])]);
  }
  expect(await other.get<List<object>>("/billing/reconciliation/providers")).toMatchObject({ operates: false, data: [] });
  const { operates, data } = await operator.get<List<{ readonly day: string }>>("/billing/reconciliation/providers");
  expect([operates, data.filter(({ day }) => day.startsWith("2040-03"))]).toEqual([true, [{
    object: "provider_day", provider: "openai", day: expect.stringMatching(/^2040-03-0\d$/), state: "differs", booked_usd: "1.50", billed_usd: "1.60", error_bar_usd: "0.000002", compared_at: expect.any(String), gaps: [{ class: "missing", amount_usd: "0.10", attempts: 3 }],
  }]]);
});

it("tells the operator alone what each customer brings and costs, plans and settled estimates included, those that lose most first", async () => {
  const use = (organizationId: string, charge: number, cost: number): Promise<unknown> => sql.query(
    `INSERT INTO usage_rollup (bucket, "organizationId", "projectId", "apiKeyId", mode, provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount", "absorbedNanoUsd")
     VALUES (date_trunc('minute', now() - interval '3 days'), $1, 'p', 'k', 'live', 'openai', 'm', '', 'ok', 4, 4, 0, 0, 0, 0, 0, $2, $3, 0, 0, 0, greatest($3::bigint - $2::bigint, 0))`, [organizationId, charge, cost]);
  await use(operator.organizationId, 3_000_000_000, 2_000_000_000);
  await use(other.organizationId, 1_000_000_000, 5_000_000_000);
  await sql.query(`INSERT INTO stripe_invoice (id, "organizationId", status, "totalNanoUsd", "extraNanoUsd", "paidNanoUsd", "createdAt", "updatedAt") SELECT 'in_' || s || $2, $1, s, 3000000000, 3000000000, 0, now() - interval '2 days', now() FROM unnest(ARRAY['paid', 'void']) s`, [other.organizationId, run]);
  await sql.query(`INSERT INTO estimate_settlement (id, provider, day, model, "organizationId", attempts, "estimatedNanoUsd", "deltaNanoUsd", "createdAt") VALUES ($1, 'openai', current_date - 3, 'gpt-x', $2, 1, 1000000, 500000000, now())`, [`est:margin${run}`, other.organizationId]);
  expect(await other.get<List<object>>("/billing/margins")).toMatchObject({ operates: false, data: [] });
  const { data } = await operator.get<List<{ readonly organization: string }>>("/billing/margins?limit=1000");
  const ours = data.filter(({ organization }) => organization === operator.organizationId || organization === other.organizationId);
  expect(ours).toMatchObject([
    { organization: other.organizationId, requests: 4, charged_usd: "1.00", plan_fees_usd: "3.00", revenue_usd: "4.00", provider_cost_usd: "5.50", absorbed_usd: "4.50", margin_usd: "-1.50", margin_share: -0.375 },
    { organization: operator.organizationId, revenue_usd: "3.00", provider_cost_usd: "2.00", absorbed_usd: "0.00", margin_usd: "1.00", margin_share: 0.3333 },
  ]);
});

it("lists what estimates of an organization were off by, to it alone", async () => {
  await sql.query(`INSERT INTO estimate_settlement (id, provider, day, model, "organizationId", attempts, "estimatedNanoUsd", "deltaNanoUsd", "createdAt") VALUES ($1, 'openai', '2040-03-01', 'gpt-x', $2, 2, 1000000, -400000, now())`, [`est:${run}`, other.organizationId]);
  expect((await operator.get<List<object>>("/billing/reconciliation/estimates")).data).toEqual([]);
  expect((await other.get<List<{ readonly id: string }>>("/billing/reconciliation/estimates")).data.filter(({ id }) => id === `est:${run}`)).toEqual([{ object: "settled_estimate", id: `est:${run}`, provider: "openai", model: "gpt-x", day: "2040-03-01", attempts: 2, estimated_usd: "0.001", off_by_usd: "-0.0004", settled_at: expect.any(String) }]);
});
