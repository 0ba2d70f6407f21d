import type { SpendScope } from "../records.ts";
import type { Statement } from "./prepared.ts";

/** $1 organization, $2 mode, $3 from, $4 to or null, $5 project or null, $6 key or null. Buckets are minutes, and windows begin on one. */
export const LOAD_SPENT: Statement<{ readonly spent: string }> = {
  name: "gateway_load_spent",
  text: `
SELECT coalesce(sum("chargeNanoUsd"), 0)::text AS spent FROM usage_rollup
WHERE "organizationId" = $1 AND mode = $2 AND bucket >= $3::timestamptz AND ($4::timestamptz IS NULL OR bucket < $4::timestamptz)
  AND ($5::text IS NULL OR "projectId" = $5) AND ($6::text IS NULL OR "apiKeyId" = $6)`,
};

export function spentParameters(scope: SpendScope): readonly unknown[] {
  const to = scope.toMs === null ? null : new Date(scope.toMs).toISOString();
  return [scope.organizationId, scope.mode, new Date(scope.fromMs).toISOString(), to, scope.projectId ?? null, scope.apiKeyId ?? null];
}
