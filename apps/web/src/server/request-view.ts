import { absorbedNanoUsdOf, type AttemptRecord, type PriceVersion, type UsageParts } from "@trunkline/contracts";
import { priceOfHour, ratedLines } from "@trunkline/catalog";
import type { RequestRow } from "@trunkline/db/web";
import { usd } from "./money-view.ts";
import type { AttemptView, RequestListItem, RequestView } from "./views.ts";

export function toRequestListItem(row: RequestRow): RequestListItem {
  return {
    id: row.id, createdAt: row.createdAt.toISOString(), status: row.status as RequestListItem["status"], httpStatus: row.httpStatus, errorCode: row.errorCode, errorMessage: row.errorMessage,
    requestedModel: row.requestedModel, model: row.model, provider: row.provider, preset: row.presetSlug, keyName: row.keyName, streaming: row.streaming,
    durationMs: row.durationMs, timeToFirstTokenMs: row.timeToFirstTokenMs,
    inputTokens: Number(row.inputTokens), cacheReadTokens: Number(row.cacheReadTokens), cacheWriteTokens: Number(row.cacheWriteTokens),
    outputTokens: Number(row.outputTokens), reasoningTokens: Number(row.reasoningTokens),
    costUsd: usd(row.chargeNanoUsd), attempts: row.attempts.length, estimated: row.usageBasis === "estimated",
  };
}

function toAttemptView(attempt: AttemptRecord): AttemptView {
  const { attempt: number, provider, model, upstreamModel, status, failureClass, message, startedAtMs, durationMs, timeToFirstTokenMs } = attempt;
  return { attempt: number, provider, model, upstreamModel, status, failureClass, message, startedAtMs, durationMs, timeToFirstTokenMs, costUsd: usd(BigInt(attempt.costNanoUsd)), ...(attempt.drill === undefined ? {} : { drill: attempt.drill }) };
}

const LINE_LABELS = {
  input: "Input", inputAudio: "Audio in", inputImage: "Images in", cacheRead: "Cache read", cacheReadAudio: "Cache read, audio", cacheWrite: "Cache write", cacheWrite1h: "Cache write, 1 hour",
  output: "Output", outputAudio: "Audio out", outputImage: "Images out", reasoning: "Reasoning", webSearch: "Web searches",
} as const;
const TOKENS_PER_PRICE = 1_000_000n;

/** Lines round one by one for display; the charge itself was rounded once over their sum. */
function toCostLines(row: RequestRow, price: PriceVersion | null): RequestView["costLines"] {
  if (!price) return [];
  const item = toRequestListItem(row);
  const usage = { ...item, basis: "reported" as const, ...(row.usageParts === null ? {} : { parts: row.usageParts as UsageParts }) };
  return ratedLines(usage, priceOfHour(price, row.createdAt.getTime())).filter((line) => line.tokens > 0n).map((line) => ({
    label: LINE_LABELS[line.label], tokens: Number(line.tokens), usdPerMillion: usd(line.nanoUsdPerMillion), costUsd: usd((line.tokens * line.nanoUsdPerMillion + TOKENS_PER_PRICE / 2n) / TOKENS_PER_PRICE),
  }));
}

export function toRequestView(row: RequestRow, price: PriceVersion | null): RequestView {
  const absorbed = absorbedNanoUsdOf(row);
  return {
    ...toRequestListItem(row), inboundApi: row.inboundApi, finishReason: row.finishReason, presetVersion: row.presetVersion, endUser: row.endUser, sessionId: row.sessionId,
    metadata: { ...row.metadata }, losses: [...row.losses], attemptList: row.attempts.map(toAttemptView), costLines: toCostLines(row, price), priceVersionId: row.priceVersionId, ownSpendUsd: row.credentialId === null ? null : usd(row.ownSpendNanoUsd), ownKeyFeeUsd: row.ownKeyFeeNanoUsd === 0n ? null : usd(row.ownKeyFeeNanoUsd), absorbedUsd: absorbed === 0n ? null : usd(absorbed), decision: row.decision,
  };
}
