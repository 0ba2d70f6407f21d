// The measuring half of `bench analytics`: fills a migrated database with made-up requests, books their sums, and asks what the dashboard's pages ask, through the
// same functions. Prints one JSON object. Rows are a function of their number, so two runs see the same data.
import { createWebDb, type Actor, type UsageDimension } from "@trunkline/db/web";
import { createWorkerDb } from "@trunkline/db/worker";
import pg from "pg";

const ORGANIZATION = "org_bench_analytics";
const PROJECT = "prj_bench_analytics";
const DAYS = 90;
const DAY_MS = 86_400_000;
/** Rows a statement: a day's worth is far below what makes a statement slow by itself. */
const CHUNK_ROWS = 250_000;
const WARM_UPS = 3;

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const databaseUrl = required("DATABASE_URL");
const rows = Number(process.argv[2]);
const runs = Number(process.argv[3]);
const say = (text: string): void => console.error(text);
const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
await client.query("CREATE TABLE IF NOT EXISTS bench_made (at timestamptz)");
const { rows: [made] } = await client.query<{ at: Date }>("SELECT at FROM bench_made");
/** Rows that are there already end when they were made. */
const endMs = made?.at.getTime() ?? Math.floor(Date.now() / DAY_MS) * DAY_MS;

/** 20 keys, 12 models of 6 providers, 4 presets, 5,000 end users of whom few call most, a hundredth failed: spread over 90 days with busy hours. */
async function fill(): Promise<void> {
  await client.query(`INSERT INTO organization (id, slug, name, "timeZone") VALUES ($1, 'bench-analytics', 'Bench', 'Europe/Berlin')`, [ORGANIZATION]);
  await client.query(`INSERT INTO project (id, "organizationId", slug, name) VALUES ($1, $2, 'default', 'Default')`, [PROJECT, ORGANIZATION]);
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    await client.query(
      `INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", "presetSlug", status, "httpStatus", "errorCode", provider, model, "finishReason", "durationMs", "timeToFirstTokenMs",
         "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "priceVersionId", "chargeNanoUsd", "costNanoUsd", attempts, losses, "endUser", "sessionId", metadata)
       SELECT 'req_' || lpad(n::text, 26, '0'), 'live', $1, $2, 'key_' || h % 20, $3::timestamptz + (n::float8 / $4 * $5 + (h % 7919)) * interval '1 second', 'chat_completions', h % 2 = 0, 'auto', CASE WHEN h % 5 = 0 THEN NULL ELSE 'preset-' || h % 4 END,
         CASE WHEN h % 100 = 0 THEN 'failed' WHEN h % 50 = 1 THEN 'rescued' ELSE 'ok' END, CASE WHEN h % 100 = 0 THEN 502 ELSE 200 END, CASE WHEN h % 100 = 0 THEN 'upstream.failed' END, 'provider-' || h % 6, 'maker/model-' || h % 12, 'stop', 500 + h % 4000, 100 + h % 900,
         200 + h % 5000, h % 700, 0, 50 + h % 900, 0, 'reported', 'prc_bench', 1000 * (200 + h % 5000), 900 * (200 + h % 5000), '[{"attempt":1,"provider":"provider-0","status":200}]', '[]',
         CASE WHEN h % 3 = 0 THEN 'user-' || (sqrt(h % 25000000))::int END, CASE WHEN h % 3 = 0 THEN 'session-' || n / 20 END, '{}'
       FROM (SELECT n, abs(hashint8(n)::bigint) AS h FROM generate_series($6::bigint, $7::bigint) n) s`,
      [ORGANIZATION, PROJECT, new Date(endMs - DAYS * DAY_MS), rows, DAYS * 86_400 - 8_000, from, Math.min(from + CHUNK_ROWS, rows) - 1]);
    say(`${Math.min(from + CHUNK_ROWS, rows)} of ${rows} requests`);
  }
}

/** As ingestion books them, whole days at a time. */
async function book(): Promise<void> {
  for (let day = 0; day < DAYS; day++) {
    const span = [ORGANIZATION, PROJECT, new Date(endMs - (DAYS - day) * DAY_MS), new Date(endMs - (DAYS - day - 1) * DAY_MS)];
    await client.query(
      `INSERT INTO usage_rollup (bucket, "organizationId", "projectId", "apiKeyId", mode, provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount")
       SELECT date_trunc('minute', "createdAt"), "organizationId", "projectId", "apiKeyId", mode, provider, model, coalesce("presetSlug", ''), status, count(*), sum(json_array_length(attempts)), sum("inputTokens"), sum("cacheReadTokens"), sum("cacheWriteTokens"), sum("outputTokens"), sum("reasoningTokens"),
         sum("chargeNanoUsd"), sum("costNanoUsd"), sum("durationMs"), sum("timeToFirstTokenMs"), count("timeToFirstTokenMs")
       FROM generation WHERE "organizationId" = $1 AND "projectId" = $2 AND mode = 'live' AND "createdAt" >= $3 AND "createdAt" < $4 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9`,
      span);
    await client.query(
      `INSERT INTO usage_caller ("organizationId", mode, kind, span, bucket, "projectId", caller, requests, failed, rescued, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "ttftMsSum", "ttftCount")
       SELECT "organizationId", mode, c.kind, s.span, date_trunc(s.span, "createdAt", 'UTC'), "projectId", c.caller, count(*), count(*) FILTER (WHERE status = 'failed'), count(*) FILTER (WHERE status = 'rescued'), count(*), sum("inputTokens"), sum("cacheReadTokens"), sum("cacheWriteTokens"), sum("outputTokens"), sum("reasoningTokens"),
         sum("chargeNanoUsd"), sum("costNanoUsd"), sum("timeToFirstTokenMs"), count("timeToFirstTokenMs")
       FROM generation CROSS JOIN LATERAL (VALUES ('user', "endUser"), ('session', "sessionId")) c (kind, caller) CROSS JOIN (VALUES ('hour'), ('day')) s (span)
       WHERE "organizationId" = $1 AND "projectId" = $2 AND mode = 'live' AND "createdAt" >= $3 AND "createdAt" < $4 AND c.caller IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7`, span);
  }
}

