// The statements that book a batch in one transaction: rows and ledger from the same RETURNING, whose sums feed the rollups, so that all of them
// are counted exactly once or not at all. They decide nothing about money: the ledger lines arrive ready.
import type { UsageEvent } from "@trunkline/contracts";
import { cleanEvent } from "./clean-event.ts";

type Value = string | number | boolean | null;
interface Column { readonly name: string; readonly type: string; readonly read: (event: UsageEvent) => Value }

/** Integer columns meet floats from monotonic clocks. */
const whole = (value: number): number => Math.round(value);
const timestamp = (ms: number): string => new Date(ms).toISOString();

const COLUMNS: readonly Column[] = [
  { name: "id", type: "text", read: (e) => e.id },
  { name: "mode", type: "text", read: (e) => e.mode },
  { name: "organizationId", type: "text", read: (e) => e.organizationId },
  { name: "projectId", type: "text", read: (e) => e.projectId },
  { name: "apiKeyId", type: "text", read: (e) => e.apiKeyId },
  { name: "createdAt", type: "timestamptz", read: (e) => timestamp(e.createdAtMs) },
  { name: "inboundApi", type: "text", read: (e) => e.inboundApi },
  { name: "streaming", type: "boolean", read: (e) => e.streaming },
  { name: "requestedModel", type: "text", read: (e) => e.requestedModel },
  { name: "presetSlug", type: "text", read: (e) => e.presetSlug },
  { name: "presetVersion", type: "int", read: (e) => e.presetVersion },
  { name: "status", type: "text", read: (e) => e.status },
  { name: "httpStatus", type: "int", read: (e) => e.httpStatus },
  { name: "errorCode", type: "text", read: (e) => e.errorCode },
  { name: "errorMessage", type: "text", read: (e) => e.errorMessage },
  { name: "provider", type: "text", read: (e) => e.provider },
  { name: "model", type: "text", read: (e) => e.model },
  { name: "finishReason", type: "text", read: (e) => e.finishReason },
  { name: "durationMs", type: "int", read: (e) => whole(e.durationMs) },
  { name: "timeToFirstTokenMs", type: "int", read: (e) => (e.timeToFirstTokenMs === null ? null : whole(e.timeToFirstTokenMs)) },
  { name: "inputTokens", type: "bigint", read: (e) => e.usage.inputTokens },
  { name: "cacheReadTokens", type: "bigint", read: (e) => e.usage.cacheReadTokens },
  { name: "cacheWriteTokens", type: "bigint", read: (e) => e.usage.cacheWriteTokens },
  { name: "outputTokens", type: "bigint", read: (e) => e.usage.outputTokens },
  { name: "reasoningTokens", type: "bigint", read: (e) => e.usage.reasoningTokens },
  { name: "usageBasis", type: "text", read: (e) => e.usage.basis },
  { name: "usageParts", type: "jsonb", read: (e) => (e.usage.parts === undefined ? null : JSON.stringify(e.usage.parts)) },
  { name: "priceVersionId", type: "text", read: (e) => e.priceVersionId },
  { name: "chargeNanoUsd", type: "bigint", read: (e) => e.chargeNanoUsd },
  { name: "costNanoUsd", type: "bigint", read: (e) => costNanoUsdOf(e).toString() },
  { name: "credentialId", type: "text", read: (e) => e.credentialId ?? null },
  { name: "ownSpendNanoUsd", type: "bigint", read: (e) => e.ownSpendNanoUsd ?? "0" },
  { name: "ownKeyFeeNanoUsd", type: "bigint", read: (e) => e.ownKeyFeeNanoUsd ?? "0" },
  { name: "attempts", type: "jsonb", read: (e) => JSON.stringify(e.attempts) },
  { name: "losses", type: "jsonb", read: (e) => JSON.stringify(e.losses) },
  { name: "endUser", type: "text", read: (e) => e.endUser },
  { name: "sessionId", type: "text", read: (e) => e.sessionId },
  { name: "metadata", type: "jsonb", read: (e) => JSON.stringify(e.metadata) },
  { name: "decision", type: "jsonb", read: (e) => (e.decision === null || e.decision === undefined ? null : JSON.stringify(e.decision)) },
];

