// Rules, what they have found, and what has still to be delivered. A finding is open once however often it is seen: the unique index
// over open events decides, so that several workers may evaluate at once. Delivery is at least once; a claim bounds how often.
import { PROVIDER_FAULTS, type AlertKind, type AlertSettings } from "@trunkline/contracts";
import type pg from "pg";

export interface AlertRuleRow { readonly id: string; readonly organizationId: string; readonly name: string; readonly kind: AlertKind; readonly settings: AlertSettings; readonly timeZone: string }
/** What is wrong now: `subject` tells it apart from other findings of the rule. */
export interface AlertFinding { readonly subject: string; readonly summary: string; readonly details: Readonly<Record<string, unknown>> }
export interface AlertBudgetRow { readonly id: string; readonly scope: string; readonly scopeId: string; readonly name: string; readonly period: string; readonly countsOwnKeys: boolean; readonly limitNanoUsd: bigint }
export interface ClaimedDelivery {
  readonly id: string; readonly organizationId: string; readonly ruleId: string; readonly ruleName: string; readonly kind: AlertKind; readonly eventId: string; readonly test: boolean; readonly firedAtMs: number; readonly summary: string; readonly details: Readonly<Record<string, unknown>>;
  readonly channel: "email" | "webhook"; readonly target: string; readonly sealedSecret: string | null; readonly attempts: number;
}
export interface RateRow { readonly subject: string; readonly total: number; readonly failed: number }
export interface FailingCredentialRow { readonly id: string; readonly provider: string; readonly label: string; readonly lastFour: string; readonly failure: string }

export interface AlertQueries {
  /** Of all organizations; neither those that are off nor those that are snoozed. */
  listAlertRules(nowMs: number): Promise<readonly AlertRuleRow[]>;
  listAlertBudgets(organizationId: string): Promise<readonly AlertBudgetRow[]>;
  /** Live charges of a window, narrowed as a budget is. */
  loadAlertSpend(organizationId: string, window: { readonly fromMs: number; readonly toMs: number | null; readonly projectId?: string; readonly apiKeyId?: string; readonly model?: string; readonly presetSlug?: string; readonly endUser?: string; /** also what providers bill the organization itself */ readonly countsOwnKeys?: boolean }): Promise<bigint>;
  /** The end user who has spent most in a window. */
  findTopUser(organizationId: string, fromMs: number, countsOwnKeys: boolean): Promise<{ readonly endUser: string; readonly spentNanoUsd: bigint } | null>;
  loadErrorRate(organizationId: string, fromMs: number): Promise<RateRow>;
  /** Requests whose first token was timed, and the 95th percentile of its time. */
  loadFirstTokens(organizationId: string, fromMs: number): Promise<{ readonly total: number; readonly p95Ms: number | null }>;
  /** Null where calls are not paid by credit. */
  loadCreditLeft(organizationId: string): Promise<bigint | null>;
  /** Attempts by provider; only failures of the provider's own making count. */
  loadProviderRates(organizationId: string, fromMs: number): Promise<readonly RateRow[]>;
  listFailingCredentials(organizationId: string): Promise<readonly FailingCredentialRow[]>;
  /** Opens what is new, with a delivery for each target of the rule, and resolves what is no longer found. Returns how many were opened. */
  recordFindings(rule: Pick<AlertRuleRow, "id" | "organizationId">, findings: readonly AlertFinding[], nowMs: number): Promise<number>;
  /** Due deliveries, each handed to one worker: another gets it no earlier than `claimMs` from now. */
  claimDeliveries(options: { readonly limit: number; readonly claimMs: number; readonly nowMs: number }): Promise<readonly ClaimedDelivery[]>;
  markDelivered(id: string, nowMs: number): Promise<void>;
  /** `nextAttemptAtMs` null: given up. */
  markUndelivered(id: string, outcome: { readonly error: string; readonly nextAttemptAtMs: number | null }): Promise<void>;
}

const iso = (ms: number): string => new Date(ms).toISOString();
/** Of one organization in some minutes; a busier one is judged by its latest. */
const ATTEMPT_ROWS_MAX = 20_000;

const OPEN_FINDING = `
WITH opened AS (
  INSERT INTO alert_event (id, "organizationId", "ruleId", kind, subject, summary, details, "firedAt")
  SELECT 'ale_' || replace(gen_random_uuid()::text, '-', ''), r."organizationId", r.id, r.kind, $2, $3, $4::jsonb, $5::timestamptz FROM alert_rule r WHERE r.id = $1 AND r.enabled
  ON CONFLICT ("ruleId", subject) WHERE "resolvedAt" IS NULL AND NOT test DO NOTHING RETURNING id, "organizationId", "ruleId"
)
INSERT INTO alert_delivery (id, "organizationId", "eventId", channel, target, state, attempts, "nextAttemptAt")
SELECT 'ald_' || replace(gen_random_uuid()::text, '-', ''), o."organizationId", o.id, t.channel, t.target, 'pending', 0, $5::timestamptz
FROM opened o JOIN alert_rule r ON r.id = o."ruleId"
CROSS JOIN LATERAL (SELECT 'email' AS channel, unnest(r.emails) AS target UNION ALL SELECT 'webhook', r."webhookUrl" WHERE r."webhookUrl" IS NOT NULL) t
RETURNING "eventId"`;