const actor: Actor = { organizationId: ORGANIZATION, role: "owner", userId: null, label: "bench" };
const db = createWebDb({ databaseUrl, nowMs: () => endMs });
const last = (days: number) => ({ projectId: PROJECT, mode: "live" as const, from: new Date(endMs - days * DAY_MS + 37 * 60_000), to: new Date(endMs) });
const page = { projectId: PROJECT, mode: "live" as const, limit: 50 };
/** What the page shows of users and sessions. */
const CALLERS_SHOWN = 20;
const groups = (days: number, dimension: UsageDimension) => () => db.usage.groups(actor, last(days), dimension, CALLERS_SHOWN);

const CASES: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["overview: totals of the month", () => db.usage.totals(actor, last(30))],
  ["overview: spend by model and day, 30 days", () => db.usage.series(actor, { ...last(30), granularity: "day", groupBy: "model" })],
  ["overview: recent failures", () => db.requests.recentFailures(actor, PROJECT, "live")],
  ["analytics: by provider and hour, 2 days", () => db.usage.series(actor, { ...last(2), granularity: "hour", groupBy: "provider" })],
  ["analytics: by key and day, 90 days", () => db.usage.series(actor, { ...last(90), granularity: "day", groupBy: "key" })],
  ["analytics: table by preset, 90 days", groups(90, "preset")],
  ["analytics: table by end user, 30 days", groups(30, "user")],
  ["analytics: table by session, 30 days", groups(30, "session")],
  ["analytics: percentiles by model, 7 days", () => db.performance.groups(actor, { ...last(7), projectId: PROJECT, groupBy: "model" })],
  ["logs: newest page", () => db.requests.list(actor, page)],
  ["logs: failed requests of one model", () => db.requests.list(actor, { ...page, status: "failed", model: "maker/model-4" })],
  ["logs: one key of one provider", () => db.requests.list(actor, { ...page, apiKeyId: "key_7", provider: "provider-1" })],
  ["keys: list with spend", () => db.keys.list(actor, PROJECT)],
];

async function timed(work: () => Promise<unknown>): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let run = -WARM_UPS; run < runs; run++) {
    const began = performance.now();
    await work();
    if (run >= 0) taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b);
}

/** Made once a folder. Nothing is lost that anybody wants when the host goes down meanwhile: such a folder is made again. */
async function make(): Promise<void> {
  for (const setting of HURRIED) await client.query(`ALTER SYSTEM SET ${setting}`);
  await client.query("SELECT pg_reload_conf()");
  await fill();
  say("booking the sums");
  await book();
  const worker = createWorkerDb({ databaseUrl, ledgerEntriesFor: () => [] });
  await worker.makeCallerWeeks(endMs);
  await worker.close();
  say("cleaning up");
  await client.query("VACUUM ANALYZE");
  await client.query("ALTER SYSTEM RESET ALL");
  await client.query("SELECT pg_reload_conf()");
  await client.query("INSERT INTO bench_made VALUES ($1)", [new Date(endMs)]);
}
const HURRIED = ["fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '8GB'", "work_mem = '256MB'"];

if (!made) await make();
const results = [];
for (const [name, work] of CASES) {
  const taken = await timed(work);
  const quantile = (share: number): number => Math.round((taken[Math.min(taken.length - 1, Math.floor(share * taken.length))] ?? Number.NaN) * 10) / 10;
  results.push({ case: name, unit: "ms", p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) });
}
const { rows: [counts] } = await client.query(`SELECT (SELECT sum(requests)::int FROM usage_rollup_day WHERE "organizationId" = $1) AS requests, (SELECT count(*)::int FROM usage_rollup) AS minutes, (SELECT count(*)::int FROM usage_rollup_hour) AS hours, (SELECT count(*)::int FROM usage_rollup_day) AS days`, [ORGANIZATION]);
console.log(JSON.stringify({ results, counts }));
await Promise.all([db.close(), client.end()]);
