import { accessRules, CREDIT_BUDGET_ID, guardrailsSchema, isPlanId, PAST_DUE_BUDGET_ID, PLANS, type Budget, type BudgetAction, type BudgetPeriod, type BudgetScope } from "@trunkline/contracts";
import type { ApiKeyRecord, KeyLimits, SealedCredential } from "../records.ts";
import type { Statement } from "./prepared.ts";

interface BudgetJson { readonly id: string; readonly scope: BudgetScope; readonly scopeId: string; readonly name: string; readonly period: BudgetPeriod; readonly limitNanoUsd: string; readonly action: BudgetAction; readonly countsOwnKeys: boolean; readonly timeZone: string }
interface ApiKeyRow {
  readonly id: string; readonly keyId: string; readonly kind: ApiKeyRecord["kind"]; readonly name: string; readonly hash: Buffer; readonly pepperVersion: number;
  readonly organizationId: string; readonly projectId: string; readonly rpmLimit: number | null; readonly organizationRpmLimit: number | null; readonly browserOrigins: readonly string[]; readonly responseRetentionDays: number;
  readonly suspendedAt: Date | null; readonly expiresAt: Date | null; readonly revokedAt: Date | null; readonly budgets: readonly BudgetJson[]; readonly credentials: readonly SealedCredential[];
  readonly promptPercent: number; readonly promptRetentionDays: number; readonly promptPatterns: readonly string[]; readonly allowedModels: readonly string[]; readonly guardrails: unknown;
  readonly tpmLimit: number | null; readonly concurrencyLimit: number | null; readonly projectRpmLimit: number | null; readonly projectTpmLimit: number | null; readonly projectConcurrencyLimit: number | null;
  readonly organizationTpmLimit: number | null; readonly organizationConcurrencyLimit: number | null; readonly plan: string | null; readonly billingMode: string | null; readonly billingState: string | null; readonly creditNanoUsd: string | null;
}

/** $1 the public key id. Amounts travel as text, because JSON numbers are floats. */
export const FIND_API_KEY: Statement<ApiKeyRow> = {
  name: "gateway_find_api_key",
  text: `
SELECT k.id, k."keyId", k.kind::text AS kind, k.name, k.hash, k."pepperVersion", k."organizationId", k."projectId", k."rpmLimit", k."browserOrigins",
  k."allowedModels", p.guardrails, k."tpmLimit", k."concurrencyLimit", p."promptPercent", p."promptRetentionDays", p."promptPatterns", p."rpmLimit" AS "projectRpmLimit", p."tpmLimit" AS "projectTpmLimit", p."concurrencyLimit" AS "projectConcurrencyLimit",
  o."tpmLimit" AS "organizationTpmLimit", o."concurrencyLimit" AS "organizationConcurrencyLimit", o."rpmLimit" AS "organizationRpmLimit", o."responseRetentionDays", o."suspendedAt", k."expiresAt", k."revokedAt", a.plan, a.mode AS "billingMode", a.state AS "billingState", a."creditNanoUsd"::text AS "creditNanoUsd",
  coalesce((
    SELECT json_agg(json_build_object('id', b.id, 'scope', b.scope, 'scopeId', b."scopeId", 'name', b.name, 'period', b.period, 'limitNanoUsd', b."limitNanoUsd"::text, 'action', b.action, 'countsOwnKeys', b."countsOwnKeys", 'timeZone', o."timeZone") ORDER BY b.id)
    FROM budget b
    WHERE b."organizationId" = k."organizationId" AND b.enforced
      AND (b.scope IN ('model', 'preset', 'user') OR (b.scope = 'organization' AND b."scopeId" = k."organizationId") OR (b.scope = 'project' AND b."scopeId" = k."projectId") OR (b.scope = 'key' AND b."scopeId" = k.id))
  ), '[]'::json) AS budgets,
  coalesce((
    SELECT json_agg(json_build_object('id', c.id, 'provider', c.provider, 'label', c.label, 'sealed', c.sealed, 'version', c.version, 'baseUrl', c."baseUrl", 'position', c.position, 'weight', c.weight, 'platformFallback', c."platformFallback") ORDER BY c.position, c.id)
    FROM provider_credential c WHERE c."organizationId" = k."organizationId" AND c.enabled
  ), '[]'::json) AS credentials
FROM api_key k JOIN project p ON p.id = k."projectId" JOIN organization o ON o.id = k."organizationId" LEFT JOIN billing_account a ON a."organizationId" = o.id
WHERE k."keyId" = $1`,
};

