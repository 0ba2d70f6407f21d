import type { SpendScope } from "../records.ts";
import type { Statement } from "./prepared.ts";

/** $1 organization, $2 mode, $3 from, $4 to or null, $5 project, $6 key, $7 model, $8 preset, with the copies of its shadow, each or null, $9 whether own keys count. Windows begin on a minute. */
export const LOAD_SPENT: Statement<{ readonly spent: string }> = {
  name: "gateway_load_spent",
  text: `
SELECT coalesce(sum("chargeNanoUsd" + CASE WHEN $9 THEN "ownSpendNanoUsd" ELSE 0 END), 0)::text AS spent FROM usage_between($1, $2, $3::timestamptz, $4::timestamptz, '{}')
WHERE ($5::text IS NULL OR "projectId" = $5) AND ($6::text IS NULL OR "apiKeyId" = $6)
  AND ($7::text IS NULL OR model = $7) AND ($8::text IS NULL OR "presetSlug" IN ($8, $8 || '/shadow'))`,
};

/** Sums are not kept by end user: their few rows are found by an index of their own, and those taken away by their days. $1 organization, $2 mode, $3 from, $4 to or null, $5 end user, $6 whether own keys count. */
export const LOAD_USER_SPENT: Statement<{ readonly spent: string }> = {
  name: "gateway_load_user_spent",
  text: `
SELECT (coalesce((SELECT sum("chargeNanoUsd" + CASE WHEN $6 THEN "ownSpendNanoUsd" ELSE 0 END) FROM generation
  WHERE "organizationId" = $1 AND mode = $2 AND "createdAt" >= $3::timestamptz AND ($4::timestamptz IS NULL OR "createdAt" < $4::timestamptz) AND "endUser" = $5), 0)
+ coalesce((SELECT sum("chargeNanoUsd" + CASE WHEN $6 THEN "ownSpendNanoUsd" ELSE 0 END) FROM removed_user_spend
  WHERE "organizationId" = $1 AND mode = $2 AND day >= $3::timestamptz AND ($4::timestamptz IS NULL OR day < $4::timestamptz) AND "endUser" = $5), 0))::text AS spent`,
};

export function spentParameters(scope: SpendScope): readonly unknown[] {
  const to = scope.toMs === null ? null : new Date(scope.toMs).toISOString();
  const own = scope.countsOwnKeys ?? false;
  const window = [scope.organizationId, scope.mode, new Date(scope.fromMs).toISOString(), to];
  return scope.endUser === undefined ? [...window, scope.projectId ?? null, scope.apiKeyId ?? null, scope.model ?? null, scope.presetSlug ?? null, own] : [...window, scope.endUser, own];
}
