import { randomUUID } from "node:crypto";
import { ledgerEntriesFor } from "@trunkline/billing";
import { createWorkerDb } from "@trunkline/db/worker";
import type { AttemptRecord, UsageEvent } from "@trunkline/contracts";
import pg from "pg";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { findAlerts } from "../alert/find.ts";
import { usageEvent } from "../usage-event.fixture.ts";
import { createRunDrills } from "./run-drills.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
const db = createWorkerDb({ databaseUrl, ledgerEntriesFor });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** A Tuesday; nine in the morning in Berlin, which is an hour ahead in winter. */
const DUE_MS = Date.UTC(2026, 10, 3, 8);
const MADE_MS = DUE_MS - 5 * HOUR_MS;

let nowMs = DUE_MS;
let organizationId = "";
let told: string[] = [];
const look = (): Promise<void> => createRunDrills({ db, clock: () => nowMs, announce: async (id) => { told.push(id); }, onDue: () => undefined })();

beforeEach(async () => {
  [told, nowMs] = [[], DUE_MS];
  await sql.query(`DELETE FROM preset_drill_schedule`);
  organizationId = `org_${randomUUID()}`;
  await sql.query(`INSERT INTO organization (id, slug, name, "timeZone") VALUES ($1, $1, 'Drills', 'Europe/Berlin')`, [organizationId]);
  await sql.query(`INSERT INTO project (id, "organizationId", slug, name) VALUES ($1, $2, $1, 'P')`, [`prj_${organizationId}`, organizationId]);
  await sql.query(`INSERT INTO preset (id, "organizationId", slug, name, "publishedVersion", "updatedAt") VALUES ($1, $2, 'mine', 'Mine', 1, now())`, [`pre_${organizationId}`, organizationId]);
  await sql.query(`INSERT INTO preset_drill_schedule (id, "organizationId", "presetId", provider, percent, mode, minutes, day, hour, "createdAt") VALUES ($1, $2, $3, 'openai', 20, 'live', 10, 'tue', 9, $4)`, [`drs_${organizationId}`, organizationId, `pre_${organizationId}`, new Date(MADE_MS)]);
});
afterAll(async () => { await db.close(); await sql.end(); });

const drills = async () => (await sql.query<{ startsAt: Date; endsAt: Date; provider: string; percent: number; scheduleId: string | null; report: unknown }>(`SELECT "startsAt", "endsAt", provider, percent, "scheduleId", report FROM preset_drill WHERE "organizationId" = $1 ORDER BY "startsAt"`, [organizationId])).rows;
const starts = async (): Promise<number[]> => (await drills()).map(({ startsAt }) => startsAt.getTime());
const outcome = async () => (await sql.query<{ lastOutcome: string | null }>(`SELECT "lastOutcome" FROM preset_drill_schedule WHERE "organizationId" = $1`, [organizationId])).rows[0]?.lastOutcome;
const audited = async () => (await sql.query<{ action: string }>(`SELECT action FROM audit_entry WHERE "organizationId" = $1 ORDER BY id`, [organizationId])).rows.map(({ action }) => action);
const at = async (ms: number): Promise<void> => { nowMs = ms; await look(); };
const order = (startsAt: number) => sql.query(`INSERT INTO preset_drill (id, "organizationId", "presetId", provider, percent, mode, "startsAt", "endsAt") VALUES ($1, $2, $3, 'openai', 5, 'live', $4, $5)`, [`drl_${randomUUID()}`, organizationId, `pre_${organizationId}`, new Date(startsAt), new Date(startsAt + HOUR_MS)]);