const CLAIM = `
WITH due AS (
  SELECT d.id FROM alert_delivery d WHERE d.state = 'pending' AND d."nextAttemptAt" <= $1::timestamptz ORDER BY d."nextAttemptAt" LIMIT $2 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE alert_delivery d SET attempts = attempts + 1, "nextAttemptAt" = $3::timestamptz FROM due WHERE d.id = due.id RETURNING d.*
)
SELECT c.id, c."organizationId", r.id AS "ruleId", r.name AS "ruleName", r.kind, e.id AS "eventId", e.test, (extract(epoch FROM e."firedAt") * 1000)::float8 AS "firedAtMs", e.summary, e.details,
  c.channel, c.target, r."webhookSecret" AS "sealedSecret", c.attempts
FROM claimed c JOIN alert_event e ON e.id = c."eventId" JOIN alert_rule r ON r.id = e."ruleId"`;

export function createAlertQueries(pool: pg.Pool): AlertQueries {
  return {
    async listAlertRules(nowMs) {
      return (await pool.query<AlertRuleRow>(`SELECT r.id, r."organizationId", r.name, r.kind, r.settings, o."timeZone" FROM alert_rule r JOIN organization o ON o.id = r."organizationId" WHERE r.enabled AND (r."snoozedUntil" IS NULL OR r."snoozedUntil" <= $1::timestamptz) ORDER BY r.id`, [iso(nowMs)])).rows;
    },
    async listAlertBudgets(organizationId) {
      const { rows } = await pool.query<Omit<AlertBudgetRow, "limitNanoUsd"> & { limit: string }>(`SELECT id, scope, "scopeId", name, period, "countsOwnKeys", "limitNanoUsd"::text AS limit FROM budget WHERE "organizationId" = $1 AND "limitNanoUsd" > 0 ORDER BY id`, [organizationId]);
      return rows.map(({ limit, ...row }) => ({ ...row, limitNanoUsd: BigInt(limit) }));
    },
    async loadAlertSpend(organizationId, { fromMs, toMs, projectId, apiKeyId, model, presetSlug, endUser, countsOwnKeys = false }) {
      const window = [organizationId, iso(fromMs), toMs === null ? null : iso(toMs)];
      const { rows } = endUser === undefined
        ? await pool.query<{ spent: string }>(`SELECT coalesce(sum("chargeNanoUsd" + CASE WHEN $8 THEN "ownSpendNanoUsd" ELSE 0 END), 0)::text AS spent FROM usage_between($1, 'live', $2::timestamptz, $3::timestamptz, '{}')
            WHERE ($4::text IS NULL OR "projectId" = $4) AND ($5::text IS NULL OR "apiKeyId" = $5) AND ($6::text IS NULL OR model = $6) AND ($7::text IS NULL OR "presetSlug" IN ($7, $7 || '/shadow'))`, [...window, projectId ?? null, apiKeyId ?? null, model ?? null, presetSlug ?? null, countsOwnKeys])
        : await pool.query<{ spent: string }>(`SELECT coalesce(sum("chargeNanoUsd" + CASE WHEN $5 THEN "ownSpendNanoUsd" ELSE 0 END), 0)::text AS spent FROM generation WHERE "organizationId" = $1 AND mode = 'live' AND "createdAt" >= $2::timestamptz AND ($3::timestamptz IS NULL OR "createdAt" < $3::timestamptz) AND "endUser" = $4`, [...window, endUser, countsOwnKeys]);
      return BigInt(rows[0]?.spent ?? "0");
    },
    async findTopUser(organizationId, fromMs, countsOwnKeys) {
      const { rows } = await pool.query<{ endUser: string; spent: string }>(`SELECT "endUser", sum("chargeNanoUsd" + CASE WHEN $3 THEN "ownSpendNanoUsd" ELSE 0 END)::text AS spent FROM generation WHERE "organizationId" = $1 AND mode = 'live' AND "createdAt" >= $2::timestamptz AND "endUser" IS NOT NULL GROUP BY 1 ORDER BY sum("chargeNanoUsd" + CASE WHEN $3 THEN "ownSpendNanoUsd" ELSE 0 END) DESC LIMIT 1`, [organizationId, iso(fromMs), countsOwnKeys]);
      return rows[0] ? { endUser: rows[0].endUser, spentNanoUsd: BigInt(rows[0].spent) } : null;
    },
    async loadErrorRate(organizationId, fromMs) {
      const { rows } = await pool.query<RateRow>(`SELECT 'requests' AS subject, coalesce(sum(requests), 0)::int AS total, coalesce(sum(requests) FILTER (WHERE status IN ('failed', 'partial')), 0)::int AS failed FROM usage_rollup WHERE "organizationId" = $1 AND mode = 'live' AND bucket >= $2::timestamptz`, [organizationId, iso(fromMs)]);
      return rows[0] ?? { subject: "requests", total: 0, failed: 0 };
    },
    async loadFirstTokens(organizationId, fromMs) {
      const { rows } = await pool.query<{ total: number; p95Ms: number | null }>(
        `SELECT count(*)::int AS total, percentile_disc(0.95) WITHIN GROUP (ORDER BY first)::float8 AS "p95Ms" FROM (
           SELECT "timeToFirstTokenMs" AS first FROM generation WHERE "organizationId" = $1 AND mode = 'live' AND "createdAt" >= $2::timestamptz AND "timeToFirstTokenMs" IS NOT NULL ORDER BY "createdAt" DESC LIMIT $3) g`, [organizationId, iso(fromMs), ATTEMPT_ROWS_MAX]);
      return rows[0] ?? { total: 0, p95Ms: null };
    },
    async loadCreditLeft(organizationId) {
      const { rows } = await pool.query<{ left: string }>(
        `SELECT (a."creditNanoUsd" - coalesce((SELECT sum(r."chargeNanoUsd") FROM usage_rollup_day r WHERE r."organizationId" = a."organizationId" AND r.mode = 'live'), 0))::text AS left FROM billing_account a WHERE a."organizationId" = $1 AND a.mode = 'prepaid'`, [organizationId]);
      return rows[0] ? BigInt(rows[0].left) : null;
    },
    async loadProviderRates(organizationId, fromMs) {
      return (await pool.query<RateRow>(
        `SELECT a->>'provider' AS subject, count(*)::int AS total, count(*) FILTER (WHERE a->>'failureClass' = ANY ($4::text[]))::int AS failed
         FROM (SELECT attempts FROM generation WHERE "organizationId" = $1 AND mode = 'live' AND "createdAt" >= $2::timestamptz ORDER BY "createdAt" DESC LIMIT $3) g, json_array_elements(g.attempts) a WHERE a->>'drill' IS DISTINCT FROM 'failed' GROUP BY 1`,
        [organizationId, iso(fromMs), ATTEMPT_ROWS_MAX, [...PROVIDER_FAULTS]])).rows;
    },
    async listFailingCredentials(organizationId) {
      return (await pool.query<FailingCredentialRow>(`SELECT id, provider, label, "lastFour", "lastFailure" AS failure FROM provider_credential WHERE "organizationId" = $1 AND enabled AND "lastFailure" IN ('credential_rejected', 'quota_exhausted') AND "lastFailureAt" > coalesce("lastUsedAt", '-infinity') ORDER BY id`, [organizationId])).rows;
    },
    async recordFindings({ id }, findings, nowMs) {
      let opened = 0;
      for (const { subject, summary, details } of findings) {
        const { rows } = await pool.query<{ eventId: string }>(OPEN_FINDING, [id, subject, summary, JSON.stringify(details), iso(nowMs)]);
        if (rows.length > 0) opened++;
      }
      await pool.query(`UPDATE alert_event SET "resolvedAt" = $3::timestamptz WHERE "ruleId" = $1 AND "resolvedAt" IS NULL AND NOT test AND subject <> ALL ($2::text[])`, [id, findings.map((finding) => finding.subject), iso(nowMs)]);
      return opened;
    },
    async claimDeliveries({ limit, claimMs, nowMs }) {
      return (await pool.query<ClaimedDelivery>(CLAIM, [iso(nowMs), limit, iso(nowMs + claimMs)])).rows;
    },
    async markDelivered(id, nowMs) { await pool.query(`UPDATE alert_delivery SET state = 'sent', "sentAt" = $2::timestamptz, "lastError" = NULL WHERE id = $1`, [id, iso(nowMs)]); },
    async markUndelivered(id, { error, nextAttemptAtMs }) {
      await pool.query(`UPDATE alert_delivery SET state = $3, "lastError" = $2, "nextAttemptAt" = coalesce($4::timestamptz, "nextAttemptAt") WHERE id = $1`, [id, error, nextAttemptAtMs === null ? "failed" : "pending", nextAttemptAtMs === null ? null : iso(nextAttemptAtMs)]);
    },
  };
}
