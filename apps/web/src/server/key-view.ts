import type { ApiKeyRow } from "@trunkline/db/web";
import { percentOf, usd } from "./money-view.ts";
import type { KeyView } from "./views.ts";

export function toKeyView(row: ApiKeyRow): KeyView {
  const { id, kind, name, keyId, lastFour, rpmLimit, tpmLimit, concurrencyLimit, browserOrigins, allowedModels, owner, budget } = row;
  return {
    id, kind, name, keyId, lastFour, rpmLimit, tpmLimit, concurrencyLimit, browserOrigins: [...browserOrigins], allowedModels: [...allowedModels], owner,
    createdAt: row.createdAt.toISOString(), lastUsedAt: row.lastUsedAt?.toISOString() ?? null, expiresAt: row.expiresAt?.toISOString() ?? null, revokedAt: row.revokedAt?.toISOString() ?? null,
    budget: budget && { id: budget.id, period: budget.period, limitUsd: usd(budget.limitNanoUsd), spentUsd: usd(budget.spentNanoUsd), percent: percentOf(budget.spentNanoUsd, budget.limitNanoUsd) },
    spendUsd30d: usd(row.spendNanoUsd30d), requests30d: Number(row.requests30d),
  };
}
