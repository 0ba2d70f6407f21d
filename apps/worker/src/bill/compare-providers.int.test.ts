import { randomUUID } from "node:crypto";
import { ledgerEntriesFor } from "@trunkline/billing";
import { priceKey, type AttemptRecord, type CatalogSnapshot, type TokenUsage } from "@trunkline/contracts";
import { createWorkerDb } from "@trunkline/db/worker";
import type { WorkerDb } from "@trunkline/db/worker";
import { createSimulator } from "@trunkline/testkit/simulator";
import type { Simulator } from "@trunkline/testkit/simulator";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { usageEvent } from "../usage-event.fixture.ts";
import { compareProviders } from "./compare-providers.ts";
import { createNightlyProviders } from "./nightly-providers.ts";
import { createProviderUsage } from "./provider-usage/create.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const databaseUrl = process.env["DATABASE_URL"] ?? "";
/** Each test has days of its own in the shared database. */
let dayMs = Date.UTC(2031, 0, 1) + (process.pid % 300) * 10 * DAY_MS;
const PRICE = { input: 2_000_000_000, cacheRead: 1_000_000_000, cacheWrite: 2_500_000_000, output: 8_000_000_000 };
let db: WorkerDb;
let sql: pg.Client;
let simulator: Simulator;
let nowMs = 0;
let organizationId = "";

beforeAll(async () => {
  if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
  db = { ...createWorkerDb({ databaseUrl, ledgerEntriesFor }), loadCatalog: async () => CATALOG };
  sql = new pg.Client({ connectionString: databaseUrl });
  await sql.connect();
});
afterAll(async () => { await db?.close(); await sql?.end(); });
beforeEach(async () => {
  dayMs += 10 * DAY_MS;
  organizationId = `org_${randomUUID()}`;
  await sql.query(`INSERT INTO organization (id, slug, name) VALUES ($1, $1, 'Acme')`, [organizationId]);
  nowMs = dayMs + HOUR_MS;
  simulator = await createSimulator({ port: 0, clock: () => nowMs });
  simulator.setPrices(Object.fromEntries(["openai", "anthropic", "openrouter"].map((provider) => [provider, { "*": PRICE }])));
});
afterEach(() => simulator.close());

const MODELS = [["openai", "gpt-suite"], ["anthropic", "claude-suite"], ["openrouter", "maker/model-suite"]] as const;
type Provider = (typeof MODELS)[number][0];
/** The models of this suite, at the price that the provider bills; the shared catalogue stays as it is. */
const CATALOG: CatalogSnapshot = {
  models: new Map(), endpointsByModel: new Map(MODELS.map(([provider, upstreamModel]) => [`suite/${upstreamModel}`, [{ provider, model: `suite/${upstreamModel}`, upstreamModel }]])),
  prices: new Map(MODELS.map(([provider, name]) => [priceKey(provider, `suite/${name}`), [{
    id: `prc_suite_${provider}`, provider, model: `suite/${name}`, source: "suite", effectiveFromMs: 0, effectiveToMs: null, inputNanoUsdPerMillion: BigInt(PRICE.input), cacheReadNanoUsdPerMillion: BigInt(PRICE.cacheRead),
    cacheWriteNanoUsdPerMillion: BigInt(PRICE.cacheWrite), outputNanoUsdPerMillion: BigInt(PRICE.output),
  }]])),
};

const sources = (provider: Provider) => createProviderUsage([{
  provider, adminKey: { openai: "sk-admin-suite", anthropic: "sk-ant-admin01-suite", openrouter: "sk-or-v1-management" }[provider],
  baseUrl: `${simulator.url}/${provider}${provider === "openrouter" ? "/api/v1" : "/v1"}`,
}]);
const costOf = ({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens }: TokenUsage): number => inputTokens * 2_000 + cacheReadTokens * 1_000 + cacheWriteTokens * 2_500 + (outputTokens + reasoningTokens) * 8_000;

