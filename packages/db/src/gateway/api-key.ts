import type { BudgetPeriod, BudgetScope } from "@trunkline/contracts";
import type { ApiKeyRecord, SealedCredential } from "../records.ts";
import type { Statement } from "./prepared.ts";

interface BudgetJson { readonly id: string; readonly scope: BudgetScope; readonly scopeId: string; readonly name: string; readonly period: BudgetPeriod; readonly limitNanoUsd: string }
interface ApiKeyRow {
  readonly id: string; readonly keyId: string; readonly kind: ApiKeyRecord["kind"]; readonly name: string; readonly hash: Buffer; readonly pepperVersion: number;
  readonly organizationId: string; readonly projectId: string; readonly rpmLimit: number | null; readonly organizationRpmLimit: number | null;
  readonly suspendedAt: Date | null; readonly expiresAt: Date | null; readonly revokedAt: Date | null; readonly budgets: readonly BudgetJson[]; readonly credentials: readonly SealedCredential[];
}

/** $1 the public key id. Amounts travel as text, because JSON numbers are floats. */
export const FIND_API_KEY: Statement<ApiKeyRow> = {
  name: "gateway_find_api_key",
  text: `
SELECT k.id, k."keyId", k.kind::text AS kind, k.name, k.hash, k."pepperVersion", k."organizationId", k."projectId", k."rpmLimit",
  o."rpmLimit" AS "organizationRpmLimit", o."suspendedAt", k."expiresAt", k."revokedAt",
  coalesce((
    SELECT json_agg(json_build_object('id', b.id, 'scope', b.scope, 'scopeId', b."scopeId", 'name', b.name, 'period', b.period, 'limitNanoUsd', b."limitNanoUsd"::text) ORDER BY b.id)
    FROM budget b
    WHERE b."organizationId" = k."organizationId"
      AND ((b.scope = 'organization' AND b."scopeId" = k."organizationId") OR (b.scope = 'project' AND b."scopeId" = k."projectId") OR (b.scope = 'key' AND b."scopeId" = k.id))
  ), '[]'::json) AS budgets,
  coalesce((
    SELECT json_agg(json_build_object('id', c.id, 'provider', c.provider, 'label', c.label, 'sealed', c.sealed, 'version', c.version, 'baseUrl', c."baseUrl", 'position', c.position, 'weight', c.weight, 'platformFallback', c."platformFallback") ORDER BY c.position, c.id)
    FROM provider_credential c WHERE c."organizationId" = k."organizationId" AND c.enabled
  ), '[]'::json) AS credentials
FROM api_key k JOIN organization o ON o.id = k."organizationId"
WHERE k."keyId" = $1`,
};

export function apiKeyRecord(row: ApiKeyRow): ApiKeyRecord {
  const { suspendedAt, expiresAt, revokedAt, budgets, ...same } = row;
  return {
    ...same,
    suspended: suspendedAt !== null,
    expiresAtMs: expiresAt?.getTime() ?? null,
    revokedAtMs: revokedAt?.getTime() ?? null,
    budgets: budgets.map((budget) => ({ ...budget, organizationId: row.organizationId, limitNanoUsd: BigInt(budget.limitNanoUsd) })),
  };
}