describe("a weekly drill", () => {
  it("begins at its hour of the organization's clock, once however many workers look, tells the gateways, and is audited", async () => {
    await at(DUE_MS - 1);
    expect(await drills()).toEqual([]);
    nowMs = DUE_MS;
    await Promise.all([look(), look(), look()]);
    await at(DUE_MS + MINUTE_MS);
    expect(await drills()).toEqual([{ startsAt: new Date(DUE_MS), endsAt: new Date(DUE_MS + 10 * MINUTE_MS), provider: "openai", percent: 20, scheduleId: `drs_${organizationId}`, report: null }]);
    expect([told, await outcome(), await audited()]).toEqual([[organizationId], "started", ["preset.drill-start"]]);
  });

  it("comes back a week later, at the same hour of the clock though that was put forward meanwhile", async () => {
    const before = Date.UTC(2026, 2, 24, 8);
    await sql.query(`UPDATE preset_drill_schedule SET "createdAt" = $1`, [new Date(before - HOUR_MS)]);
    const after = before + WEEK_MS - HOUR_MS;
    for (const ms of [before, after - 1, after]) await at(ms);
    expect(await starts()).toEqual([before, after]);
  });

  it("begins late where the worker was away for less than an hour, and is let go where it was longer", async () => {
    await at(DUE_MS + HOUR_MS);
    expect(await starts()).toEqual([]);
    await at(DUE_MS + WEEK_MS + 59 * MINUTE_MS);
    expect(await starts()).toEqual([DUE_MS + WEEK_MS + 59 * MINUTE_MS]);
  });

  it("does not make up for an hour that was over when it was moved there", async () => {
    await sql.query(`UPDATE preset_drill_schedule SET "lastDueAt" = $1, "changedAt" = $2`, [new Date(MADE_MS), new Date(DUE_MS + MINUTE_MS)]);
    await at(DUE_MS + 2 * MINUTE_MS);
    expect(await starts()).toEqual([]);
    await at(DUE_MS + WEEK_MS);
    expect(await starts()).toEqual([DUE_MS + WEEK_MS]);
  });

  it("does not make up for an hour that was over when it was ordered", async () => {
    await sql.query(`UPDATE preset_drill_schedule SET "createdAt" = $1`, [new Date(DUE_MS + MINUTE_MS)]);
    await at(DUE_MS + 2 * MINUTE_MS);
    expect(await starts()).toEqual([]);
  });

  it.each([
    ["another drill of the preset runs", "skipped_busy", () => order(DUE_MS - MINUTE_MS)],
    ["another drill of the preset waits", "skipped_busy", () => order(DUE_MS + 3 * HOUR_MS)],
    ["the preset is not published", "skipped_unpublished", () => sql.query(`UPDATE preset SET "publishedVersion" = NULL WHERE "organizationId" = $1`, [organizationId])],
  ] as const)("is skipped where %s, and says so", async (_why, said, arrange) => {
    await arrange();
    const others = await starts();
    await look();
    await look();
    expect([await starts(), await outcome(), await audited(), told]).toEqual([others, said, ["preset.drill-skip"], []]);
  });
});

describe("the report of a drill that is over", () => {
  const attempt = (provider: string, drill?: "failed" | "spared"): AttemptRecord => ({
    attempt: 1, provider, model: "m", upstreamModel: "m", startedAtMs: DUE_MS, durationMs: 5, timeToFirstTokenMs: null, status: 200, failureClass: null, message: null,
    usage: { inputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 1, reasoningTokens: 0, basis: "reported" }, priceVersionId: "p", costNanoUsd: "0", ...(drill ? { drill } : {}),
  });
  const request = (attempts: readonly AttemptRecord[]): UsageEvent => usageEvent(`req_${randomUUID()}`, { organizationId, projectId: `prj_${organizationId}`, presetSlug: "mine", createdAtMs: DUE_MS + MINUTE_MS, attempts: [...attempts] });
  const found = () => findAlerts({ db, nowMs, rule: { id: "alr", organizationId, name: "Drills", kind: "drill_failed", settings: {}, timeZone: "UTC" } });

  it("is kept when the last requests are booked, outlives the log, and alerts for a day where requests would have been lost", async () => {
    await look();
    await db.ingestEvents([request([attempt("openai", "failed"), attempt("anthropic")]), request([attempt("openai", "failed"), attempt("openai", "spared")]), request([attempt("openai")])]);
    const endMs = DUE_MS + 10 * MINUTE_MS;
    await at(endMs + 5 * MINUTE_MS - 1);
    expect([(await drills())[0]?.report, await found()]).toEqual([null, []]);
    await at(endMs + 5 * MINUTE_MS);
    await sql.query(`DELETE FROM generation WHERE "organizationId" = $1`, [organizationId]);
    await look();
    expect((await drills())[0]?.report).toMatchObject({ drilled: { requests: 2, lost: 1, spared: 1 }, beside: { requests: 1, lost: 0 } });
    expect(await found()).toMatchObject([{ summary: `The drill of openai at the preset "mine" would have lost 1 of 2 requests of live keys: nobody else could serve them.`, details: { preset: "mine", provider: "openai", lost: 1 } }]);
    nowMs = endMs + 25 * HOUR_MS;
    expect(await found()).toEqual([]);
  });

  it("is kept where nothing would have been lost, and tells nobody", async () => {
    await look();
    await db.ingestEvents([request([attempt("openai", "failed"), attempt("anthropic")])]);
    await at(DUE_MS + HOUR_MS);
    expect([(await drills())[0]?.report, await found()]).toMatchObject([{ drilled: { requests: 1, lost: 0 } }, []]);
  });
});