/** What the providers bill for the request: the sum over its attempts, lost ones included. */
function costNanoUsdOf(event: UsageEvent): bigint {
  return event.attempts.reduce((sum, attempt) => sum + BigInt(attempt.costNanoUsd), 0n);
}

const ROLLUP_KEY = ["organizationId", "mode", "bucket", "projectId", "apiKeyId", "provider", "model", "presetSlug", "status"] as const;
const ROLLUP_SUMS: Readonly<Record<string, string>> = {
  requests: "count(*)",
  attempts: `sum(jsonb_array_length(attempts))`,
  inputTokens: `sum("inputTokens")`,
  cacheReadTokens: `sum("cacheReadTokens")`,
  cacheWriteTokens: `sum("cacheWriteTokens")`,
  outputTokens: `sum("outputTokens")`,
  reasoningTokens: `sum("reasoningTokens")`,
  chargeNanoUsd: `sum("chargeNanoUsd")`,
  costNanoUsd: `sum("costNanoUsd")`,
  durationMsSum: `sum("durationMs")`,
  ttftMsSum: `coalesce(sum("timeToFirstTokenMs"), 0)`,
  ttftCount: `count("timeToFirstTokenMs")`,
  ownSpendNanoUsd: `sum("ownSpendNanoUsd")`,
  ownKeyFeeNanoUsd: `sum("ownKeyFeeNanoUsd")`,
};

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
const generationColumns = quoted(COLUMNS.map((column) => column.name));
const generationArrays = COLUMNS.map((column, index) => `$${index + 1}::${column.type}[]`).join(", ");
const sumNames = Object.keys(ROLLUP_SUMS);
const LINE = COLUMNS.length;

/** What `sums` and the ledger read of a new row; carrying the whole row between the parts costs more than writing it. */
const CARRIED_NAMES = ["id", "mode", "organizationId", "projectId", "apiKeyId", "createdAt", "provider", "model", "presetSlug", "status", "attempts", "durationMs", "timeToFirstTokenMs", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "ownSpendNanoUsd", "ownKeyFeeNanoUsd"];

const CALLER_SUMS: Readonly<Record<string, string>> = {
  requests: "count(*)", failed: "count(*) FILTER (WHERE status = 'failed')", rescued: "count(*) FILTER (WHERE status = 'rescued')", attempts: "sum(jsonb_array_length(attempts))",
  ...Object.fromEntries(["inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd"].map((name) => [name, `sum("${name}")`])),
  ttftMsSum: `coalesce(sum("timeToFirstTokenMs"), 0)`, ttftCount: `count("timeToFirstTokenMs")`,
};
/** Of end users and sessions, by hour and day. INVARIANT: sorted, so that two batches that share rows wait and never deadlock. */
const CALLERS = `, callers AS (
  INSERT INTO usage_caller AS kept ("organizationId", mode, kind, span, bucket, "projectId", caller, ${quoted(Object.keys(CALLER_SUMS))})
  SELECT "organizationId", mode, c.kind, s.span, date_trunc(s.span, "createdAt", 'UTC'), "projectId", c.caller, ${Object.values(CALLER_SUMS).join(", ")}
  FROM ins CROSS JOIN LATERAL (VALUES ('user', "endUser"), ('session', "sessionId")) c (kind, caller) CROSS JOIN (VALUES ('hour'), ('day')) s (span)
  WHERE c.caller IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
  ON CONFLICT ("organizationId", mode, kind, span, bucket, "projectId", caller) DO UPDATE SET ${Object.keys(CALLER_SUMS).map((name) => `"${name}" = kept."${name}" + excluded."${name}"`).join(", ")}
)`;

