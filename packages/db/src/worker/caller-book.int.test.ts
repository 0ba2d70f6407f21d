import { randomUUID } from "node:crypto";
import type { UsageEvent } from "@trunkline/contracts";
import pg from "pg";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { correctPrice } from "../price-correction.ts";
import { createWebDb } from "../web/web-db.ts";
import { createWorkerDb } from "./worker-db.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
const DAY_MS = 86_400_000;
const NOW_MS = Date.parse("2026-05-20T10:30:00Z");
const OVER_MS = NOW_MS - 2 * DAY_MS;
const web = createWebDb({ databaseUrl, nowMs: () => NOW_MS });
const worker = createWorkerDb({ databaseUrl, ledgerEntriesFor: () => [] });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 1 });
afterAll(() => Promise.all([web.close(), worker.close(), sql.end()]));

let organizationId = "";
beforeEach(async () => {
  organizationId = `org_${randomUUID()}`;
  await sql.query(`INSERT INTO organization (id, slug, name) VALUES ($1, $1, 'Callers')`, [organizationId]);
});
const attempt = { attempt: 1, provider: "openai", model: "openai/a", status: 200, failureClass: null, durationMs: 1, startedAtMs: OVER_MS, costNanoUsd: "5", priceVersionId: "prc_wrong" };
const event = (endUser: string | null, nano: number, change: object = {}): UsageEvent => ({
  schema: 1, id: `req_${randomUUID()}`, mode: "live", organizationId, projectId: "prj_callers", apiKeyId: "key_a", createdAtMs: OVER_MS, inboundApi: "chat_completions", streaming: false, requestedModel: "openai/a", presetSlug: null, presetVersion: null,
  status: "ok", httpStatus: 200, errorCode: null, errorMessage: null, provider: "openai", model: "openai/a", finishReason: "stop", durationMs: 10, timeToFirstTokenMs: null, usage: { inputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 1, reasoningTokens: 0, basis: "reported" },
  priceVersionId: "prc_wrong", chargeNanoUsd: String(nano), attempts: [], losses: [], endUser, sessionId: null, metadata: {}, decision: null, ...change,
});
const actor = () => ({ organizationId, role: "owner" as const, userId: null, label: "test" });
const users = async (from = NOW_MS - 5 * DAY_MS, to = NOW_MS) => (await web.usage.groups(actor(), { mode: "live", from: new Date(from), to: new Date(to) }, "user")).map(({ label, requests, chargeNanoUsd }) => [label, Number(requests), Number(chargeNanoUsd)]);

describe("sums by end user", () => {
  it("name the largest, put the rest of a crowded day into one group, and still add up to the total", async () => {
    await worker.ingestEvents([event("ann", 50), event("ann", 1), event("bob", 30), event("cid", 20), event("dan", 10), event(null, 7)]);
    await worker.foldCallers(NOW_MS, 2);
    await worker.ingestEvents([event("dan", 4)]);
    await worker.foldCallers(NOW_MS, 2);
    expect(await users()).toEqual([["ann", 2, 51], ["bob", 1, 30], ["all others", 3, 34], ["no user", 1, 7]]);
    const hour = Math.floor(OVER_MS / 3_600_000) * 3_600_000;
    expect(await users(hour, hour + 3_600_000)).toEqual(await users());
  });

  it("leave the day under way as it is, whoever calls", async () => {
    await worker.ingestEvents([event("ann", 3, { createdAtMs: NOW_MS - 60_000 }), event("bob", 2, { createdAtMs: NOW_MS - 60_000 }), event("cid", 1, { createdAtMs: NOW_MS - 60_000 })]);
    await worker.foldCallers(NOW_MS, 1);
    expect(await users()).toEqual([["ann", 1, 3], ["bob", 1, 2], ["cid", 1, 1]]);
  });

  it("count an event once, however often it is told, and outlive the rows of the log", async () => {
    const told = event("ann", 50);
    await worker.ingestEvents([told]);
    await worker.ingestEvents([told, event("ann", 1)]);
    await sql.query(`DELETE FROM generation WHERE "organizationId" = $1`, [organizationId]);
    expect(await users()).toEqual([["ann", 2, 51]]);
  });

  it("are the same read by the week, which follows late usage, corrected prices and what is taken away", async () => {
    const weeksAgo = (weeks: number): object => ({ createdAtMs: NOW_MS - weeks * 7 * DAY_MS });
    const asked = (): Promise<(string | number)[][]> => users(NOW_MS - 40 * DAY_MS);
    await worker.ingestEvents([event("ann", 50, { ...weeksAgo(2), attempts: [attempt] }), event("ann", 5, weeksAgo(3)), event("bob", 30, { ...weeksAgo(3), attempts: [attempt] }), event("cid", 20), event(null, 7, weeksAgo(4))]);
    const before = await asked();
    await worker.makeCallerWeeks(NOW_MS);
    await worker.makeCallerWeeks(NOW_MS);
    const made = await sql.query(`SELECT caller, bucket, "chargeNanoUsd"::int AS charge FROM usage_caller WHERE "organizationId" = $1 AND span = 'week' ORDER BY bucket, caller`, [organizationId]);
    expect(made.rows).toEqual([{ caller: "ann", bucket: new Date("2026-04-27"), charge: 5 }, { caller: "bob", bucket: new Date("2026-04-27"), charge: 30 }, { caller: "ann", bucket: new Date("2026-05-04"), charge: 50 }]);
    expect(await asked()).toEqual(before);
    await worker.ingestEvents([event("bob", 100, weeksAgo(2)), event("eve", 1, weeksAgo(3))]);
    await correctPrice({ databaseUrl, nowMs: NOW_MS, priceVersionId: "prc_wrong", prices: {}, reason: "typo", range: { fromMs: null, toMs: null }, isDry: false, entriesFor: () => [], correct: (request) => ({ ...request, chargeNanoUsd: request.chargeNanoUsd * 2n }) });
    expect(await asked()).toEqual([["bob", 2, 160], ["ann", 2, 105], ["cid", 1, 20], ["eve", 1, 1], ["no user", 1, 7]]);
    await sql.query(`DELETE FROM usage_caller WHERE "organizationId" = $1 AND caller = 'bob' AND span = 'day'`, [organizationId]);
    const { rows: [week] } = await sql.query(`SELECT sum("chargeNanoUsd")::int AS charge FROM usage_caller WHERE "organizationId" = $1 AND span = 'week' AND caller = 'bob'`, [organizationId]);
    expect(week).toEqual({ charge: 0 });
  });

  it("follow a corrected price, as the ledger does, by the day and by the minute", async () => {
    await worker.ingestEvents([event("ann", 50, { attempts: [attempt] }), event("bob", 30, { attempts: [attempt] })]);
    await worker.foldCallers(NOW_MS, 1);
    await correctPrice({ databaseUrl, nowMs: NOW_MS, priceVersionId: "prc_wrong", prices: {}, reason: "typo", range: { fromMs: null, toMs: null }, isDry: false, entriesFor: () => [], correct: (request) => ({ ...request, chargeNanoUsd: request.chargeNanoUsd * 2n }) });
    expect(await users()).toEqual([["ann", 1, 100], ["all others", 1, 60]]);
    expect(await users(OVER_MS, OVER_MS + 60_000)).toEqual([["ann", 1, 100], ["bob", 1, 60]]);
  });
});
