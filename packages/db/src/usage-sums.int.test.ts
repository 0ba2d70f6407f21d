import fc from "fast-check";
import { randomUUID } from "node:crypto";
import type { UsageEvent } from "@trunkline/contracts";
import pg from "pg";
import { afterAll, expect, it } from "vitest";
import { createWebDb } from "./web/web-db.ts";
import { createWorkerDb } from "./worker/worker-db.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
const web = createWebDb({ databaseUrl });
const worker = createWorkerDb({ databaseUrl, ledgerEntriesFor: () => [] });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 1 });
afterAll(() => Promise.all([web.close(), worker.close(), sql.end()]));

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A few days around changes of clocks in Berlin, New York, Santiago and on Lord Howe (half an hour), and one without. */
const STARTS = ["2026-03-27T00:00:00Z", "2026-03-06T00:00:00Z", "2026-04-03T00:00:00Z", "2026-09-04T00:00:00Z", "2026-10-02T00:00:00Z", "2026-10-23T00:00:00Z", "2026-10-30T00:00:00Z", "2026-06-10T00:00:00Z"].map(Date.parse);
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"];
/** Where and when the clocks change, for half of the runs. */
const CHANGES = [["2026-03-27T00:00:00Z", "Europe/Berlin"], ["2026-10-23T00:00:00Z", "Europe/Berlin"], ["2026-10-30T00:00:00Z", "America/New_York"], ["2026-04-03T00:00:00Z", "Australia/Lord_Howe"], ["2026-10-02T00:00:00Z", "Australia/Lord_Howe"], ["2026-09-04T00:00:00Z", "America/Santiago"]] as const;
const moments = fc.oneof(fc.tuple(fc.constantFrom(...STARTS), fc.constantFrom(...ZONES)), fc.constantFrom(...CHANGES).map(([start, zone]): [number, string] => [Date.parse(start), zone]));
const SPAN_MINUTES = 4 * 24 * 60;

const USAGE = { inputTokens: 3, cacheReadTokens: 1, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 1, basis: "reported" } as const;
interface Call { readonly secondsIn: number; readonly nano: number; readonly model: string; readonly status: UsageEvent["status"]; readonly user: string | null }

const eventOf = (organizationId: string, projectId: string, startMs: number) => ({ secondsIn, nano, model, status, user }: Call): UsageEvent => ({
  schema: 1, id: `req_${randomUUID()}`, mode: "test", organizationId, projectId, apiKeyId: "key_a", createdAtMs: startMs + secondsIn * 1000, inboundApi: "chat_completions", streaming: true, requestedModel: model, presetSlug: null, presetVersion: null,
  status, httpStatus: 200, errorCode: null, errorMessage: null, provider: "openai", model, finishReason: "stop", durationMs: 10, timeToFirstTokenMs: 5, usage: USAGE, priceVersionId: null, chargeNanoUsd: String(nano), attempts: [], losses: [], endUser: user, sessionId: user === null ? null : `s-${user}`, metadata: {}, decision: null,
});

const calls = fc.array(fc.record({ secondsIn: fc.integer({ min: 0, max: SPAN_MINUTES * 60 - 1 }), nano: fc.integer({ min: 0, max: 1_000_000 }), model: fc.constantFrom("openai/a", "openai/b"), status: fc.constantFrom("ok" as const, "rescued" as const, "failed" as const), user: fc.constantFrom(null, "ada", "bob", "eve") }), { minLength: 1, maxLength: 60 });

/** In Santiago the sixth of September 2026 begins at one: the range begins within it, and the second call is the first of the next day. */
const SPRING_MIDNIGHT: Call[] = [0, 270_000].map((secondsIn) => ({ secondsIn, nano: 7, model: "openai/a", status: "ok", user: null }));