/** Rows and ledger; where receipts are signed, `due` too, and where a request names who calls, their sums. Returns the sums of what was new, by minute, in the order in which the rollups are to be locked. */
const ingestSql = (due: string, isCalled: boolean): string => `
WITH ins AS (
  INSERT INTO generation (${generationColumns}) SELECT * FROM unnest(${generationArrays})
  ON CONFLICT (id) DO NOTHING RETURNING ${quoted(isCalled ? [...CARRIED_NAMES, "endUser", "sessionId"] : CARRIED_NAMES)}
), line AS (
  SELECT * FROM unnest($${LINE + 1}::text[], $${LINE + 2}::text[], $${LINE + 3}::bigint[]) AS l ("sourceId", account, amount)
), posted AS (
  INSERT INTO ledger_transaction (id, kind, "sourceId", "organizationId", "createdAt")
  SELECT 'txn_' || ins.id, 'usage', ins.id, ins."organizationId", ins."createdAt" FROM ins
  WHERE ins.mode = 'live' AND EXISTS (SELECT FROM line WHERE line."sourceId" = ins.id)
  RETURNING id, "sourceId", "organizationId"
), entries AS (
  INSERT INTO ledger_entry ("transactionId", "organizationId", account, "amountNanoUsd")
  SELECT posted.id, posted."organizationId", line.account, line.amount FROM posted JOIN line USING ("sourceId")
)${due}${isCalled ? CALLERS : ""}
SELECT "organizationId", mode, date_bin('1 minute', "createdAt", 'epoch'::timestamptz) AS bucket, "projectId", "apiKeyId",
  coalesce(provider, '') AS provider, coalesce(model, '') AS model, coalesce("presetSlug", '') AS "presetSlug", status,
  ${Object.entries(ROLLUP_SUMS).map(([name, sql]) => `(${sql})::text AS "${name}"`).join(", ")}, max("createdAt") AS "usedAt"
FROM ins GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9`;
const DUE = `, due AS (INSERT INTO receipt_pending ("organizationId", "generationId") SELECT "organizationId", id FROM ins)`;

/** A batch in which no request names an end user or a session pays nothing for their sums. */
export function ingestStatement(events: readonly UsageEvent[], withReceipts: boolean): { readonly name: string; readonly text: string } {
  const isCalled = events.some((event) => event.endUser !== null || event.sessionId !== null);
  return STATEMENTS[withReceipts ? "receipts" : "plain"][isCalled ? "callers" : "nobody"];
}
const STATEMENTS = {
  plain: { nobody: { name: "ingest", text: ingestSql("", false) }, callers: { name: "ingest-callers", text: ingestSql("", true) } },
  receipts: { nobody: { name: "ingest-receipts", text: ingestSql(DUE, false) }, callers: { name: "ingest-receipts-callers", text: ingestSql(DUE, true) } },
} as const;

type RollupKey = (typeof ROLLUP_KEY)[number];
/** One minute of one combination. Sums are digits. */
export type SumRow = Readonly<Record<Exclude<RollupKey, "bucket">, string>> & { readonly bucket: Date; readonly usedAt: Date } & Readonly<Record<string, string | Date>>;

const ROLLUP_TYPES: Readonly<Record<RollupKey, string>> = { organizationId: "text", mode: "text", bucket: "timestamptz", projectId: "text", apiKeyId: "text", provider: "text", model: "text", presetSlug: "text", status: "text" };

/**
 * A statement of its own, after the rows: batches of one moment share these rows, and the wait for their locks is then as short as the rest of the
 * transaction. INVARIANT: the statement before hands them over sorted, so two batches that share rows wait and never deadlock.
 */
export const ROLLUP_SQL = `
INSERT INTO usage_rollup (${quoted([...ROLLUP_KEY, ...sumNames])})
SELECT * FROM unnest(${[...ROLLUP_KEY.map((name) => ROLLUP_TYPES[name]), ...sumNames.map(() => "bigint")].map((type, index) => `$${index + 1}::${type}[]`).join(", ")})
ON CONFLICT (${quoted(ROLLUP_KEY)}) DO UPDATE SET ${sumNames.map((name) => `"${name}" = usage_rollup."${name}" + excluded."${name}"`).join(", ")}`;

/** In the order of `ROLLUP_SQL`. */
export function rollupParameters(sums: readonly SumRow[]): string[] {
  return [...ROLLUP_KEY, ...sumNames].map((name) => arrayLiteral(sums.map((row) => { const value = row[name]; return value instanceof Date ? value.toISOString() : value ?? null; })));
}

/** Accounts appear with their first entry. */
export const OPEN_ACCOUNTS_SQL = `
INSERT INTO ledger_account (id, "organizationId", kind) SELECT o || ':' || k, o, k FROM unnest($1::text[], $2::text[]) AS a (o, k) ORDER BY 1 ON CONFLICT DO NOTHING`;

