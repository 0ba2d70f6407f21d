import fc from "fast-check";
import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
let sql: pg.Client;
let organizationId = "";

beforeAll(async () => {
  if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
  sql = new pg.Client({ connectionString: databaseUrl });
  await sql.connect();
});
afterAll(() => sql.end());
beforeEach(() => { organizationId = `org_${randomUUID()}`; });

const MINUTE_MS = 60_000;
/** A week around each change of clocks in Berlin, New York and on Lord Howe, whose clocks move by half an hour. */
const STARTS = ["2026-03-05T00:00:00Z", "2026-03-26T00:00:00Z", "2026-04-02T00:00:00Z", "2026-10-01T00:00:00Z", "2026-10-29T00:00:00Z"].map(Date.parse);
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"];
const WEEK_MINUTES = 7 * 24 * 60;

interface Spend { readonly minute: number; readonly apiKeyId: string; readonly nano: number }
const spends = fc.array(fc.record({ minute: fc.integer({ min: 0, max: WEEK_MINUTES - 1 }), apiKeyId: fc.constantFrom("key_a", "key_b"), nano: fc.integer({ min: 1, max: 1_000_000 }) }), { minLength: 1, maxLength: 40 });

async function book(startMs: number, batch: readonly Spend[]): Promise<void> {
  const merged = new Map<string, { at: string; key: string; requests: number; nano: number }>();
  for (const { minute, apiKeyId, nano } of batch) {
    const at = new Date(startMs + minute * MINUTE_MS).toISOString();
    const row = merged.get(`${at} ${apiKeyId}`) ?? { at, key: apiKeyId, requests: 0, nano: 0 };
    merged.set(`${at} ${apiKeyId}`, { ...row, requests: row.requests + 1, nano: row.nano + nano });
  }
  const rows = [...merged.values()];
  await sql.query(
    `INSERT INTO usage_rollup AS kept (bucket, "organizationId", "projectId", "apiKeyId", mode, provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount")
     SELECT at, $1, 'prj', key, 'live', 'openai', 'm', '', 'ok', n, n, 0, 0, 0, 0, 0, nano, 0, 0, 0, 0 FROM unnest($2::timestamptz[], $3::text[], $4::bigint[], $5::bigint[]) AS s (at, key, n, nano)
     ON CONFLICT ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status) DO UPDATE SET requests = kept.requests + excluded.requests, "chargeNanoUsd" = kept."chargeNanoUsd" + excluded."chargeNanoUsd"`,
    [organizationId, rows.map((row) => row.at), rows.map((row) => row.key), rows.map((row) => row.requests), rows.map((row) => row.nano)]);
}

const GROUPED = `"apiKeyId" AS key, sum(requests)::int AS requests, sum("chargeNanoUsd")::int AS nano`;
const minutes = async (text: string, values: readonly unknown[]): Promise<unknown[]> => (await sql.query(`SELECT ${text}, ${GROUPED} FROM usage_rollup WHERE "organizationId" = $1 AND mode = 'live' AND bucket >= $2 AND bucket < $3 GROUP BY 1, 2 ORDER BY 1, 2`, [...values])).rows;
const levels = async (text: string, values: readonly unknown[], cuts: readonly string[]): Promise<unknown[]> => (await sql.query(`SELECT ${text}, ${GROUPED} FROM usage_between($1, 'live', $2, $3, '{${cuts.map((cut) => `"${cut}"`).join(",")}}') GROUP BY 1, 2 ORDER BY 1, 2`, [...values])).rows;

