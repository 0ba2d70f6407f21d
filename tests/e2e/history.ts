import pg from "pg";

const SUNDAY = 0;
const SATURDAY = 6;
/** How many of the real requests a day gets copies of, the nearest day most. */
const WEEKEND_PERCENT = 35;
const WEEKDAY_PERCENT = 90;
const DAY_MS = 86_400_000;
/** The strip of the log shows 24 hours. */
const SPREAD_S = 22 * 3600;

/**
 * Gives the project of the requests a past: copies of its real requests on each of the `days` days before, fewer at weekends; the real
 * ones spread over the last hours; and the minute sums anew from all of them, so that every page still agrees with every other. For
 * pictures: the ledger is left alone.
 */
export async function giveHistory(databaseUrl: string, organizationId: string, days: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(`SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'generation' AND table_schema = 'public' ORDER BY ordinal_position`);
    const others = rows.map((row) => `"${row.name}"`).filter((name) => name !== `"id"` && name !== `"createdAt"`).join(", ");
    for (let day = 1; day <= days; day += 1) {
      const weekday = new Date(Date.now() - day * DAY_MS).getUTCDay();
      const kept = weekday === SUNDAY || weekday === SATURDAY ? WEEKEND_PERCENT : WEEKDAY_PERCENT;
      await client.query(
        `INSERT INTO generation (id, "createdAt", ${others})
         SELECT 'req_' || substr(md5(id || $2::int::text), 1, 26), date_trunc('day', "createdAt") - make_interval(days => $2::int) + make_interval(secs => ('x' || substr(md5($2::int::text || id), 1, 6))::bit(24)::int % 86400), ${others}
         FROM generation WHERE "organizationId" = $1 AND "createdAt" > now() - interval '1 hour' AND ('x' || substr(md5(id || 'k' || $2::int::text), 1, 4))::bit(16)::int % 100 < $3::int`,
        [organizationId, day, Math.round(kept * (1 - (day / days) * 0.4))]);
    }
    await client.query(`UPDATE generation SET "createdAt" = "createdAt" - make_interval(secs => ('x' || substr(md5(id), 1, 6))::bit(24)::int % $2::int) WHERE "organizationId" = $1 AND "createdAt" > now() - interval '1 hour'`, [organizationId, SPREAD_S]);
    await client.query(`DELETE FROM usage_rollup WHERE "organizationId" = $1`, [organizationId]);
    await client.query(
      `INSERT INTO usage_rollup ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens",
         "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount")
       SELECT "organizationId", mode, date_bin('1 minute', "createdAt", 'epoch'::timestamptz), "projectId", "apiKeyId", coalesce(provider, ''), coalesce(model, ''), coalesce("presetSlug", ''), status, count(*), sum(json_array_length(attempts)),
         sum("inputTokens"), sum("cacheReadTokens"), sum("cacheWriteTokens"), sum("outputTokens"), sum("reasoningTokens"), sum("chargeNanoUsd"), sum("costNanoUsd"), sum("durationMs"), coalesce(sum("timeToFirstTokenMs"), 0), count("timeToFirstTokenMs")
       FROM generation WHERE "organizationId" = $1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9`, [organizationId]);
    await giveComparisons(client, organizationId);
  } finally {
    await client.end();
  }
}

/** What the mornings before had found, had there been providers' accounts to ask. */
async function giveComparisons(client: pg.Client, organizationId: string): Promise<void> {
  const gaps = (...found: readonly (readonly [string, number, number])[]): string => JSON.stringify(found.map(([kind, nanoUsd, attempts]) => ({ class: kind, nanoUsd: String(nanoUsd), attempts: String(attempts) })));
  for (const [provider, back, state, booked, billed, within, found] of [
    ["openai", 1, "agrees", 4_182_400_120, 4_182_977_320, 1_204_000, gaps(["aborted", 577_200, 3])], ["anthropic", 1, "differs", 9_031_000_000, 9_115_300_000, 840_000, gaps(["missing", 84_300_000, 12])],
    ["openai", 2, "agrees", 3_901_118_004, 3_901_118_004, 2_000, gaps()], ["anthropic", 2, "agrees", 8_774_020_500, 8_773_800_100, 412_000, gaps(["in_flight", -220_400, 0])],
  ] as const) {
    await client.query(`INSERT INTO provider_comparison (provider, day, "comparedAt", state, "bookedNanoUsd", "providerNanoUsd", "errorBarNanoUsd", gaps) VALUES ($1, current_date - $2::int, now() - interval '3 hours', $3, $4, $5, $6, $7)`, [provider, back, state, booked, billed, within, found]);
  }
  await client.query(`INSERT INTO estimate_settlement (id, provider, day, model, "organizationId", attempts, "estimatedNanoUsd", "deltaNanoUsd", "createdAt") VALUES ('est:' || $1, 'openai', current_date - 1, 'gpt-5-mini', $1, 3, 1200000, 577200, now())`, [organizationId]);
}
