/**
 * Brings a correction of a price to the books. Decides in what steps: requests are read once, in batches each posted in a transaction of its own, so
 * that one broken off goes on where it stood. It promises that nothing posted is edited and no request corrected twice; what is right is the caller's.
 */
import { randomUUID } from "node:crypto";
import { absorbedNanoUsdOf, type AttemptRecord } from "@trunkline/contracts";
import pg from "pg";
import { LEDGER_COLUMNS } from "./ledger-columns.ts";

export interface CorrectedSums { readonly chargeNanoUsd: bigint; readonly ownKeyFeeNanoUsd: bigint; readonly ownSpendNanoUsd: bigint; readonly costNanoUsd: bigint }
export interface CorrectableRequest extends CorrectedSums { readonly createdAtMs: number; readonly provider: string | null; readonly model: string | null; readonly attempts: readonly AttemptRecord[] }
interface Line { readonly account: string; readonly amountNanoUsd: bigint }
export interface CorrectionOptions {
  readonly databaseUrl: string;
  readonly nowMs: number;
  readonly priceVersionId: string;
  /** The right prices, for the record. */
  readonly prices: Readonly<Record<string, string>>;
  readonly reason: string;
  /** Of requests, by when they began; null: no bound. */
  readonly range: { readonly fromMs: number | null; readonly toMs: number | null };
  readonly isDry: boolean;
  readonly correct: (request: CorrectableRequest) => CorrectedSums;
  readonly entriesFor: (before: CorrectedSums, after: CorrectedSums) => readonly Line[];
}
export interface CorrectionTotal { readonly organizationId: string; readonly requests: number; readonly deltaNanoUsd: bigint }

const BATCH_ROWS = 500;
const CONNECT_TIMEOUT_MS = 5_000;
/** One at a time: each starts from what the one before came to. */
const LOCK = 7_203_002;
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** What it comes to for each organization. Dry: nothing is written. */
export async function correctPrice(options: CorrectionOptions): Promise<readonly CorrectionTotal[]> {
  const [reader, writer] = [connection(options.databaseUrl), connection(options.databaseUrl)];
  await Promise.all([reader.connect(), writer.connect()]);
  try {
    await writer.query("SELECT pg_advisory_lock($1::bigint)", [LOCK]);
    const correctionId = `cor_${randomUUID()}`;
    if (!options.isDry) await writer.query(`INSERT INTO price_correction (id, "priceVersionId", prices, reason, "fromAt", "toAt", "createdAt") VALUES ($1, $2, $3, $4, $5, $6, $7)`, [correctionId, options.priceVersionId, JSON.stringify(options.prices), options.reason, iso(options.range.fromMs), iso(options.range.toMs), iso(options.nowMs)]);
    const totals = new Map<string, CorrectionTotal>();
    for await (const rows of concerned(reader, options)) {
      const changes = changesOf(rows, options);
      if (!options.isDry && changes.length > 0) await post(writer, changes, { correctionId, nowMs: options.nowMs });
      for (const { row: { organizationId }, deltaNanoUsd } of changes) {
        const known = totals.get(organizationId);
        totals.set(organizationId, { organizationId, requests: (known?.requests ?? 0) + 1, deltaNanoUsd: (known?.deltaNanoUsd ?? 0n) + deltaNanoUsd });
      }
    }
    if (!options.isDry) await finish(writer, correctionId, options);
    return [...totals.values()].sort((a, b) => (a.organizationId < b.organizationId ? -1 : 1));
  } finally {
    await Promise.all([reader.end(), writer.end()]);
  }
}

function connection(connectionString: string): pg.Client {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, application_name: "trunkline-correct", options: "-c timezone=UTC" });
  // A connection that breaks is reported by the statement that is under way.
  client.on("error", () => {});
  return client;
}

interface Row {
  readonly id: string; readonly organizationId: string; readonly projectId: string; readonly apiKeyId: string; readonly createdAt: Date; readonly provider: string | null; readonly model: string | null; readonly presetSlug: string | null; readonly status: string;
  readonly attempts: readonly AttemptRecord[]; readonly chargeNanoUsd: string; readonly ownKeyFeeNanoUsd: string; readonly ownSpendNanoUsd: string; readonly costNanoUsd: string;
  /** What all corrections so far came to, in whatever order they were; null: there was none. */
  readonly corrected: { readonly chargeNanoUsd: string; readonly ownKeyFeeNanoUsd: string; readonly ownSpendNanoUsd: string; readonly costNanoUsd: string } | null;
}