describe("the hours and days beside the minutes", () => {
  it("give the same sums as the minutes, for any range, any zone's hours and days wherever the organization is at home, and days on which clocks change", async () => {
    await fc.assert(fc.asyncProperty(
      fc.constantFrom(...STARTS), fc.array(spends, { minLength: 1, maxLength: 3 }), fc.constantFrom(...ZONES), fc.constantFrom(...ZONES), fc.constantFrom("hour", "day"), fc.tuple(fc.integer({ min: -60, max: WEEK_MINUTES }), fc.integer({ min: 1, max: WEEK_MINUTES })),
      async (startMs, batches, home, zone, granularity, [fromMinute, length]) => {
        organizationId = `org_${randomUUID()}`;
        await sql.query(`INSERT INTO organization (id, slug, name, "timeZone") VALUES ($1, $1, 'Property', $2)`, [organizationId, home]);
        for (const batch of batches) await book(startMs, batch);
        const range = [organizationId, new Date(startMs + fromMinute * MINUTE_MS).toISOString(), new Date(startMs + (fromMinute + length) * MINUTE_MS).toISOString()];
        expect(await levels("1 AS all", range, [])).toEqual(await minutes("1 AS all", range));
        const cut = `date_trunc('${granularity}', bucket, '${zone}')`;
        const { rows } = await sql.query<{ bucket: Date }>(`SELECT DISTINCT date_trunc($1, at, $2) AS bucket FROM generate_series($3::timestamptz, $4::timestamptz, interval '15 minutes') at`, [granularity, zone, range[1], range[2]]);
        expect(await levels(`${cut} AS bucket`, range, rows.map((row) => row.bucket.toISOString()))).toEqual(await minutes(`${cut} AS bucket`, range));
      },
    ), { numRuns: 60 });
  });

  it("follow a correction of the minutes, and leave nothing behind when minutes go", async () => {
    const startMs = Date.parse("2026-11-02T00:00:00Z");
    await book(startMs, [{ minute: 5, apiKeyId: "key_a", nano: 100 }, { minute: 65, apiKeyId: "key_a", nano: 30 }, { minute: 65, apiKeyId: "key_b", nano: 7 }]);
    await sql.query(`UPDATE usage_rollup SET "chargeNanoUsd" = "chargeNanoUsd" - 10 WHERE "organizationId" = $1 AND "apiKeyId" = 'key_a'`, [organizationId]);
    const day = `SELECT "apiKeyId" AS key, requests::int, "chargeNanoUsd"::int AS nano FROM usage_rollup_day WHERE "organizationId" = $1 ORDER BY 1`;
    expect((await sql.query(day, [organizationId])).rows).toEqual([{ key: "key_a", requests: 2, nano: 110 }, { key: "key_b", requests: 1, nano: 7 }]);
    await sql.query(`DELETE FROM usage_rollup WHERE "organizationId" = $1 AND "apiKeyId" = 'key_a'`, [organizationId]);
    expect((await sql.query(day, [organizationId])).rows).toEqual([{ key: "key_b", requests: 1, nano: 7 }]);
    expect((await sql.query(`SELECT count(*)::int AS hours FROM usage_rollup_hour WHERE "organizationId" = $1`, [organizationId])).rows).toEqual([{ hours: 1 }]);
  });

  it("are those of the organization's own days, before and after it moves to another time zone", async () => {
    await sql.query(`INSERT INTO organization (id, slug, name, "timeZone") VALUES ($1, $1, 'Mover', 'Asia/Kolkata')`, [organizationId]);
    await book(Date.parse("2026-11-02T00:00:00Z"), [{ minute: 5, apiKeyId: "key_a", nano: 1 }, { minute: 1170, apiKeyId: "key_a", nano: 2 }]);
    const days = async () => (await sql.query<{ bucket: Date; nano: number }>(`SELECT bucket, "chargeNanoUsd"::int AS nano FROM usage_rollup_day WHERE "organizationId" = $1 ORDER BY 1`, [organizationId])).rows.map((row) => [row.bucket.toISOString(), row.nano]);
    expect(await days()).toEqual([["2026-11-01T18:30:00.000Z", 1], ["2026-11-02T18:30:00.000Z", 2]]);
    await sql.query("BEGIN");
    await sql.query("SELECT set_config('role', 'trunkline_tenant', true), set_config('app.tenant', $1, true)", [organizationId]);
    await sql.query(`UPDATE organization SET "timeZone" = 'UTC' WHERE id = $1`, [organizationId]);
    await sql.query("COMMIT");
    expect(await days()).toEqual([["2026-11-02T00:00:00.000Z", 3]]);
  });

  it("are read to the present where no end is given", async () => {
    await book(Date.parse("2026-11-02T00:00:00Z"), [{ minute: 5, apiKeyId: "key_a", nano: 100 }, { minute: 3000, apiKeyId: "key_a", nano: 1 }]);
    const { rows } = await sql.query(`SELECT sum("chargeNanoUsd")::int AS nano FROM usage_between($1, 'live', '2026-11-02T00:05:00Z', NULL, '{}')`, [organizationId]);
    expect(rows).toEqual([{ nano: 101 }]);
  });
});