/** Of all keys that still work: what a preflight, which carries no key, may be allowed for. */
export const LOAD_BROWSER_ORIGINS: Statement<{ readonly origin: string }> = {
  name: "gateway_load_browser_origins",
  text: `SELECT DISTINCT unnest("browserOrigins") AS origin FROM api_key WHERE cardinality("browserOrigins") > 0 AND "revokedAt" IS NULL`,
};

export function apiKeyRecord(row: ApiKeyRow): ApiKeyRecord {
  const { id, keyId, kind, name, hash, pepperVersion, organizationId, projectId, rpmLimit, browserOrigins, responseRetentionDays } = row;
  const feeBasisPoints = isPlanId(row.plan) ? PLANS[row.plan].ownKeyFeeBasisPoints : 0;
  const credentials = feeBasisPoints === 0 ? row.credentials : row.credentials.map((credential) => ({ ...credential, feeBasisPoints }));
  const limits = keyLimits(row);
  return {
    ...(limits ? { limits } : {}),
    ...(row.guardrails === null && row.allowedModels.length === 0 ? {} : restrictions(row)),
    ...(row.promptPercent > 0 ? { promptStorage: { percent: row.promptPercent, retentionDays: row.promptRetentionDays, patterns: row.promptPatterns } } : {}),
    id, keyId, kind, name, hash, pepperVersion, organizationId, projectId, rpmLimit, browserOrigins, credentials, responseRetentionDays,
    organizationRpmLimit: row.organizationRpmLimit ?? (isPlanId(row.plan) ? PLANS[row.plan].requestsPerMinute : null),
    suspended: row.suspendedAt !== null,
    expiresAtMs: row.expiresAt?.getTime() ?? null,
    revokedAtMs: row.revokedAt?.getTime() ?? null,
    budgets: [...row.budgets.map((budget) => ({ ...budget, organizationId, limitNanoUsd: BigInt(budget.limitNanoUsd) })), ...accountBudgets(row)],
  };
}

/** INVARIANT: guardrails that cannot be read refuse: a key that works without them would work against them. */
function restrictions({ guardrails, allowedModels }: ApiKeyRow): Pick<ApiKeyRecord, "access" | "refuse"> {
  const project = guardrails === null ? null : guardrailsSchema.parse(guardrails);
  const access = accessRules(project, allowedModels);
  const refuses = project !== null && project.refuse.kinds.length + project.refuse.patterns.length > 0;
  return { ...(access ? { access } : {}), ...(refuses ? { refuse: project.refuse } : {}) };
}

function keyLimits(row: ApiKeyRow): KeyLimits | null {
  const limits: KeyLimits = {
    key: { tpm: row.tpmLimit, concurrency: row.concurrencyLimit }, project: { rpm: row.projectRpmLimit, tpm: row.projectTpmLimit, concurrency: row.projectConcurrencyLimit },
    organization: { tpm: row.organizationTpmLimit, concurrency: row.organizationConcurrencyLimit },
  };
  return Object.values(limits).some((scope) => Object.values(scope).some((limit) => limit !== null)) ? limits : null;
}

/** A billing account binds as a budget does, so that what is prepaid is reserved before a call and settled after it. */
function accountBudgets({ organizationId, billingMode, billingState, creditNanoUsd }: ApiKeyRow): readonly Budget[] {
  const whole = { organizationId, scope: "organization", scopeId: organizationId, period: "total" } as const;
  if (billingState === "past_due") return [{ ...whole, id: PAST_DUE_BUDGET_ID, name: "Overdue payment", limitNanoUsd: 0n }];
  if (billingMode === "prepaid") return [{ ...whole, id: CREDIT_BUDGET_ID, name: "Credits", limitNanoUsd: BigInt(creditNanoUsd ?? "0") }];
  return [];
}