/** Live requests that a version had a part in, in batches, as they stood when the reading began. */
async function* concerned(client: pg.Client, { priceVersionId, range }: CorrectionOptions): AsyncGenerator<readonly Row[]> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await client.query(
    `DECLARE concerned NO SCROLL CURSOR FOR
     SELECT g.id, g."organizationId", g."projectId", g."apiKeyId", g."createdAt", g.provider, g.model, g."presetSlug", g.status, g.attempts, g."chargeNanoUsd"::text, g."ownKeyFeeNanoUsd"::text, g."ownSpendNanoUsd"::text, g."costNanoUsd"::text,
       (SELECT json_build_object('chargeNanoUsd', sum(l."deltaNanoUsd")::text, 'ownKeyFeeNanoUsd', sum(l."ownKeyFeeDeltaNanoUsd")::text, 'ownSpendNanoUsd', sum(l."ownSpendDeltaNanoUsd")::text, 'costNanoUsd', sum(l."costDeltaNanoUsd")::text)
        FROM price_correction_line l WHERE l."generationId" = g.id HAVING count(*) > 0) AS corrected
     FROM generation g WHERE g.mode = 'live' AND g.attempts::jsonb @> jsonb_build_array(jsonb_build_object('priceVersionId', $1::text))
       AND ($2::timestamptz IS NULL OR g."createdAt" >= $2) AND ($3::timestamptz IS NULL OR g."createdAt" < $3)`, [priceVersionId, iso(range.fromMs), iso(range.toMs)]);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${BATCH_ROWS} FROM concerned`);
    if (rows.length === 0) return;
    yield rows;
  }
}

interface Change { readonly row: Row; readonly before: CorrectedSums; readonly after: CorrectedSums; readonly deltaNanoUsd: bigint; readonly lines: readonly Line[] }

const sumsOf = (sums: { readonly chargeNanoUsd: string; readonly ownKeyFeeNanoUsd: string; readonly ownSpendNanoUsd: string; readonly costNanoUsd: string }): CorrectedSums =>
  ({ chargeNanoUsd: BigInt(sums.chargeNanoUsd), ownKeyFeeNanoUsd: BigInt(sums.ownKeyFeeNanoUsd), ownSpendNanoUsd: BigInt(sums.ownSpendNanoUsd), costNanoUsd: BigInt(sums.costNanoUsd) });

const added = (a: CorrectedSums, b: CorrectedSums): CorrectedSums => ({ chargeNanoUsd: a.chargeNanoUsd + b.chargeNanoUsd, ownKeyFeeNanoUsd: a.ownKeyFeeNanoUsd + b.ownKeyFeeNanoUsd, ownSpendNanoUsd: a.ownSpendNanoUsd + b.ownSpendNanoUsd, costNanoUsd: a.costNanoUsd + b.costNanoUsd });

/** What is right follows from the request as it was metered; what is still to be posted, from where earlier corrections left it. */
function changesOf(rows: readonly Row[], { correct, entriesFor }: CorrectionOptions): readonly Change[] {
  return rows.flatMap((row) => {
    const metered = sumsOf(row);
    const after = correct({ ...metered, createdAtMs: row.createdAt.getTime(), provider: row.provider, model: row.model, attempts: row.attempts });
    const before = row.corrected === null ? metered : added(metered, sumsOf(row.corrected));
    const isSame = after.chargeNanoUsd === before.chargeNanoUsd && after.ownKeyFeeNanoUsd === before.ownKeyFeeNanoUsd && after.ownSpendNanoUsd === before.ownSpendNanoUsd && after.costNanoUsd === before.costNanoUsd;
    return isSame ? [] : [{ row, before, after, deltaNanoUsd: after.chargeNanoUsd - before.chargeNanoUsd, lines: entriesFor(before, after) }];
  });
}

const ROLLUP_SQL = `
UPDATE usage_rollup u SET "chargeNanoUsd" = u."chargeNanoUsd" + d.charge, "costNanoUsd" = u."costNanoUsd" + d.cost, "ownKeyFeeNanoUsd" = u."ownKeyFeeNanoUsd" + d.fee, "ownSpendNanoUsd" = u."ownSpendNanoUsd" + d.own, "absorbedNanoUsd" = u."absorbedNanoUsd" + d.absorbed
FROM (SELECT "organizationId", "projectId", "apiKeyId", date_bin('1 minute', at, 'epoch'::timestamptz) AS bucket, provider, model, "presetSlug", status, sum(charge)::bigint AS charge, sum(cost)::bigint AS cost, sum(fee)::bigint AS fee, sum(own)::bigint AS own, sum(absorbed)::bigint AS absorbed
  FROM jsonb_to_recordset($1::jsonb) AS x("organizationId" text, "projectId" text, "apiKeyId" text, at timestamptz, provider text, model text, "presetSlug" text, status text, charge bigint, cost bigint, fee bigint, own bigint, absorbed bigint) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) d
