// Which pairs of provider and model are asked, and when. It promises that one worker at a time asks a pair, and that a worker which dies with a claim delays the next question by
// the claim's length alone. When to ask is the worker's rule.
import type pg from "pg";

export interface ProbedPair { readonly provider: string; readonly model: string }
/** A pair whose time has come. Prices are nano-USD per million tokens, null where the pair has none now. */
export interface DueProbe extends ProbedPair {
  readonly upstreamModel: string;
  readonly failures: number;
  readonly isOut: boolean;
  readonly inputNanoUsdPerMillion: bigint | null;
  readonly outputNanoUsdPerMillion: bigint | null;
}
export interface ProbeAnswer extends ProbedPair {
  readonly failures: number;
  readonly failureClass: string | null;
  readonly isOut: boolean;
  readonly costNanoUsd: bigint;
  readonly nextMs: number;
}

export interface ProbeQueries {
  /** Served just now: neither is in need of a question before `nextMs`, unless it is out. */
  noteServed(pairs: readonly ProbedPair[], nowMs: number, nextMs: number): Promise<void>;
  /**
   * A gateway has found it out: it is asked by `nextMs`, or by `relapseMs` where it answered a question since `answeredSinceMs`: then questions say less than
   * requests do. Pairs that nobody used are nobody's business.
   */
  noteOut(pair: ProbedPair, when: { readonly nextMs: number; readonly answeredSinceMs: number; readonly relapseMs: number }): Promise<void>;
  /** A gateway was served again. */
  noteBack(pair: ProbedPair): Promise<void>;
  /** Up to `max` pairs that are due, each for this worker alone until `leaseMs`; none once the day's probes have cost `capNanoUsd`. */
  claimDueProbes(how: { readonly providers: readonly string[]; readonly nowMs: number; readonly leaseMs: number; readonly max: number; readonly capNanoUsd: bigint }): Promise<readonly DueProbe[]>;
  recordProbe(answer: ProbeAnswer, nowMs: number): Promise<void>;
  /** Pairs that were not used since then are forgotten. */
  forgetProbes(beforeMs: number): Promise<void>;
}

const at = (ms: number): string => new Date(ms).toISOString();

const SERVED = `
INSERT INTO provider_probe AS p (provider, model, "usedAt", "nextAt")
SELECT provider, model, $3::timestamptz, $4::timestamptz FROM unnest($1::text[], $2::text[]) u (provider, model) ORDER BY 1, 2
ON CONFLICT (provider, model) DO UPDATE SET "usedAt" = excluded."usedAt", "nextAt" = CASE WHEN p."isOut" THEN p."nextAt" ELSE greatest(p."nextAt", excluded."nextAt") END,
  failures = CASE WHEN p."isOut" THEN p.failures ELSE 0 END`;
const OUT = `
UPDATE provider_probe SET "isOut" = true, "nextAt" = CASE WHEN "askedAt" >= $4::timestamptz AND failures = 0 THEN $5::timestamptz ELSE least("nextAt", $3::timestamptz) END
WHERE provider = $1 AND model = $2`;
const BACK = `UPDATE provider_probe SET "isOut" = false, failures = 0 WHERE provider = $1 AND model = $2`;
/** Embeddings are left out: what they are asked is of another form, and their hosts serve chat models as well. */
const CLAIM = `
WITH due AS (
  SELECT p.provider, p.model FROM provider_probe p WHERE p."nextAt" <= $2::timestamptz AND p.provider = ANY ($1)
    AND (SELECT coalesce(sum("spentNanoUsd"), 0) FROM provider_probe WHERE "spentDay" = ($2::timestamptz AT TIME ZONE 'UTC')::date) < $5
  ORDER BY p."nextAt" LIMIT $4 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE provider_probe p SET "nextAt" = $3::timestamptz FROM due WHERE p.provider = due.provider AND p.model = due.model RETURNING p.provider, p.model, p.failures, p."isOut"
)
SELECT c.*, e."upstreamModel", v."inputNanoUsdPerMillion", v."outputNanoUsdPerMillion" FROM claimed c
JOIN model_endpoint e ON e.provider = c.provider AND e."modelId" = c.model JOIN model m ON m.id = c.model AND m.document->>'kind' IS DISTINCT FROM 'embedding'
LEFT JOIN price_version v ON v.provider = c.provider AND v."modelId" = c.model AND v."effectiveFrom" <= $2::timestamptz AND (v."effectiveTo" IS NULL OR v."effectiveTo" > $2::timestamptz)`;
const RECORD = `
UPDATE provider_probe SET "askedAt" = $7::timestamptz, failures = $3, "failureClass" = $4, "isOut" = $5, "nextAt" = $6::timestamptz,
  "spentNanoUsd" = CASE WHEN "spentDay" = ($7::timestamptz AT TIME ZONE 'UTC')::date THEN "spentNanoUsd" ELSE 0 END + $8, "spentDay" = ($7::timestamptz AT TIME ZONE 'UTC')::date
WHERE provider = $1 AND model = $2`;

interface ClaimedRow { readonly provider: string; readonly model: string; readonly failures: number; readonly isOut: boolean; readonly upstreamModel: string; readonly inputNanoUsdPerMillion: string | null; readonly outputNanoUsdPerMillion: string | null }
const bigintOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

export function createProbeQueries(pool: pg.Pool): ProbeQueries {
  return {
    async noteServed(pairs, nowMs, nextMs) { if (pairs.length > 0) await pool.query(SERVED, [pairs.map(({ provider }) => provider), pairs.map(({ model }) => model), at(nowMs), at(nextMs)]); },
    async noteOut({ provider, model }, { nextMs, answeredSinceMs, relapseMs }) { await pool.query(OUT, [provider, model, at(nextMs), at(answeredSinceMs), at(relapseMs)]); },
    async noteBack({ provider, model }) { await pool.query(BACK, [provider, model]); },
    async claimDueProbes({ providers, nowMs, leaseMs, max, capNanoUsd }) {
      const { rows } = await pool.query<ClaimedRow>(CLAIM, [providers, at(nowMs), at(leaseMs), max, capNanoUsd.toString()]);
      return rows.map((row) => ({ ...row, inputNanoUsdPerMillion: bigintOf(row.inputNanoUsdPerMillion), outputNanoUsdPerMillion: bigintOf(row.outputNanoUsdPerMillion) }));
    },
    async recordProbe({ provider, model, failures, failureClass, isOut, costNanoUsd, nextMs }, nowMs) {
      await pool.query(RECORD, [provider, model, failures, failureClass, isOut, at(nextMs), at(nowMs), costNanoUsd.toString()]);
    },
    async forgetProbes(beforeMs) { await pool.query(`DELETE FROM provider_probe WHERE "usedAt" < $1::timestamptz`, [at(beforeMs)]); },
  };
}
