import { usdFromNano, type AttemptRecord } from "@trunkline/contracts";

/** An attempt as callers see it, in errors and explanations. */
export const publicAttempt = (record: AttemptRecord): Readonly<Record<string, unknown>> => ({
  attempt: record.attempt, provider: record.provider, model: record.model, status: record.status, class: record.failureClass, message: record.message,
  duration_ms: record.durationMs, cost_usd: usdFromNano(BigInt(record.costNanoUsd)), credential: record.credentialId === undefined ? "platform" : record.credentialId,
  ...(record.drill ? { drill: record.drill } : {}), ...(record.continues ? { continues: true } : {}),
});
