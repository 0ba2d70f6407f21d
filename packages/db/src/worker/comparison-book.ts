// The history of comparisons with Stripe and with providers, what of a day is booked by provider, and the posting of settled estimates. It promises that an
// estimate is settled to the same figure however often it is asked for; what the figure is comes from the billing package.
import type pg from "pg";
import { LEDGER_COLUMNS } from "../ledger-columns.ts";

export interface KeptMeterComparison { readonly organizationId: string; readonly meter: string; readonly kind: string; readonly confirmed: boolean; readonly sent: bigint; readonly inDoubt: bigint; readonly stripe: bigint }
export interface KeptProviderComparison {
  readonly provider: string; readonly dayMs: number; readonly state: "agrees" | "differs" | "open"; readonly bookedNanoUsd: bigint; readonly providerNanoUsd: bigint; readonly errorBarNanoUsd: bigint;
  readonly gaps: readonly { readonly class: string; readonly nanoUsd: bigint; readonly attempts: bigint }[];
}
/** What the platform's own credentials were used for, by the name that the provider was asked with. `edge…`: of attempts that reach over an end of the day. */
export interface BookedUsage {
  readonly provider: string; readonly model: string; readonly organizationId: string; readonly isEstimated: boolean; readonly attempts: bigint;
  readonly input: bigint; readonly cacheRead: bigint; readonly cacheWrite: bigint; readonly output: bigint; readonly costNanoUsd: bigint; readonly edgeNanoUsd: bigint;
}
export interface EstimatesToSettle { readonly provider: string; readonly dayMs: number; readonly model: string; readonly organizationId: string; readonly attempts: bigint; readonly estimatedNanoUsd: bigint; /** By how much the estimates were off, whatever was settled before. */ readonly deltaNanoUsd: bigint }

