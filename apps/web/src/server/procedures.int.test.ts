import { afterAll, beforeAll, describe, expect, it } from "vitest";
import pg from "pg";
import { ROLES, roleMay, type Permission, type Role } from "@trunkline/contracts";
import { planSync } from "@trunkline/catalog/sync";
import { CHAIN_START, createReceiptSigner } from "@trunkline/keys";
import { changeCatalog, createWebDb, type UserRecord } from "@trunkline/db/web";
import { appRouter } from "./app-router.ts";
import { createCaller } from "./trpc.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");

const db = createWebDb({ databaseUrl });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const published: string[] = [];
const kv = { publish: async (topic: string, id: string) => { published.push(`${topic} ${id}`); } };
const peppers = new Map([[1, new Uint8Array(32).fill(7)]]);
const run = `${Date.now()}${process.pid}`;
const document = { rules: [{ name: "all", when: {}, strategy: "ordered" as const, targets: [{ model: "openai/gpt-5-mini", weight: 1 }], fallbacks: [] }], limits: {} };

interface Tenant { readonly owner: UserRecord; readonly scope: { organization: string; project: string }; readonly organizationId: string; readonly projectId: string }

const callerOf = (user: UserRecord | null) => createCaller(appRouter)({ db, kv, peppers, user, gatewayUrl: "http://127.0.0.1:1", nowMs: Date.now });

async function newTenant(name: string): Promise<Tenant> {
  const owner = await db.accounts.createUser({ email: `${name}-${run}@example.test`, name: `${name} ${run}`, passwordHash: "x" });
  const ids = await db.accounts.ensureOrganization(owner);
  const [membership] = await db.accounts.listMemberships(owner.id);
  return { owner, ...ids, scope: { organization: membership?.slug ?? "", project: "default" } };
}

async function newMember(tenant: Tenant, role: Role): Promise<UserRecord> {
  const user = await db.accounts.createUser({ email: `${role}-${run}@example.test`, name: null, passwordHash: "x" });
  await sql.query(`INSERT INTO member ("organizationId", "userId", role) VALUES ($1, $2, $3::"Role")`, [tenant.organizationId, user.id, role]);
  return user;
}

async function insertUsage(tenant: Tenant, row: { apiKeyId: string; bucket: string; chargeNanoUsd: bigint; mode?: string }): Promise<void> {
  await sql.query(`INSERT INTO usage_rollup (bucket, "organizationId", "projectId", "apiKeyId", mode, provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens",
    "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount") VALUES ($1, $2, $3, $4, $5, 'openai', 'openai/gpt-5-mini', '', 'ok', 1, 1, 10, 0, 0, 5, 0, $6, 0, 100, 50, 1)`,
  [row.bucket, tenant.organizationId, tenant.projectId, row.apiKeyId, row.mode ?? "live", row.chargeNanoUsd]);
}

let acme: Tenant;
let other: Tenant;
const members = new Map<Role, UserRecord>();

beforeAll(async () => {
  acme = await newTenant("acme");
  other = await newTenant("other");
  for (const role of ROLES) members.set(role, role === "owner" ? acme.owner : await newMember(acme, role));
});
afterAll(async () => {
  await Promise.all([db.close(), sql.end()]);
});

type Caller = ReturnType<typeof callerOf>;
/** The first message of a stream; leaving the loop ends it. */
async function firstOf<T>(stream: AsyncIterable<T>): Promise<T> {
  for await (const message of stream) return message;
  throw new Error("the stream ended without a message");
}

let sequence = 0;
const name = (): string => `n${++sequence}`;

/** A published preset of which the worker has found something. */
async function noticedPreset(owner: Caller): Promise<string> {
  const { slug } = await owner.presets.create({ ...acme.scope, slug: name(), name: "x", document });
  await owner.presets.publish({ ...acme.scope, slug, comment: "" });
  await sql.query(`INSERT INTO price_notice ("organizationId", "presetSlug", "presetVersion", fingerprint, models, requests, "changedShare", "followedNanoUsd", "savedNanoUsd", proposal, "foundAt") VALUES ($1, $2, 1, '1 x', '{x/y}', 1, 0, 0, 1, $3, now())`, [acme.organizationId, slug, JSON.stringify(document)]);
  return slug;
}