/** Keys are locked in id order, after the rollups, for the same reason. */
export const TOUCH_KEYS_SQL = `
WITH used AS (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS u (id, "usedAt")),
locked AS (SELECT k.id FROM api_key k WHERE k.id = ANY ($1::text[]) ORDER BY k.id FOR NO KEY UPDATE)
UPDATE api_key SET "lastUsedAt" = greatest(api_key."lastUsedAt", used."usedAt")
FROM used, locked WHERE api_key.id = used.id AND api_key.id = locked.id
  AND (api_key."lastUsedAt" IS NULL OR api_key."lastUsedAt" < used."usedAt")`;

/** Struct of arrays, one a column, in the order of `COLUMNS`. Text that Postgres would refuse is cleaned. */
export function generationParameters(events: readonly UsageEvent[]): string[] {
  const literals = COLUMNS.map((column) => arrayLiteral(events.map(column.read)));
  return literals.some((literal) => SUSPECT.test(literal)) ? COLUMNS.map((column) => arrayLiteral(events.map((event) => column.read(cleanEvent(event))))) : literals;
}

/** What `cleanEvent` may have to mend: NUL and surrogates, bare in texts and escaped in JSON. */
const SUSPECT = /[\u0000\ud800-\udfff]|\\u(?:0000|d[89a-f][0-9a-f]{2})/i;
const QUOTED = /["\\]/;
const TO_QUOTE = /["\\]/g;

/** The text form of a Postgres array (its manual, section 8.15.2). The driver makes the same of a list, element by element and at several times the cost. */
export function arrayLiteral(values: readonly Value[]): string {
  let text = "";
  for (const value of values) {
    text += text === "" ? "{" : ",";
    if (value === null) text += "NULL";
    else if (typeof value !== "string") text += String(value);
    else text += QUOTED.test(value) ? `"${value.replace(TO_QUOTE, "\\$&")}"` : `"${value}"`;
  }
  return text === "" ? "{}" : `${text}}`;
}

/** What each of the organizations' own credentials did last: served, or was refused. Locked in id order, after the keys. */
export const TOUCH_CREDENTIALS_SQL = `
WITH seen AS (SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[]) AS s (id, "usedAt", "failedAt", failure)),
locked AS (SELECT c.id FROM provider_credential c WHERE c.id = ANY ($1::text[]) ORDER BY c.id FOR NO KEY UPDATE)
UPDATE provider_credential AS c SET "lastUsedAt" = greatest(c."lastUsedAt", seen."usedAt"),
  "lastFailure" = CASE WHEN seen."failedAt" >= coalesce(c."lastFailureAt", seen."failedAt") THEN seen.failure ELSE c."lastFailure" END,
  "lastFailureAt" = greatest(c."lastFailureAt", seen."failedAt")
FROM seen, locked WHERE c.id = seen.id AND c.id = locked.id`;

interface CredentialUse { usedAtMs: number | null; failedAtMs: number | null; failure: string | null }
/** Only these say something about the credential. */
const CREDENTIAL_FAULTS: ReadonlySet<string> = new Set(["credential_rejected", "quota_exhausted", "rate_limited"]);

/** Null where no attempt used a credential of an organization's own. */
export function credentialParameters(events: readonly UsageEvent[]): readonly (readonly (string | null)[])[] | null {
  const uses = new Map<string, CredentialUse>();
  for (const event of events) for (const { credentialId, failureClass, startedAtMs, durationMs } of event.attempts) {
    if (credentialId === undefined) continue;
    const use = uses.get(credentialId) ?? { usedAtMs: null, failedAtMs: null, failure: null };
    uses.set(credentialId, use);
    const endedAtMs = startedAtMs + durationMs;
    if (failureClass === null) use.usedAtMs = Math.max(use.usedAtMs ?? 0, endedAtMs);
    else if (CREDENTIAL_FAULTS.has(failureClass) && endedAtMs >= (use.failedAtMs ?? 0)) { use.failedAtMs = endedAtMs; use.failure = failureClass; }
  }
  if (uses.size === 0) return null;
  const ids = [...uses.keys()].sort();
  const column = (read: (use: CredentialUse) => string | null): (string | null)[] => ids.map((id) => { const use = uses.get(id); return use ? read(use) : null; });
  const time = (ms: number | null): string | null => (ms === null ? null : timestamp(ms));
  return [ids, column((use) => time(use.usedAtMs)), column((use) => time(use.failedAtMs)), column((use) => use.failure)];
}