export interface ComparisonQueries {
  recordMeterComparisons(rows: readonly KeptMeterComparison[], nowMs: number): Promise<void>;
  recordProviderComparison(row: KeptProviderComparison, nowMs: number): Promise<void>;
  /** When a provider's days were last looked at; null: never. */
  lastProviderComparison(provider: string): Promise<number | null>;
  /** Attempts that began within the day, hour by hour of it, so that no statement runs long. */
  loadBookedDay(dayMs: number, providers: readonly string[]): Promise<readonly BookedUsage[]>;
  /** By how much corrected prices changed what attempts of that day cost. */
  loadCorrectedDay(dayMs: number): Promise<ReadonlyMap<string, bigint>>;
  /** Posts what is still to be posted of it; returns how many postings were needed. */
  settleEstimates(rows: readonly EstimatesToSettle[], nowMs: number): Promise<number>;
  forgetComparisons(beforeMs: number): Promise<void>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** An attempt begins after its request came: within an hour, whatever it waited for. */
const REQUEST_BEFORE_ATTEMPT_MS = HOUR_MS;
const iso = (ms: number): string => new Date(ms).toISOString();
const dateOf = (dayMs: number): string => iso(dayMs).slice(0, 10);

/** $1 to $2 when requests came, $3 to $4 the day in milliseconds, $5 providers. An attempt that came to nothing is no usage; one of the day before that ends within this one may be counted in it. */
const BOOKED = `
SELECT provider, model, "organizationId", "isEstimated", (count(*) FILTER within)::text AS attempts, ${["input", "cacheRead", "cacheWrite", "output"].map((name) => `coalesce(sum("${name}") FILTER within, 0)::text AS "${name}"`).join(", ")},
  coalesce(sum(cost) FILTER within, 0)::text AS "costNanoUsd", coalesce(sum(cost) FILTER (WHERE began < $3 OR ended >= $4), 0)::text AS "edgeNanoUsd"
FROM (
  SELECT a ->> 'provider' AS provider, a ->> 'upstreamModel' AS model, g."organizationId", a -> 'usage' ->> 'basis' = 'estimated' AS "isEstimated",
    (a -> 'usage' ->> 'inputTokens')::bigint AS input, (a -> 'usage' ->> 'cacheReadTokens')::bigint AS "cacheRead", (a -> 'usage' ->> 'cacheWriteTokens')::bigint AS "cacheWrite",
    (a -> 'usage' ->> 'outputTokens')::bigint + (a -> 'usage' ->> 'reasoningTokens')::bigint AS output, (a ->> 'costNanoUsd')::bigint AS cost,
    (a ->> 'startedAtMs')::float8 AS began, (a ->> 'startedAtMs')::float8 + (a ->> 'durationMs')::float8 AS ended
  FROM generation g CROSS JOIN LATERAL json_array_elements(g.attempts) a
  WHERE g."createdAt" >= $1::timestamptz AND g."createdAt" < $2::timestamptz AND g.mode = 'live' AND a ->> 'provider' = ANY ($5::text[]) AND a ->> 'credentialId' IS NULL
) used
WHERE began < $4 AND ended >= $3 AND (input > 0 OR "cacheRead" > 0 OR "cacheWrite" > 0 OR output > 0 OR cost > 0)
GROUP BY 1, 2, 3, 4`.replaceAll("FILTER within", "FILTER (WHERE began >= $3)");

type Text<Row> = { readonly [Key in keyof Row]: Row[Key] extends bigint ? string : Row[Key] };

const SETTLE = `
WITH known AS (SELECT coalesce(sum("deltaNanoUsd"), 0)::bigint AS settled, count(*) AS rows FROM estimate_settlement WHERE provider = $1 AND day = $2::date AND model = $3 AND "organizationId" = $4)
INSERT INTO estimate_settlement (id, provider, day, model, "organizationId", attempts, "estimatedNanoUsd", "deltaNanoUsd", "createdAt")
SELECT concat_ws(':', 'est', $1::text, $2::text, $3::text, $4::text, (known.rows + 1)::text), $1, $2::date, $3, $4, $5, $6, $7::bigint - known.settled, $8::timestamptz FROM known WHERE $7::bigint <> known.settled
RETURNING id, "deltaNanoUsd"::text AS delta`;
const [PAYABLE, ABSORBED] = [LEDGER_COLUMNS.get("provider_payable"), LEDGER_COLUMNS.get("absorbed")];
/** Customers keep the charge of the estimate: what it was off by is ours. */
const POST = `INSERT INTO ledger_transaction (id, kind, "sourceId", "organizationId", "createdAt", "${ABSORBED}", "${PAYABLE}") VALUES ('txn_' || $1, 'settlement', $1, $2, $3::timestamptz, $4::bigint, -$4::bigint)`;
/** One settler at a time. */
const LOCK = 7_203_011;

export function createComparisonQueries(pool: pg.Pool): ComparisonQueries {
  return {
    async recordMeterComparisons(rows, nowMs) {
      const column = (read: (row: KeptMeterComparison) => string | boolean): readonly (string | boolean)[] => rows.map(read);
      await pool.query(
        `INSERT INTO meter_comparison ("organizationId", meter, "comparedAt", kind, confirmed, sent, "inDoubt", stripe)
         SELECT o, m, $1::timestamptz, k, c, s, d, h FROM unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::bigint[], $7::bigint[], $8::bigint[]) AS r (o, m, k, c, s, d, h) ON CONFLICT DO NOTHING`,
        [iso(nowMs), column((row) => row.organizationId), column((row) => row.meter), column((row) => row.kind), column((row) => row.confirmed), column((row) => row.sent.toString()), column((row) => row.inDoubt.toString()), column((row) => row.stripe.toString())]);
    },
    async recordProviderComparison({ provider, dayMs, state, bookedNanoUsd, providerNanoUsd, errorBarNanoUsd, gaps }, nowMs) {
      await pool.query(
        `INSERT INTO provider_comparison (provider, day, "comparedAt", state, "bookedNanoUsd", "providerNanoUsd", "errorBarNanoUsd", gaps) VALUES ($1, $2::date, $3::timestamptz, $4, $5, $6, $7, $8::jsonb) ON CONFLICT DO NOTHING`,
        [provider, dateOf(dayMs), iso(nowMs), state, bookedNanoUsd, providerNanoUsd, errorBarNanoUsd, JSON.stringify(gaps, (_name, value: unknown) => (typeof value === "bigint" ? value.toString() : value))]);
    },
    async lastProviderComparison(provider) {
      const { rows } = await pool.query<{ at: Date | null }>(`SELECT max("comparedAt") AS at FROM provider_comparison WHERE provider = $1`, [provider]);
      return rows[0]?.at?.getTime() ?? null;
    },
    async loadBookedDay(dayMs, providers) {
      const hours: BookedUsage[] = [];
      for (let fromMs = dayMs - REQUEST_BEFORE_ATTEMPT_MS; fromMs < dayMs + DAY_MS; fromMs += HOUR_MS) {
        const { rows } = await pool.query<Text<BookedUsage>>(BOOKED, [iso(fromMs), iso(fromMs + HOUR_MS), dayMs, dayMs + DAY_MS, providers]);
        hours.push(...rows.map((row) => ({
          ...row, attempts: BigInt(row.attempts), input: BigInt(row.input), cacheRead: BigInt(row.cacheRead), cacheWrite: BigInt(row.cacheWrite), output: BigInt(row.output), costNanoUsd: BigInt(row.costNanoUsd), edgeNanoUsd: BigInt(row.edgeNanoUsd),
        })));
      }
      return hours;
    },
    async loadCorrectedDay(dayMs) {
      const { rows } = await pool.query<{ provider: string; delta: string }>(
        `SELECT v.provider, sum(l."costDeltaNanoUsd")::text AS delta FROM generation g JOIN price_correction_line l ON l."generationId" = g.id JOIN price_correction c ON c.id = l."correctionId" JOIN price_version v ON v.id = c."priceVersionId"
         WHERE g."createdAt" >= $1::timestamptz AND g."createdAt" < $2::timestamptz AND g.mode = 'live' GROUP BY 1`, [iso(dayMs), iso(dayMs + DAY_MS)]);
      return new Map(rows.map(({ provider, delta }) => [provider, BigInt(delta)]));
    },
    settleEstimates: (estimates, nowMs) => settle(pool, estimates, nowMs),
    async forgetComparisons(beforeMs) {
      for (const table of ["meter_comparison", "provider_comparison"]) await pool.query(`DELETE FROM ${table} WHERE "comparedAt" < $1::timestamptz`, [iso(beforeMs)]);
    },
  };
}

async function settle(pool: pg.Pool, estimates: readonly EstimatesToSettle[], nowMs: number): Promise<number> {
  if (estimates.length === 0) return 0;
  const client = await pool.connect();
  let broken: Error | undefined;
  let posted = 0;
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1::bigint)", [LOCK]);
    for (const { provider, dayMs, model, organizationId, attempts, estimatedNanoUsd, deltaNanoUsd } of estimates) {
      const { rows: [row] } = await client.query<{ id: string; delta: string }>(SETTLE, [provider, dateOf(dayMs), model, organizationId, attempts, estimatedNanoUsd, deltaNanoUsd, iso(nowMs)]);
      if (row === undefined) continue;
      await client.query(`INSERT INTO ledger_account (id, "organizationId", kind) SELECT $1 || ':' || k, $1, k FROM unnest(ARRAY['absorbed', 'provider_payable']) k ON CONFLICT DO NOTHING`, [organizationId]);
      await client.query(POST, [row.id, organizationId, iso(nowMs), row.delta]);
      posted += 1;
    }
    await client.query("COMMIT");
    return posted;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollbackError: Error) => { broken = rollbackError; });
    throw error;
  } finally {
    client.release(broken);
  }
}
