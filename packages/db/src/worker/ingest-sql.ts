// The statements around the rows of a batch: what is there already, accounts, and what keys and own credentials did last. `copy-rows.ts` has the rows, `minute-sums.ts` the sums.
import type { UsageEvent } from "@trunkline/contracts";

const timestamp = (ms: number): string => new Date(ms).toISOString();

/** Asks the primary key alone. */
export const KNOWN_SQL = `SELECT id FROM generation WHERE id = ANY ($1::text[])`;

/** What receipts are due, a row an organization. $1 organizations, $2 request ids, in the order of booking. */
export const DUE_RECEIPTS_SQL = `
INSERT INTO receipt_pending ("organizationId", "generationIds", due) SELECT o, array_agg(id ORDER BY n), count(*) FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS b (o, id, n) GROUP BY o`;

const CALLER_SUMS: Readonly<Record<string, string>> = {
  requests: "count(*)", failed: "count(*) FILTER (WHERE status = 'failed')", rescued: "count(*) FILTER (WHERE status = 'rescued')", attempts: "sum(json_array_length(attempts))",
  ...Object.fromEntries(["inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd"].map((name) => [name, `sum("${name}")`])),
  absorbedNanoUsd: `sum(greatest("costNanoUsd" - ("chargeNanoUsd" - "ownKeyFeeNanoUsd"), 0))`, ttftMsSum: `coalesce(sum("timeToFirstTokenMs"), 0)`, ttftCount: `count("timeToFirstTokenMs")`,
};
const callerSums = Object.keys(CALLER_SUMS).map((name) => `"${name}"`);
/** Sums of end users and sessions, by hour and day. $1 ids of rows that are new and name one. INVARIANT: sorted, and before the rollups, so that two batches that share rows wait and never deadlock. */
export const CALLERS_SQL = `
INSERT INTO usage_caller AS kept ("organizationId", mode, kind, span, bucket, "projectId", caller, ${callerSums.join(", ")})
SELECT "organizationId", mode, c.kind, s.span, date_trunc(s.span, "createdAt", 'UTC'), "projectId", c.caller, ${Object.values(CALLER_SUMS).join(", ")}
FROM generation CROSS JOIN LATERAL (VALUES ('user', "endUser"), ('session', "sessionId")) c (kind, caller) CROSS JOIN (VALUES ('hour'), ('day')) s (span)
WHERE id = ANY ($1::text[]) AND c.caller IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT ("organizationId", mode, kind, span, bucket, "projectId", caller) DO UPDATE SET ${callerSums.map((name) => `${name} = kept.${name} + excluded.${name}`).join(", ")}`;

/** Accounts appear with their first entry. */
export const OPEN_ACCOUNTS_SQL = `
INSERT INTO ledger_account (id, "organizationId", kind) SELECT o || ':' || k, o, k FROM unnest($1::text[], $2::text[]) AS a (o, k) ORDER BY 1 ON CONFLICT DO NOTHING`;

/** Keys are locked in id order, after the rollups, so that two batches wait for each other and never deadlock. */
export const TOUCH_KEYS_SQL = `
WITH used AS (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS u (id, "usedAt")),
locked AS (SELECT k.id FROM api_key k WHERE k.id = ANY ($1::text[]) ORDER BY k.id FOR NO KEY UPDATE)
UPDATE api_key SET "lastUsedAt" = greatest(api_key."lastUsedAt", used."usedAt")
FROM used, locked WHERE api_key.id = used.id AND api_key.id = locked.id
  AND (api_key."lastUsedAt" IS NULL OR api_key."lastUsedAt" < used."usedAt")`;

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
