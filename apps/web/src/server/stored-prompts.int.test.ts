import { randomBytes } from "node:crypto";
import pg from "pg";
import { ROLES, roleMay, type Role } from "@trunkline/contracts";
import { createWebDb, type UserRecord } from "@trunkline/db/web";
import { createWorkerDb } from "@trunkline/db/worker";
import { parseVersionedSecrets, promptBinding, seal } from "@trunkline/keys";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { appRouter } from "./app-router.ts";
import { exportLines } from "./organization-export.ts";
import { whyAbsent } from "./request-prompt.ts";
import { createCaller } from "./trpc.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const db = createWebDb({ databaseUrl });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const worker = createWorkerDb({ databaseUrl, ledgerEntriesFor: () => [] });
const run = `${Date.now()}${process.pid}`;
const published: string[] = [];
const ENCRYPTION_KEYS = `1:${randomBytes(32).toString("base64")}`;
const CONTENT = { request: { model: "auto", messages: ["[email removed]"] }, answer: "Hello.", removed: { email: 1 } };
let number = 0;

const callerOf = (user: UserRecord) => createCaller(appRouter)({ db, kv: { publish: async (topic, id) => { published.push(`${topic} ${id}`); } }, peppers: new Map(), user, gatewayUrl: "http://127.0.0.1:1", nowMs: Date.now });
const newUser = (): Promise<UserRecord> => db.accounts.createUser({ email: `prompt${++number}-${run}@example.test`, name: `Prompt ${number} ${run}`, passwordHash: "x" });
async function newTenant() {
  const owner = await newUser();
  const ids = await db.accounts.ensureOrganization(owner);
  const [membership] = await db.accounts.listMemberships(owner.id);
  return { owner, ...ids, caller: callerOf(owner), scope: { organization: membership?.slug ?? "", project: "default" } };
}
type Tenant = Awaited<ReturnType<typeof newTenant>>;

async function insert({ organizationId, projectId }: Tenant, id: string, { days = 1, large = false } = {}): Promise<void> {
  await sql.query(`INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", status, "httpStatus",
    "durationMs", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "chargeNanoUsd", "costNanoUsd", attempts, losses, metadata)
    VALUES ($1, 'live', $2, $3, 'k', now(), 'chat_completions', false, 'auto', 'ok', 200, 5, 1, 0, 0, 1, 0, 'reported', 0, 0, '[]', '[]', '{}')`, [id, organizationId, projectId]);
  await sql.query(`INSERT INTO stored_prompt ("organizationId", "requestId", "projectId", sealed, "expiresAt") VALUES ($1, $2, $3, $4, now() + $5 * interval '1 day')`, [organizationId, id, projectId, large ? null : seal(JSON.stringify(CONTENT), promptBinding(organizationId, id), parseVersionedSecrets(ENCRYPTION_KEYS)), days]);
}
const idsOf = async ({ organizationId }: Tenant): Promise<string[]> => (await sql.query<{ requestId: string }>(`SELECT "requestId" FROM stored_prompt WHERE "organizationId" = $1 ORDER BY 1`, [organizationId])).rows.map((row) => row.requestId);

beforeAll(() => { vi.stubEnv("ENCRYPTION_KEYS", ENCRYPTION_KEYS); });
afterAll(async () => { vi.unstubAllEnvs(); await Promise.all([db.close(), sql.end(), worker.close()]); });