WHERE u."organizationId" = d."organizationId" AND u.mode = 'live' AND u.bucket = d.bucket AND u."projectId" = d."projectId" AND u."apiKeyId" = d."apiKeyId" AND u.provider = d.provider AND u.model = d.model AND u."presetSlug" = d."presetSlug" AND u.status = d.status`;

/** Those who call have sums of their own. Before the rollups, as ingestion locks them. */
const CALLERS_SQL = `
WITH delta AS (
  SELECT g."organizationId", c.kind, s.span, date_trunc(s.span, g."createdAt", 'UTC') AS bucket, g."projectId", c.caller, sum(x.charge)::bigint AS charge, sum(x.cost)::bigint AS cost, sum(x.absorbed)::bigint AS absorbed
  FROM jsonb_to_recordset($1::jsonb) AS x(id text, charge bigint, cost bigint, absorbed bigint) JOIN generation g ON g.id = x.id
  CROSS JOIN LATERAL (VALUES ('user', g."endUser"), ('session', g."sessionId")) c (kind, caller) CROSS JOIN (VALUES ('hour'), ('day')) s (span)
  WHERE c.caller IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6
), aimed AS (
  SELECT d.*, CASE WHEN EXISTS (SELECT FROM usage_caller k WHERE k."organizationId" = d."organizationId" AND k.mode = 'live' AND k.kind = d.kind AND k.span = d.span AND k.bucket = d.bucket AND k."projectId" = d."projectId" AND k.caller = d.caller) THEN d.caller ELSE '' END AS row FROM delta d
), summed AS (SELECT "organizationId", kind, span, bucket, "projectId", row AS caller, sum(charge)::bigint AS charge, sum(cost)::bigint AS cost, sum(absorbed)::bigint AS absorbed FROM aimed GROUP BY 1, 2, 3, 4, 5, 6),
locked AS (SELECT u.ctid FROM usage_caller u JOIN summed d USING ("organizationId", kind, span, bucket, "projectId", caller) WHERE u.mode = 'live' ORDER BY u."organizationId", u.mode, u.kind, u.span, u.bucket, u."projectId", u.caller FOR NO KEY UPDATE OF u)
UPDATE usage_caller u SET "chargeNanoUsd" = u."chargeNanoUsd" + d.charge, "costNanoUsd" = u."costNanoUsd" + d.cost, "absorbedNanoUsd" = u."absorbedNanoUsd" + d.absorbed
FROM summed d, (SELECT count(*) FROM locked) l WHERE u."organizationId" = d."organizationId" AND u.mode = 'live' AND u.kind = d.kind AND u.span = d.span AND u.bucket = d.bucket AND u."projectId" = d."projectId" AND u.caller = d.caller`;

/** $1 entries, $2 when. A transaction carries its entries, a column an account. */
const POST_SQL = `
INSERT INTO ledger_transaction (id, kind, "sourceId", "organizationId", "createdAt", ${[...LEDGER_COLUMNS.values()].map((name) => `"${name}"`).join(", ")})
SELECT "transactionId", 'correction', "sourceId", "organizationId", $2::timestamptz, ${[...LEDGER_COLUMNS.keys()].map((account) => `sum("amountNanoUsd") FILTER (WHERE account = '${account}')`).join(", ")}
FROM jsonb_to_recordset($1::jsonb) AS x("transactionId" text, "sourceId" text, "organizationId" text, account text, "amountNanoUsd" bigint) GROUP BY 1, 3, 4`;

/** Lines, postings and the sums that follow the ledger, of one batch, in one transaction. */
async function post(client: pg.Client, changes: readonly Change[], { correctionId, nowMs }: { readonly correctionId: string; readonly nowMs: number }): Promise<void> {
  const at = iso(nowMs);
  const text = (rows: readonly object[]): string => JSON.stringify(rows, (_name, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
  const lines = changes.map(({ row, before, after, deltaNanoUsd }) => ({
    id: `${correctionId}:${row.id}`, generationId: row.id, organizationId: row.organizationId, deltaNanoUsd, chargeNanoUsd: after.chargeNanoUsd,
    ownKeyFeeDeltaNanoUsd: after.ownKeyFeeNanoUsd - before.ownKeyFeeNanoUsd, ownSpendDeltaNanoUsd: after.ownSpendNanoUsd - before.ownSpendNanoUsd, costDeltaNanoUsd: after.costNanoUsd - before.costNanoUsd,
  }));
  const entries = changes.flatMap(({ row, lines: posted }) => posted.map(({ account, amountNanoUsd }) => ({ transactionId: `txn_${correctionId}:${row.id}`, sourceId: `${correctionId}:${row.id}`, organizationId: row.organizationId, account, amountNanoUsd })));
  const sums = changes.map(({ row, before, after }) => ({
    id: row.id, organizationId: row.organizationId, projectId: row.projectId, apiKeyId: row.apiKeyId, at: row.createdAt.toISOString(), provider: row.provider ?? "", model: row.model ?? "", presetSlug: row.presetSlug ?? "", status: row.status,
    charge: after.chargeNanoUsd - before.chargeNanoUsd, cost: after.costNanoUsd - before.costNanoUsd, fee: after.ownKeyFeeNanoUsd - before.ownKeyFeeNanoUsd, own: after.ownSpendNanoUsd - before.ownSpendNanoUsd, absorbed: absorbedNanoUsdOf(after) - absorbedNanoUsdOf(before),
  }));
  await client.query("BEGIN");
  try {
    await client.query(`INSERT INTO price_correction_line (id, "correctionId", "generationId", "organizationId", "deltaNanoUsd", "chargeNanoUsd", "ownKeyFeeDeltaNanoUsd", "ownSpendDeltaNanoUsd", "costDeltaNanoUsd", "createdAt")
      SELECT id, $2, "generationId", "organizationId", "deltaNanoUsd", "chargeNanoUsd", "ownKeyFeeDeltaNanoUsd", "ownSpendDeltaNanoUsd", "costDeltaNanoUsd", $3::timestamptz
      FROM jsonb_to_recordset($1::jsonb) AS x(id text, "generationId" text, "organizationId" text, "deltaNanoUsd" bigint, "chargeNanoUsd" bigint, "ownKeyFeeDeltaNanoUsd" bigint, "ownSpendDeltaNanoUsd" bigint, "costDeltaNanoUsd" bigint)`, [text(lines), correctionId, at]);
    await client.query(`INSERT INTO ledger_account (id, "organizationId", kind) SELECT DISTINCT "organizationId" || ':' || account, "organizationId", account FROM jsonb_to_recordset($1::jsonb) AS x("organizationId" text, account text) ORDER BY 1 ON CONFLICT DO NOTHING`, [text(entries)]);
    await client.query(POST_SQL, [text(entries), at]);
    await client.query(CALLERS_SQL, [text(sums)]);
    await client.query(ROLLUP_SQL, [text(sums)]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** The notes of everything posted and not yet noted, earlier runs of the same version that broke off among them. */
async function finish(client: pg.Client, correctionId: string, { priceVersionId, nowMs, reason }: CorrectionOptions): Promise<void> {
  await client.query(
    `WITH open AS (SELECT id FROM price_correction WHERE "priceVersionId" = $1 AND "finishedAt" IS NULL), closed AS (UPDATE price_correction SET "finishedAt" = $3 WHERE id IN (SELECT id FROM open))
     INSERT INTO credit_note (id, "organizationId", "correctionId", "amountNanoUsd", requests, reason, state, "createdAt")
     SELECT 'crn_' || replace(gen_random_uuid()::text, '-', ''), l."organizationId", $2, sum(l."deltaNanoUsd"), count(*)::int, $4, 'open', $3
     FROM price_correction_line l JOIN open ON open.id = l."correctionId" GROUP BY l."organizationId" HAVING sum(l."deltaNanoUsd") <> 0`, [priceVersionId, correctionId, iso(nowMs), reason]);
}