/** v2 is published, v1 is there to try. */
async function twicePublished(owner: Caller): Promise<string> {
  const { slug } = await owner.presets.create({ ...acme.scope, slug: name(), name: "x", document });
  await owner.presets.publish({ ...acme.scope, slug, comment: "" });
  await owner.presets.saveDraft({ ...acme.scope, slug, document });
  await owner.presets.publish({ ...acme.scope, slug, comment: "" });
  return slug;
}
async function withCanary(owner: Caller): Promise<string> {
  const slug = await twicePublished(owner);
  await owner.presets.startCanary({ ...acme.scope, slug, percent: 5, version: 1 });
  return slug;
}

const withDrill = async (owner: Caller) => owner.presets.startDrill({ ...acme.scope, preset: await twicePublished(owner), provider: "openai", percent: 5, minutes: 1 });

/** Every project-scoped procedure, what it needs, and a call that must succeed for whoever may. */
const PROCEDURES: readonly [string, Permission, (caller: Caller, owner: Caller) => Promise<unknown>][] = [
  ["keys.list", "resources.read", (caller) => caller.keys.list(acme.scope)],
  ["keys.create", "keys.manage", (caller) => caller.keys.create({ ...acme.scope, name: name(), kind: "live" })],
  ["keys.create of a management key", "organization.manage", (caller) => caller.keys.create({ ...acme.scope, name: name(), kind: "mgmt" })],
  ["keys.revoke", "keys.manage", async (caller, owner) => caller.keys.revoke({ ...acme.scope, id: (await owner.keys.create({ ...acme.scope, name: name(), kind: "test" })).key.id })],
  ["presets.list", "resources.read", (caller) => caller.presets.list(acme.scope)],
  ["presets.get", "resources.read", async (caller, owner) => caller.presets.get({ ...acme.scope, slug: (await owner.presets.create({ ...acme.scope, slug: name(), name: "x", document })).slug })],
  ["presets.create", "presets.manage", (caller) => caller.presets.create({ ...acme.scope, slug: name(), name: "x", document })],
  ["presets.saveDraft", "presets.manage", async (caller, owner) => caller.presets.saveDraft({ ...acme.scope, slug: (await owner.presets.create({ ...acme.scope, slug: name(), name: "x", document })).slug, document })],
  ["presets.publish", "presets.manage", async (caller, owner) => caller.presets.publish({ ...acme.scope, slug: (await owner.presets.create({ ...acme.scope, slug: name(), name: "x", document })).slug, comment: "" })],
  ["presets.rollBack", "presets.manage", async (caller, owner) => {
    const { slug } = await owner.presets.create({ ...acme.scope, slug: name(), name: "x", document });
    await owner.presets.publish({ ...acme.scope, slug, comment: "" });
    return caller.presets.rollBack({ ...acme.scope, slug, version: 1 });
  }],
  ["presets.canary", "usage.read", async (caller, owner) => caller.presets.canary({ ...acme.scope, slug: await twicePublished(owner) })],
  ["presets.startCanary", "presets.manage", async (caller, owner) => caller.presets.startCanary({ ...acme.scope, slug: await twicePublished(owner), percent: 5, version: 1 })],
  ["presets.setCanaryShare", "presets.manage", async (caller, owner) => caller.presets.setCanaryShare({ ...acme.scope, slug: await withCanary(owner), percent: 10 })],
  ["presets.promoteCanary", "presets.manage", async (caller, owner) => caller.presets.promoteCanary({ ...acme.scope, slug: await withCanary(owner) })],
  ["presets.abortCanary", "presets.manage", async (caller, owner) => caller.presets.abortCanary({ ...acme.scope, slug: await withCanary(owner) })],
  ["presets.shadow", "usage.read", async (caller, owner) => caller.presets.shadow({ ...acme.scope, slug: await twicePublished(owner) })],
  ["presets.startShadow", "presets.manage", async (caller, owner) => caller.presets.startShadow({ ...acme.scope, slug: await twicePublished(owner), percent: 5, version: 1 })],
  ["presets.stopShadow", "presets.manage", async (caller, owner) => {
    const slug = await twicePublished(owner);
    await owner.presets.startShadow({ ...acme.scope, slug, percent: 5, version: 1 });
    return caller.presets.stopShadow({ ...acme.scope, slug });
  }],
  ["presets.drills", "usage.read", async (caller, owner) => caller.presets.drills({ ...acme.scope, slug: await twicePublished(owner) })],
  ["presets.drill", "usage.read", async (caller, owner) => caller.presets.drill({ ...acme.scope, id: (await withDrill(owner)).id })],
  ["presets.startDrill", "presets.manage", async (caller, owner) => caller.presets.startDrill({ ...acme.scope, preset: await twicePublished(owner), provider: "openai", percent: 5, minutes: 1 })],
  ["presets.stopDrill", "presets.manage", async (caller, owner) => caller.presets.stopDrill({ ...acme.scope, id: (await withDrill(owner)).id })],
  ["presets.explain", "resources.read", (caller) => caller.presets.explain({ ...acme.scope, document, body: { messages: [] } })],
  ["presets.backtest", "usage.read", async (caller, owner) => caller.presets.backtest({ ...acme.scope, slug: (await owner.presets.create({ ...acme.scope, slug: name(), name: "x", document })).slug, days: 7 })],
  ["presets.priceNotices", "resources.read", (caller) => caller.presets.priceNotices(acme.scope)],
  ["presets.takeNotice", "presets.manage", async (caller, owner) => caller.presets.takeNotice({ ...acme.scope, slug: await noticedPreset(owner) })],
  ["presets.dismissNotice", "presets.manage", async (caller, owner) => caller.presets.dismissNotice({ ...acme.scope, slug: await noticedPreset(owner) }).then(() => true)],
  ["usage.overview", "usage.read", (caller) => caller.usage.overview(acme.scope)],
  ["usage.series", "usage.read", (caller) => caller.usage.series({ ...acme.scope, mode: "live", from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z", granularity: "hour", groupBy: "key" })],
  ["usage.book", "usage.read", (caller) => caller.usage.book(acme.scope)],
  ["requests.list", "usage.read", (caller) => caller.requests.list({ ...acme.scope, mode: "live" })],
  ["requests.watch", "usage.read", async (caller) => firstOf(await caller.requests.watch({ ...acme.scope, mode: "live" }))],
  ["onboarding.state", "usage.read", (caller) => caller.onboarding.state(acme.scope)],
  ["models.list", "usage.read", (caller) => caller.models.list(acme.scope)],
  ["models.get", "usage.read", (caller) => caller.models.get({ ...acme.scope, id: "openai/gpt-5-mini" })],
  ["budgets.list", "resources.read", (caller) => caller.budgets.list(acme.scope)],
  ["budgets.create", "budgets.manage", (caller) => caller.budgets.create({ ...acme.scope, scope: "project", scopeId: acme.projectId, name: name(), period: "daily", limitUsd: "5" })],
  ["budgets.remove", "budgets.manage", async (caller, owner) => caller.budgets.remove({ ...acme.scope, id: (await owner.budgets.create({ ...acme.scope, scope: "organization", scopeId: acme.organizationId, name: name(), period: "daily", limitUsd: "5" })).id })],
];

describe("role matrix", () => {
  for (const [procedure, permission, call] of PROCEDURES) {
    for (const role of ROLES) {
      const may = roleMay(role, permission);
      it(`${procedure} ${may ? "serves" : "refuses"} a ${role}`, async () => {
        const result = call(callerOf(members.get(role) ?? null), callerOf(acme.owner));
        if (may) await expect(result).resolves.toBeDefined();
        else await expect(result).rejects.toMatchObject({ code: "FORBIDDEN" });
      });
    }
    it(`${procedure} refuses a visitor and a stranger`, async () => {
      await expect(call(callerOf(null), callerOf(acme.owner))).rejects.toMatchObject({ code: "UNAUTHORIZED" });
      await expect(call(callerOf(other.owner), callerOf(acme.owner))).rejects.toMatchObject({ code: "NOT_FOUND" });
    });
  }
});

describe("what a budget has used", () => {
  it("counts own keys where the budget does, of a project and of an end user whose rows are gone", async () => {
    const mine = callerOf(acme.owner);
    const [user, project] = [`user-${name()}`, `prj_${name()}`];
    await sql.query(`INSERT INTO project (id, "organizationId", slug, name) VALUES ($1, $2, $1, 'own keys')`, [project, acme.organizationId]);
    await sql.query(`INSERT INTO removed_user_spend ("organizationId", mode, "endUser", day, "chargeNanoUsd", "ownSpendNanoUsd") VALUES ($1, 'live', $2, date_trunc('day', now()), 1000000000, 2000000000)`, [acme.organizationId, user]);
    await sql.query(`INSERT INTO usage_rollup ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount", "ownSpendNanoUsd")
      VALUES ($1, 'live', date_trunc('minute', now()), $2, 'key_none', 'openai', 'm', '', 'ok', 1, 1, 0, 0, 0, 0, 0, 3000000000, 0, 0, 0, 0, 4000000000)`, [acme.organizationId, project]);
    const used = async (scope: "user" | "project", scopeId: string, countsOwnKeys: boolean) => {
      const { id, spentUsd, countsOwnKeys: kept } = await mine.budgets.create({ ...acme.scope, scope, scopeId, name: "b", period: "total", limitUsd: "10", countsOwnKeys });
      await mine.budgets.remove({ ...acme.scope, id });
      return [Number(spentUsd), kept];
    };
    expect([await used("user", user, false), await used("user", user, true), await used("project", project, false), await used("project", project, true)]).toEqual([[1, false], [3, true], [3, false], [7, true]]);
  });
});

describe("tenant isolation", () => {
  it("refuses a text that cannot be stored as a fault of the input", async () => {
    await expect(callerOf(acme.owner).keys.create({ ...acme.scope, name: "a\0b", kind: "live" })).rejects.toMatchObject({ code: "BAD_REQUEST", message: expect.stringContaining("name holds a null character") });
  });
  it("answers another organization's ids as if they did not exist", async () => {
    const mine = callerOf(acme.owner);
    const theirs = callerOf(other.owner);
    const key = await mine.keys.create({ ...acme.scope, name: "k", kind: "live" });
    const budget = await mine.budgets.create({ ...acme.scope, scope: "key", scopeId: key.key.id, name: "b", period: "total", limitUsd: "1" });
    const preset = await mine.presets.create({ ...acme.scope, slug: name(), name: "p", document });
    for (const call of [
      () => theirs.keys.revoke({ ...other.scope, id: key.key.id }), () => theirs.budgets.remove({ ...other.scope, id: budget.id }), () => theirs.presets.get({ ...other.scope, slug: preset.slug }),
      () => theirs.budgets.create({ ...other.scope, scope: "key", scopeId: key.key.id, name: "x", period: "total", limitUsd: "1" }),
      () => theirs.budgets.create({ ...other.scope, scope: "organization", scopeId: acme.organizationId, name: "x", period: "total", limitUsd: "1" }),
      () => theirs.requests.get({ ...other.scope, id: "req_none" }),
    ]) await expect(call()).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
  it("hides every other tenant's rows from a statement that forgets its organization", async () => {
    const client = await sql.connect();
    try {
      await client.query("BEGIN");
      await client.query("SELECT set_config('role', 'trunkline_tenant', true), set_config('app.tenant', $1, true)", [other.organizationId]);
      const { rows } = await client.query<{ organizationId: string }>(`SELECT DISTINCT "organizationId" FROM project`);
      expect(rows).toEqual([{ organizationId: other.organizationId }]);
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  });
});

describe("changes reach the gateways", () => {
  it("publishes the key id when a key is revoked, and never gives the secret again", async () => {
    const mine = callerOf(acme.owner);
    const { key, secret } = await mine.keys.create({ ...acme.scope, name: "gone", kind: "live" });
    published.length = 0;
    await mine.keys.revoke({ ...acme.scope, id: key.id });
    expect(published).toEqual([`api-key ${key.keyId}`]);
    expect(JSON.stringify(await mine.keys.list(acme.scope))).not.toContain(secret);
    expect(secret.startsWith("tl_live_")).toBe(true);
  });
});

describe("live pages", () => {
  it("tell of a request as soon as it is stored, and only of the project's own book", async () => {
    const tenant = await newTenant("live");
    const stop = new AbortController();
    const caller = createCaller(appRouter)({ db, kv, peppers, user: tenant.owner, gatewayUrl: "http://127.0.0.1:1", nowMs: Date.now }, { signal: stop.signal });
    const stream = (await caller.requests.watch({ ...tenant.scope, mode: "live" }))[Symbol.asyncIterator]();
    const before = await caller.requests.mark(tenant.scope);
    expect((await stream.next()).value, "the mark of a document that was made just now").toBe(before.live);
    const change = stream.next();
    await insertUsage(tenant, { apiKeyId: "a", bucket: new Date().toISOString(), chargeNanoUsd: 1n, mode: "test" });
    await insertUsage(acme, { apiKeyId: "a", bucket: new Date().toISOString(), chargeNanoUsd: 1n });
    await insertUsage(tenant, { apiKeyId: "b", bucket: new Date().toISOString(), chargeNanoUsd: 1n });
    const after = await caller.requests.mark(tenant.scope);
    expect(after.live).not.toBe(before.live);
    expect((await change).value).toBe(after.live);
    stop.abort();
    expect((await stream.next()).done).toBe(true);
  });
});

describe("usage", () => {
  it("cuts days at the organization's own midnight, across a clock change", async () => {
    const tenant = await newTenant("zone");
    await sql.query(`UPDATE organization SET "timeZone" = 'America/New_York' WHERE id = $1`, [tenant.organizationId]);
    await insertUsage(tenant, { apiKeyId: "a", bucket: "2026-03-08T04:59:00Z", chargeNanoUsd: 1_000_000_000n });
    await insertUsage(tenant, { apiKeyId: "a", bucket: "2026-03-08T05:00:00Z", chargeNanoUsd: 2_000_000_000n });
    await insertUsage(tenant, { apiKeyId: "a", bucket: "2026-03-09T03:59:00Z", chargeNanoUsd: 4_000_000_000n });
    const view = await callerOf(tenant.owner).usage.series({ ...tenant.scope, mode: "live", from: "2026-03-07T05:00:00Z", to: "2026-03-09T04:00:00Z", granularity: "day", groupBy: "model" });
    expect(view.buckets).toEqual(["2026-03-07T05:00:00.000Z", "2026-03-08T05:00:00.000Z"]);
    expect(view.series[0]?.points.map((point) => point.spendUsd)).toEqual(["1.00", "6.00"]);
    expect(view.totals).toMatchObject({ spendUsd: "7.00", requests: 3 });
    expect(view.previous).toBeNull();
  });
  it("compares with the same weekdays before, bucket by bucket and series by series", async () => {
    const tenant = await newTenant("compare");
    await sql.query(`UPDATE organization SET "timeZone" = 'Europe/Berlin' WHERE id = $1`, [tenant.organizationId]);
    await insertUsage(tenant, { apiKeyId: "a", bucket: "2026-10-20T23:30:00+02:00", chargeNanoUsd: 3_000_000_000n });
    await insertUsage(tenant, { apiKeyId: "b", bucket: "2026-10-21T00:00:00+02:00", chargeNanoUsd: 5_000_000_000n });
    await insertUsage(tenant, { apiKeyId: "a", bucket: "2026-10-28T23:30:00+01:00", chargeNanoUsd: 1_000_000_000n });
    const view = await callerOf(tenant.owner).usage.series({ ...tenant.scope, mode: "live", from: "2026-10-27T00:00:00+01:00", to: "2026-10-30T00:00:00+01:00", granularity: "day", groupBy: "key", compare: true });
    expect(view.previous).toMatchObject({ from: new Date("2026-10-20T00:00:00+02:00").toISOString(), totals: { spendUsd: "8.00" } });
    expect(view.previous?.points.map((point) => point.spendUsd)).toEqual(["3.00", "5.00", "0.00"]);
    expect(view.series.map((series) => [series.key, series.totals.spendUsd, series.before?.spendUsd])).toEqual([["a", "1.00", "3.00"]]);
  });
  it("shows the test book until the first live request", async () => {
    const tenant = await newTenant("book");
    await insertUsage(tenant, { apiKeyId: "a", bucket: "2026-03-08T05:00:00Z", chargeNanoUsd: 1n, mode: "test" });
    expect((await callerOf(tenant.owner).usage.overview(tenant.scope)).mode).toBe("test");
    expect((await callerOf(tenant.owner).usage.book(tenant.scope)).mode).toBe("test");
    await insertUsage(tenant, { apiKeyId: "a", bucket: "2026-03-08T05:00:00Z", chargeNanoUsd: 1n });
    expect((await callerOf(tenant.owner).usage.overview(tenant.scope)).mode).toBe("live");
  });
});

describe("request log", () => {
  const insert = (tenant: Tenant, id: string, at: string, price: string | null = null) => sql.query(`INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", status, "httpStatus",
    provider, model, "durationMs", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "priceVersionId", "chargeNanoUsd", "costNanoUsd", attempts, losses, metadata, "endUser")
    VALUES ($1, 'test', $2, $3, 'key_gone', $4, 'chat_completions', false, 'auto', 'ok', 200, 'p', 'm', 5, 1000, 0, 0, 500, 0, 'reported', $5, 12, 12, '[]', '[]', '{"a":"b"}', 'ada')`, [id, tenant.organizationId, tenant.projectId, at, price]);
  it("pages through every request once, newest first, also where times are equal", async () => {
    const tenant = await newTenant("log");
    for (const suffix of ["a", "b", "c"]) await insert(tenant, `req_${run}${suffix}`, "2026-03-08T05:00:00Z");
    const caller = callerOf(tenant.owner);
    const first = await caller.requests.list({ ...tenant.scope, mode: "test", limit: 2 });
    const second = await caller.requests.list({ ...tenant.scope, mode: "test", limit: 2, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map((row) => row.id)).toEqual(["c", "b", "a"].map((suffix) => `req_${run}${suffix}`));
    expect(second.nextCursor).toBeNull();
    await expect(callerOf(other.owner).requests.get({ ...other.scope, id: `req_${run}a` })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
  it("shows a signed receipt as verified only while it and its link to the one before hold, and only to its own organization", async () => {
    const tenant = await newTenant("receipt");
    const signer = createReceiptSigner(new Map([[1, new Uint8Array(32).fill(9)]]));
    await sql.query(`INSERT INTO receipt_key (id, "publicKey", "createdAt") VALUES ($1, $2, now()) ON CONFLICT DO NOTHING`, [signer.key.kid, signer.key.x]);
    let head = CHAIN_START;
    for (const [index, suffix] of ["r1", "r2", "r3"].entries()) {
      const id = `req_${run}${suffix}`;
      await insert(tenant, id, "2026-03-08T05:00:00Z");
      // The third belongs to a chain that was replaced.
      const sealed = signer.seal({ id }, { organizationId: tenant.organizationId, head: index === 2 ? { sequence: 2, hash: "f".repeat(64) } : head });
      head = { sequence: index + 1, hash: sealed.hash };
      await sql.query(`INSERT INTO receipt ("generationId", "organizationId", sequence, "keyId", body, hash, signature, "createdAt") VALUES ($1, $2, $3, $4, $5, $6, $7, now())`, [id, tenant.organizationId, head.sequence, signer.key.kid, sealed.text, sealed.hash, sealed.signature]);
    }
    const shown = (suffix: string) => callerOf(tenant.owner).requests.receipt({ ...tenant.scope, id: `req_${run}${suffix}` });
    expect(await shown("r1")).toMatchObject({ sequence: 1, fault: null });
    expect(await shown("r2")).toMatchObject({ sequence: 2, fault: null, keyId: signer.key.kid, file: { data: [{ receipt: { id: `req_${run}r2` } }] } });
    expect((await shown("r3"))?.fault).toContain("replaced");
    await insert(tenant, `req_${run}r4`, "2026-03-08T05:00:00Z");
    expect(await shown("r4")).toBeNull();
    await expect(callerOf(other.owner).requests.receipt({ ...other.scope, id: `req_${run}r1` })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const membership = { userId: other.owner.id, organizationId: other.organizationId, role: "owner" as const, label: "other" };
    expect((await db.receipts.list(membership, { after: 0, limit: 10 })).receipts).toEqual([]);
  });
  it("shows what providers bill beyond the charge as absorbed, which a fee on own keys does not pay for, and nothing where they bill no more", async () => {
    const tenant = await newTenant("absorbed");
    const shown = async (suffix: string, [charge, fee, cost]: readonly [number, number, number]): Promise<string | null> => {
      const id = `req_${run}${suffix}`;
      await insert(tenant, id, "2026-03-08T05:00:00Z");
      await sql.query(`UPDATE generation SET "chargeNanoUsd" = $2, "ownKeyFeeNanoUsd" = $3, "costNanoUsd" = $4 WHERE id = $1`, [id, charge, fee, cost]);
      return (await callerOf(tenant.owner).requests.get({ ...tenant.scope, id })).absorbedUsd;
    };
    expect(await shown("even", [1_000_000, 0, 1_000_000])).toBeNull();
    expect(await shown("above", [2_000_000, 0, 1_000_000])).toBeNull();
    expect(await shown("failed", [0, 0, 3_000_000])).toBe("0.003");
    expect(await shown("hedged", [1_000_000, 0, 1_500_000])).toBe("0.0005");
    expect(await shown("fee", [1_000_000, 1_000_000, 2_000_000])).toBe("0.002");
  });
  it("shows the price lines of the version that was in force, and closes a version when its price changes", async () => {
    const tenant = await newTenant("price");
    const price = { id: `prc_${run}`, provider: `p${run}`, model: `m${run}`, effectiveFromMs: 0, effectiveToMs: null, inputNanoUsdPerMillion: 1_000_000_000n, cacheReadNanoUsdPerMillion: 0n, cacheWriteNanoUsdPerMillion: 0n, outputNanoUsdPerMillion: 2_000_000_000n, source: "test" };
    const seed = (inputNanoUsdPerMillion: bigint, nowMs: number) => changeCatalog({ databaseUrl, nowMs, decide: ({ catalog }) => planSync({ catalog, presets: [], wanted: { models: [], endpoints: [], prices: [{ ...price, inputNanoUsdPerMillion }] }, source: "test", nowMs }) });
    expect(await seed(1_000_000_000n, 1000)).toMatchObject({ pricesAdded: 1, pricesClosed: 0 });
    expect(await seed(1_000_000_000n, 2000)).toMatchObject({ pricesAdded: 0, pricesClosed: 0 });
    expect(await seed(3_000_000_000n, 3000)).toMatchObject({ pricesAdded: 1, pricesClosed: 1 });
    expect((await db.catalog.load()).prices.get(`${price.provider} ${price.model}`)).toMatchObject([{ effectiveFromMs: 0, effectiveToMs: 3000 }, { effectiveFromMs: 3000, effectiveToMs: null, inputNanoUsdPerMillion: 3_000_000_000n }]);
    await insert(tenant, `req_${run}p`, "2026-03-08T05:00:00Z", price.id);
    const view = await callerOf(tenant.owner).requests.get({ ...tenant.scope, id: `req_${run}p` });
    expect(view.costLines).toEqual([{ label: "Input", tokens: 1000, usdPerMillion: "1.00", costUsd: "0.001" }, { label: "Output", tokens: 500, usdPerMillion: "2.00", costUsd: "0.001" }]);
    expect(view).toMatchObject({ endUser: "ada", metadata: { a: "b" }, keyName: "deleted key" });
  });
});

describe("accounts", () => {
  it("gives a user one organization with the project default and an owner, however often it is asked at once", async () => {
    const user = await db.accounts.createUser({ email: `once-${run}@example.test`, name: null, passwordHash: "x" });
    const ids = await Promise.all([1, 2, 3].map(() => db.accounts.ensureOrganization(user)));
    expect(new Set(ids.map((row) => row.organizationId)).size).toBe(1);
    expect(await db.accounts.listMemberships(user.id)).toMatchObject([{ role: "owner", projects: [{ slug: "default" }] }]);
  });
  it("accepts a mailed token once, and only the newest", async () => {
    const expires = new Date(Date.now() + 60_000);
    await db.accounts.createToken("reset", `t-${run}@example.test`, { value: `old-${run}`, expires });
    await db.accounts.createToken("reset", `t-${run}@example.test`, { value: `new-${run}`, expires });
    expect(await db.accounts.useToken("reset", `old-${run}`)).toBeNull();
    expect(await db.accounts.useToken("verify", `new-${run}`)).toBeNull();
    expect(await db.accounts.useToken("reset", `new-${run}`)).toBe(`t-${run}@example.test`);
    expect(await db.accounts.useToken("reset", `new-${run}`)).toBeNull();
  });
  it("applies a Stripe event once", async () => {
    const event = { id: `evt_${run}`, type: "checkout.session.completed", effect: { kind: "link_customer" as const, organizationId: acme.organizationId, stripeCustomerId: `cus_${run}`, standing: { plan: "free" as const, state: "active" as const, subscribed: true, subscribedAtMs: null, endedAtMs: null } } };
    expect(await Promise.all([db.stripeEvents.apply(event), db.stripeEvents.apply(event)])).toEqual(expect.arrayContaining([{ outcome: "applied", organizationId: acme.organizationId }, { outcome: "repeated", organizationId: null }]));
  });
});