it("sum of the buckets, of end users and sessions, total and sum of the log agree, for any zone and range, on days when clocks change too", async () => {
  const user = await web.accounts.createUser({ email: `sums-${randomUUID()}@example.test`, name: null, passwordHash: "x" });
  const { organizationId, projectId } = await web.accounts.ensureOrganization(user);
  const [membership] = await web.accounts.listMemberships(user.id);
  const actor = await web.organizations.findActor(user.id, membership?.slug ?? "");
  await fc.assert(fc.asyncProperty(
    moments, calls, fc.constantFrom("minute" as const, "hour" as const, "day" as const), fc.constantFrom("model" as const, "status" as const), fc.tuple(fc.integer({ min: -120, max: SPAN_MINUTES - 1 }), fc.integer({ min: 60, max: SPAN_MINUTES })),
    async ([startMs, zone], made, granularity, groupBy, [fromMinute, minutes]) => {
      await sql.query(`DELETE FROM generation WHERE "organizationId" = $1`, [organizationId]);
      await sql.query(`DELETE FROM usage_caller WHERE "organizationId" = $1`, [organizationId]);
      await sql.query(`DELETE FROM usage_rollup WHERE "organizationId" = $1`, [organizationId]);
      await sql.query(`UPDATE organization SET "timeZone" = $2 WHERE id = $1`, [organizationId, zone]);
      await worker.ingestEvents(made.map(eventOf(organizationId, projectId, startMs)));
      const [from, to] = [new Date(startMs + fromMinute * MINUTE_MS), new Date(startMs + (fromMinute + minutes) * MINUTE_MS)];
      const range = { projectId, mode: "test" as const, from, to };
      const [series, totals] = [await web.usage.series(actor, { ...range, granularity, groupBy }), await web.usage.totals(actor, range)];
      const { rows: [log] } = await sql.query<{ requests: string; nano: string; tokens: string }>(
        `SELECT count(*) AS requests, coalesce(sum("chargeNanoUsd"), 0) AS nano, coalesce(sum("inputTokens" + "cacheReadTokens" + "outputTokens" + "reasoningTokens"), 0) AS tokens FROM generation WHERE "organizationId" = $1 AND "createdAt" >= $2 AND "createdAt" < $3`, [organizationId, from, to]);
      const drawn = new Set(series.buckets.map((bucket) => bucket.getTime()));
      const points = series.points.filter((point) => drawn.has(point.bucket.getTime()));
      const sumOf = (of: (row: (typeof points)[number]) => bigint): bigint => points.reduce((sum, row) => sum + of(row), 0n);
      const tokens = (row: Pick<(typeof points)[number], "inputTokens" | "cacheReadTokens" | "outputTokens" | "reasoningTokens">): bigint => row.inputTokens + row.cacheReadTokens + row.outputTokens + row.reasoningTokens;
      const expected = { requests: BigInt(log?.requests ?? 0), nano: BigInt(log?.nano ?? 0), tokens: BigInt(log?.tokens ?? 0) };
      expect({ requests: sumOf((row) => row.requests), nano: sumOf((row) => row.chargeNanoUsd), tokens: sumOf(tokens) }, "buckets").toEqual(expected);
      expect({ requests: totals.requests, nano: totals.chargeNanoUsd, tokens: tokens(totals) }, "total").toEqual(expected);
      expect(series.groups.reduce((sum, group) => sum + group.chargeNanoUsd, 0n), "groups").toBe(expected.nano);
      const { rows: callers } = await sql.query<{ key: string; requests: string; nano: string; failed: string }>(
        `SELECT coalesce("endUser", '') AS key, count(*) AS requests, sum("chargeNanoUsd") AS nano, count(*) FILTER (WHERE status = 'failed') AS failed FROM generation WHERE "organizationId" = $1 AND "createdAt" >= $2 AND "createdAt" < $3 GROUP BY 1 ORDER BY 1`, [organizationId, from, to]);
      const byKey = (rows: readonly { key: string; requests: bigint | string; nano: bigint | string; failed: bigint | string }[]) => rows.map((row) => [row.key, BigInt(row.requests), BigInt(row.nano), BigInt(row.failed)]).sort();
      const [users, sessions, pairs] = [await web.usage.groups(actor, range, "user"), await web.usage.groups(actor, range, "session"), await web.usage.nested(actor, range, ["user", "model"])];
      expect(byKey(users.map((group) => ({ ...group, nano: group.chargeNanoUsd }))), "users").toEqual(byKey(callers));
      expect(byKey(sessions.map((group) => ({ ...group, key: group.key.slice(2), nano: group.chargeNanoUsd }))), "sessions").toEqual(byKey(callers));
      for (const filters of [{ model: ["openai/a"] }, { status: ["failed", "rescued"], preset: [""] }, { model: ["openai/a", "openai/b"], status: ["ok"], provider: ["openai"], key: ["key_a"] }, { model: ["openai/none"] }]) {
        const part = made.filter(({ secondsIn, model, status }) => { const at = startMs + secondsIn * 1000; return at >= from.getTime() && at < to.getTime() && (filters.model?.includes(model) ?? true) && (filters.status?.includes(status) ?? true); });
        const whole = { requests: BigInt(part.length), nano: part.reduce((sum, { nano }) => sum + BigInt(nano), 0n) };
        const sums = (rows: readonly { readonly requests: bigint; readonly chargeNanoUsd: bigint }[]) => ({ requests: rows.reduce((sum, row) => sum + row.requests, 0n), nano: rows.reduce((sum, row) => sum + row.chargeNanoUsd, 0n) });
        const filtered = { ...range, filters };
        const [inTime, inAll, byUser, byPair] = [await web.usage.series(actor, { ...filtered, granularity, groupBy }), await web.usage.totals(actor, filtered), await web.usage.groups(actor, filtered, "user"), await web.usage.nested(actor, filtered, ["user", "model"])];
        expect([sums(inTime.points), sums([inAll]), sums(byUser), sums(byPair)], `filtered by ${JSON.stringify(filters)}`).toEqual([whole, whole, whole, whole]);
      }
      expect(pairs.reduce((sum, pair) => sum + pair.chargeNanoUsd, 0n), "users and models").toBe(expected.nano);
      expect(series.buckets.every((bucket, at) => at === 0 || bucket.getTime() > (series.buckets[at - 1]?.getTime() ?? 0)), "buckets are in order").toBe(true);
      expect(series.buckets.every((bucket, at) => bucket.getTime() - (series.buckets[at - 1]?.getTime() ?? bucket.getTime()) <= (granularity === "day" ? DAY_MS + HOUR_MS : HOUR_MS + 30 * MINUTE_MS))).toBe(true);
    },
  ), { numRuns: 80, examples: [[[Date.parse("2026-09-04T00:00:00Z"), "America/Santiago"], SPRING_MIDNIGHT, "hour", "model", [3121, 2819]]] });
}, 120_000);