/** One call over the provider's own wire, and what its answer said of usage. */
async function call(provider: Provider, { release = "" } = {}): Promise<TokenUsage> {
  const model = `${MODELS.find(([name]) => name === provider)?.[1]}${release}`;
  const path = provider === "anthropic" ? "/anthropic/v1/messages" : provider === "openai" ? "/openai/v1/chat/completions" : "/openrouter/api/v1/chat/completions";
  const requestId = randomUUID();
  const answer = await fetch(`${simulator.url}${path}`, {
    method: "POST", headers: { "content-type": "application/json", "anthropic-version": "2023-06-01", "x-trunkline-request-id": requestId },
    body: JSON.stringify({ model, max_tokens: 60, messages: [{ role: "user", content: `A question about ${randomUUID()}` }] }),
  });
  expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
  for (;;) {
    const entry = simulator.journal().find((one) => one.requestId === requestId);
    if (entry !== undefined) return { ...(entry.usage ?? { inputTokens: entry.promptTokens, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: entry.outputTokensSent, reasoningTokens: 0 }), basis: "reported" };
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function book(provider: Provider, usage: TokenUsage, { costNanoUsd = costOf(usage), atMs = nowMs, organization = organizationId, credentialId }: { costNanoUsd?: number; atMs?: number; organization?: string; credentialId?: string } = {}): Promise<void> {
  const upstreamModel = MODELS.find(([name]) => name === provider)?.[1] ?? "";
  const attempt: AttemptRecord = {
    attempt: 1, provider, model: `suite/${upstreamModel}`, upstreamModel, startedAtMs: atMs + 5, durationMs: 700, timeToFirstTokenMs: 9, status: 200, failureClass: null, message: null, usage, priceVersionId: `prc_suite_${provider}`,
    costNanoUsd: String(costNanoUsd), ...(credentialId === undefined ? {} : { credentialId }),
  };
  await db.ingestEvents([usageEvent(`req_${randomUUID()}`, { organizationId: organization, provider, createdAtMs: atMs, usage, chargeNanoUsd: String(costNanoUsd), attempts: [attempt] })]);
}

async function compare(provider: Provider, atMs = dayMs + DAY_MS + 9 * HOUR_MS) {
  const { days, failed } = await compareProviders({ db, sources: sources(provider), clock: () => atMs });
  return { failed, day: days.find(({ day }) => day === new Date(dayMs).toISOString().slice(0, 10)) };
}
const absorbed = async (organization = organizationId): Promise<bigint> => BigInt((await sql.query<{ sum: string }>(`SELECT coalesce(sum("absorbedNanoUsd"), 0)::text AS sum FROM ledger_transaction WHERE "organizationId" = $1`, [organization])).rows[0]?.sum ?? 0);

describe("the books against a provider's own accounts, over its wire", () => {
  it.each(MODELS.map(([provider]) => provider))("agree to the nano-USD with %s where every call was booked, releases and all", async (provider) => {
    await book(provider, await call(provider));
    await book(provider, await call(provider, provider === "openrouter" ? {} : { release: "-2030-05-01" }));
    const { day, failed } = await compare(provider);
    expect(failed).toEqual([]);
    expect(day).toMatchObject({ state: "agrees", gaps: [], settled: 0 });
    expect(day?.providerNanoUsd).toBe(day?.bookedNanoUsd);
    expect(day?.bookedNanoUsd).toBeGreaterThan(0n);
  });

  it("tell a call that was never booked from one that was booked twice", async () => {
    const lost = await call("openai");
    expect((await compare("openai")).day).toMatchObject({ state: "differs", gaps: [{ class: "missing", nanoUsd: BigInt(costOf(lost)), attempts: 1n }] });
    await book("openai", lost);
    expect((await compare("openai")).day).toMatchObject({ state: "agrees" });
    await book("openai", lost);
    expect((await compare("openai")).day).toMatchObject({ state: "differs", gaps: [{ class: "duplicate", nanoUsd: BigInt(-costOf(lost)), attempts: 1n }] });
  });

  it("call the same tokens at another price mispriced", async () => {
    const usage = await call("anthropic");
    await book("anthropic", usage, { costNanoUsd: costOf(usage) - 50_000 });
    expect((await compare("anthropic")).day).toMatchObject({ state: "differs", gaps: [{ class: "mispriced", nanoUsd: 50_000n }] });
  });

  it("leave out what an organization's own key paid for, and what a test key asked", async () => {
    await book("openai", await call("openai"));
    await book("openai", { inputTokens: 900, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 90, reasoningTokens: 0, basis: "reported" }, { credentialId: "cred_own" });
    expect((await compare("openai")).day).toMatchObject({ state: "agrees" });
  });

  it("settle estimates by what the provider says, each organization's part, once, and again only by what changed", async () => {
    const other = `org_${randomUUID()}`;
    await sql.query(`INSERT INTO organization (id, slug, name) VALUES ($1, $1, 'Other')`, [other]);
    const actual = [await call("openai"), await call("openai")];
    const estimate: TokenUsage = { inputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 5, reasoningTokens: 0, basis: "estimated" };
    await book("openai", estimate);
    await book("openai", estimate, { organization: other });
    const off = BigInt(actual.reduce((sum, usage) => sum + costOf(usage), 0) - 2 * costOf(estimate));
    expect((await compare("openai")).day).toMatchObject({ state: "agrees", settled: 2, gaps: [{ class: "aborted", nanoUsd: off, attempts: 2n }] });
    expect(await absorbed() + await absorbed(other)).toBe(off);
    expect((await compare("openai")).day?.settled).toBe(0);
    const { rows } = await sql.query<{ balance: string }>(`SELECT sum("providerPayableNanoUsd")::text AS balance FROM ledger_transaction WHERE "organizationId" = ANY ($1)`, [[organizationId, other]]);
    expect(BigInt(rows[0]?.balance ?? 0)).toBe(-BigInt(actual.reduce((sum, usage) => sum + costOf(usage), 0)));
  });

  it("judge no day that the provider may still add to", async () => {
    await call("openai");
    expect((await compare("openai", dayMs + DAY_MS + HOUR_MS)).day).toMatchObject({ state: "open", agrees: true, gaps: [{ class: "in_flight" }] });
  });

  it("say in words without the key that a provider turns an ordinary key away, and go on with the others", async () => {
    const wrong = createProviderUsage([{ provider: "anthropic", adminKey: "sk-ant-api03-ordinary", baseUrl: `${simulator.url}/anthropic/v1` }]);
    const { days, failed } = await compareProviders({ db, sources: [...wrong, ...sources("openai")], clock: () => dayMs + DAY_MS + 9 * HOUR_MS });
    expect(failed).toEqual([{ provider: "anthropic", error: expect.stringMatching(/^127\.0\.0\.1 answered 401 to \/organizations\/usage_report\/messages$/) }]);
    expect(days).toHaveLength(3);
  });
});

it("looks once a night, keeps what it found, and asks again in a while where it could not", async () => {
  const seen: string[] = [];
  const failures: string[] = [];
  let nightMs = dayMs + DAY_MS + 8 * HOUR_MS;
  const at = (given: readonly ReturnType<typeof sources>[number][]) => createNightlyProviders({ db, sources: given, clock: () => nightMs, onDay: ({ day }) => seen.push(day), onFailed: (provider) => failures.push(provider) });
  const tick = at(sources("openrouter"));
  for (const hour of [9, 10, 20]) { nightMs = dayMs + DAY_MS + hour * HOUR_MS; await tick(); }
  expect(seen).toHaveLength(3);
  await at(sources("openrouter"))();
  expect(seen).toHaveLength(3);
  nightMs += DAY_MS;
  await tick();
  expect(seen).toHaveLength(6);
  const { rows } = await sql.query(`SELECT state FROM provider_comparison WHERE provider = 'openrouter' AND "comparedAt" >= $1`, [new Date(dayMs)]);
  expect(rows).toHaveLength(6);
  await simulator.close();
  nightMs += DAY_MS;
  await tick();
  await tick();
  expect(failures).toEqual(["openrouter"]);
});
