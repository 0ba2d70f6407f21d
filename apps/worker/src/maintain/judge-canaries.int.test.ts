import { randomUUID } from "node:crypto";
import { ledgerEntriesFor } from "@trunkline/billing";
import { createWorkerDb } from "@trunkline/db/worker";
import type { UsageEvent } from "@trunkline/contracts";
import pg from "pg";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { usageEvent } from "../usage-event.fixture.ts";
import { createJudgeCanaries } from "./judge-canaries.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
const db = createWorkerDb({ databaseUrl, ledgerEntriesFor });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const STARTED_MS = Date.UTC(2026, 10, 1, 12);
const CANARY = 4;
const PUBLISHED = 3;

let organizationId = "";
let told: string[] = [];
const faults: unknown[] = [];
const look = createJudgeCanaries({
  db, clock: () => STARTED_MS + 60_000, announce: async (id) => { told.push(id); },
  onAborted: () => undefined, onFailed: (_canary, error) => { faults.push(error); },
});

beforeEach(async () => {
  told = [];
  organizationId = `org_${randomUUID()}`;
  await sql.query(`INSERT INTO organization (id, slug, name) VALUES ($1, $1, 'Canary')`, [organizationId]);
  await sql.query(`INSERT INTO project (id, "organizationId", slug, name) VALUES ($1, $2, $1, 'P')`, [`prj_${organizationId}`, organizationId]);
  await sql.query(`INSERT INTO preset (id, "organizationId", slug, name, "publishedVersion", "updatedAt") VALUES ($1, $2, 'mine', 'Mine', $3, now())`, [`pre_${organizationId}`, organizationId, PUBLISHED]);
  await sql.query(`INSERT INTO preset_canary (id, "organizationId", "presetId", version, "baseVersion", percent, "drawnBy", "startedAt") VALUES ($1, $2, $3, $4, $5, 10, 'session', $6)`, [`can_${organizationId}`, organizationId, `pre_${organizationId}`, CANARY, PUBLISHED, new Date(STARTED_MS)]);
});
afterAll(async () => { await db.close(); await sql.end(); });

const requests = (count: number, change: Partial<UsageEvent>): readonly UsageEvent[] =>
  Array.from({ length: count }, () => usageEvent(`req_${randomUUID()}`, { organizationId, projectId: `prj_${organizationId}`, presetSlug: "mine", createdAtMs: STARTED_MS + 1_000, ...change }));
const failed = { status: "failed", httpStatus: 502, errorCode: "upstream.failed" } as const;
const state = async () => (await sql.query<{ outcome: string | null; reason: string | null }>(`SELECT outcome, reason FROM preset_canary WHERE "organizationId" = $1`, [organizationId])).rows[0];

describe("the worker", () => {
  it("ends a canary that fails clearly more often, says why, tells the gateways, and does it once", async () => {
    await db.ingestEvents([...requests(12, { presetVersion: CANARY, ...failed }), ...requests(12, { presetVersion: CANARY }), ...requests(60, { presetVersion: PUBLISHED })]);
    await look();
    await look();
    expect(await state()).toEqual({ outcome: "aborted_automatically", reason: "12 of 24 requests failed (50.0 %), against 0 of 60 of the published version (0.0 %)." });
    expect([told, faults]).toEqual([[organizationId], []]);
    expect((await sql.query(`SELECT actor, action FROM audit_entry WHERE "organizationId" = $1`, [organizationId])).rows).toEqual([{ actor: "trunkline", action: "preset.canary-abort" }]);
  });

  it.each([
    ["an outage meets both versions", [[20, CANARY, failed], [20, PUBLISHED, failed]]],
    ["the caller left, or a limit of the organization's own refused", [[20, CANARY, { status: "cancelled", httpStatus: 499 }], [20, CANARY, { status: "failed", errorCode: "tenant.budget_exceeded" }], [20, CANARY, {}], [60, PUBLISHED, {}]]],
    ["it failed before it began", [[30, CANARY, { ...failed, createdAtMs: STARTED_MS - 1_000 }], [60, PUBLISHED, {}]]],
    ["faults were ordered by a test key while live requests are served", [[30, CANARY, { ...failed, mode: "test" }], [30, PUBLISHED, { mode: "test" }], [1, CANARY, {}]]],
  ] as const)("leaves a canary alone where %s", async (_why, traffic) => {
    await db.ingestEvents(traffic.flatMap(([count, presetVersion, change]) => requests(count, { presetVersion, ...change })));
    await look();
    expect([(await state())?.outcome, told, faults]).toEqual([null, [], []]);
  });

  it("judges a canary that met no live request by those of test keys", async () => {
    await db.ingestEvents([...requests(30, { presetVersion: CANARY, mode: "test", ...failed }), ...requests(30, { presetVersion: PUBLISHED, mode: "test" })]);
    await look();
    expect((await state())?.outcome).toBe("aborted_automatically");
  });
});