describe("stored prompts", () => {
  it("are off until an owner or admin switches them on, which is in the audit log and told to the gateways", async () => {
    const tenant = await newTenant();
    expect(await tenant.caller.organization.promptStorage(tenant.scope)).toMatchObject({ promptPercent: 0, promptPatterns: [] });
    const change = { ...tenant.scope, promptPercent: 10, promptRetentionDays: 3, promptPatterns: ["PAT-####"] };
    for (const role of ROLES.filter((one) => !roleMay(one, "organization.manage"))) {
      const member = await newUser();
      await db.members.join(tenant.organizationId, member.id, role);
      await expect(callerOf(member).organization.storePrompts(change), role).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    expect(await tenant.caller.organization.storePrompts(change)).toMatchObject({ promptPercent: 10, promptRetentionDays: 3, promptPatterns: ["PAT-####"] });
    expect((await tenant.caller.organization.audit(tenant.scope)).entries.map(({ action, subject }) => `${action} ${subject}`)).toContain("project.prompt-storage 10 % for 3 days");
    expect(published).toContain(`budget ${tenant.organizationId}`);
  });

  it.each([["a"], ["**"], ["a*b*c"], ["…………"], ["x".repeat(65)]])("take no pattern that would remove everything or nothing: %s", async (pattern) => {
    const tenant = await newTenant();
    await expect(tenant.caller.organization.storePrompts({ ...tenant.scope, promptPatterns: [pattern] })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  it("are read by the roles that may, in their own project alone, and by no stranger", async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const id = `req_${run}r`;
    await insert(tenant, id);
    const read = async (role: Role) => {
      const member = role === "owner" ? tenant.owner : await newUser();
      if (role !== "owner") await db.members.join(tenant.organizationId, member.id, role);
      return callerOf(member).requests.prompt({ ...tenant.scope, id });
    };
    for (const role of ROLES) {
      if (roleMay(role, "prompts.read")) expect(await read(role)).toEqual({ stored: true, request: JSON.stringify(CONTENT.request, null, 2), answer: "Hello.", removed: [{ kind: "email", count: 1 }] });
      else await expect(read(role), role).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    await expect(other.caller.requests.prompt({ ...other.scope, id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await db.storedPrompts.find({ organizationId: other.organizationId, role: "owner", userId: null, label: "t" }, tenant.projectId, id)).toBeNull();
  });

  it("say why one is not there", async () => {
    const tenant = await newTenant();
    await insert(tenant, `req_${run}l`, { large: true });
    expect(await tenant.caller.requests.prompt({ ...tenant.scope, id: `req_${run}l` })).toMatchObject({ stored: false, why: expect.stringContaining("Too large") as unknown });
    const since = new Date("2026-03-02T00:00:00Z");
    const project = { promptPercent: 10, promptRetentionDays: 3, promptsSince: since };
    const made = (at: string, status = "ok") => ({ createdAt: new Date(at), status });
    const now = Date.parse("2026-03-06T00:00:00Z");
    expect(whyAbsent({ ...project, promptPercent: 0 }, made("2026-03-05T00:00:00Z"), now)).toContain("stores no prompts");
    expect(whyAbsent(project, made("2026-03-01T00:00:00Z"), now)).toContain("before this project began");
    expect(whyAbsent(project, made("2026-03-02T12:00:00Z"), now)).toContain("kept for 3 days");
    expect(whyAbsent(project, made("2026-03-05T00:00:00Z", "failed"), now)).toContain("got no answer");
    expect(whyAbsent(project, made("2026-03-05T00:00:00Z"), now)).toContain("not among the 10 %");
    expect(whyAbsent({ ...project, promptPercent: 100 }, made("2026-03-05T00:00:00Z"), now)).toContain("did not store it");
  });

  it("go when their days are over, when the project stops or shortens them, and with the organization; until then they are in its export", async () => {
    const tenant = await newTenant();
    await tenant.caller.organization.storePrompts({ ...tenant.scope, promptPercent: 100, promptRetentionDays: 30 });
    for (const [id, days] of [["x", -1], ["y", 1], ["z", 25]] as const) await insert(tenant, `req_${run}${id}`, { days });
    expect(await tenant.caller.requests.prompt({ ...tenant.scope, id: `req_${run}x` })).toMatchObject({ stored: false });
    await worker.removeExpiredResponses();
    expect(await idsOf(tenant)).toEqual([`req_${run}y`, `req_${run}z`]);
    let text = "";
    for await (const line of exportLines(db, await db.organizations.findActor(tenant.owner.id, tenant.scope.organization))) text += line;
    expect(text.split("\n").filter((line) => line.includes(`"type":"prompt"`)).map((line) => (JSON.parse(line) as { content: unknown }).content)).toEqual([CONTENT, CONTENT]);
    await sql.query(`UPDATE stored_prompt SET "createdAt" = now() - interval '5 days' WHERE "requestId" = $1`, [`req_${run}z`]);
    await tenant.caller.organization.storePrompts({ ...tenant.scope, promptRetentionDays: 4 });
    expect(await idsOf(tenant)).toEqual([`req_${run}y`]);
    await tenant.caller.organization.storePrompts({ ...tenant.scope, promptPercent: 0 });
    expect(await idsOf(tenant)).toEqual([]);
    await insert(tenant, `req_${run}w`);
    await tenant.caller.organization.remove({ ...tenant.scope, confirm: tenant.scope.organization });
    expect(await idsOf(tenant)).toEqual([]);
  });
});
