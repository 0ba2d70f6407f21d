import { estimateTokens, rate } from "@trunkline/catalog";
import { ZERO_USAGE, type AttemptRecord, type GatewayError, type GenerationStatus, type TokenUsage, type UsageEvent } from "@trunkline/contracts";
import type { AuthenticatedCall, DeliveredResponse, RoutedCall, WonAttempt } from "../stages.ts";
import type { OpenPayload } from "./spool-records.ts";

/**
 * What the customer pays for, by how the answer ended. An answer is whole once its finish was seen, whatever became of the connection. Reported usage counts as reported, 0 included; without it the delivered bytes are
 * estimated. A normal end without content and without a finish reason is the provider's fault and free.
 */
export function billableUsage({ how, observation, won }: Pick<DeliveredResponse, "how" | "observation" | "won">): TokenUsage {
  if (how === "complete" && observation.contentBytes === 0 && observation.finishReason === null && observation.failure === null && observation.usage === null) return ZERO_USAGE;
  if (observation.failure && observation.contentBytes === 0 && observation.usage === null) return ZERO_USAGE;
  const estimate: TokenUsage = { ...ZERO_USAGE, inputTokens: won.routed.facts.inputTokens, outputTokens: estimateTokens(observation.contentBytes), basis: "estimated" };
  if (observation.usage === null) return estimate;
  if (observation.complete) return observation.usage;
  const outputSeen = observation.usage.outputTokens + observation.usage.reasoningTokens;
  return outputSeen >= estimate.outputTokens ? observation.usage : { ...observation.usage, outputTokens: estimate.outputTokens - observation.usage.reasoningTokens, basis: "estimated" };
}

export function deliveredStatus({ how, observation, won }: Pick<DeliveredResponse, "how" | "observation" | "won">): GenerationStatus {
  if (!observation.complete) return how === "caller_left" ? "cancelled" : "partial";
  return won.attempt > 1 ? "rescued" : "ok";
}

/** The closed fact of an answered request. Broken streams never cost more than the hold. */
export function eventOfDelivered(delivered: DeliveredResponse): UsageEvent {
  const { won, observation } = delivered;
  const usage = billableUsage(delivered);
  const status = deliveredStatus(delivered);
  const rated = rate(usage, won.candidate.price);
  const isWhole = status === "ok" || status === "rescued";
  const charge = isWhole || rated < won.candidate.maxCostNanoUsd ? rated : won.candidate.maxCostNanoUsd;
  const durationMs = delivered.endedAtMs - won.startedAtMs;
  const attempts = won.routed.attempts.map((record) => record.attempt === won.attempt
    ? { ...record, durationMs, usage, priceVersionId: won.candidate.price.id, costNanoUsd: rated.toString(), failureClass: observation.failure?.class ?? null, message: observation.failure?.publicMessage ?? null }
    : record);
  return {
    ...draftOf(won, attempts), status, usage, chargeNanoUsd: charge.toString(), finishReason: observation.finishReason,
    durationMs: delivered.endedAtMs - won.routed.exchange.receivedAtMs,
    ...(status === "partial" ? { errorCode: delivered.how === "deadline" ? "upstream.deadline_exceeded" : "upstream.failed", errorMessage: "The provider's stream broke before the answer was complete." } : {}),
  };
}

/** What the spool keeps while a stream is being delivered. */
export function openOfWon(won: WonAttempt): OpenPayload {
  const { candidate, routed } = won;
  const inputTokens = routed.facts.inputTokens;
  const bound = routed.reservation.heldNanoUsd > 0n ? routed.reservation.heldNanoUsd : candidate.maxCostNanoUsd;
  return {
    draft: draftOf(won, routed.attempts), budgetKeys: routed.reservation.lineKeys, inputTokens,
    inputNanoUsd: rate({ ...ZERO_USAGE, inputTokens }, candidate.price).toString(),
    outputNanoUsdPerMillion: candidate.price.outputNanoUsdPerMillion.toString(),
    holdNanoUsd: bound.toString(), estimatedCostNanoUsd: candidate.estimatedCostNanoUsd.toString(),
  };
}

function draftOf(won: WonAttempt, attempts: readonly AttemptRecord[]): UsageEvent {
  const { routed, candidate } = won;
  return {
    ...base(routed), status: "partial", httpStatus: 200, errorCode: null, errorMessage: null, provider: candidate.provider, model: candidate.model, finishReason: null,
    durationMs: won.startedAtMs - routed.exchange.receivedAtMs + won.timeToFirstTokenMs,
    timeToFirstTokenMs: routed.call.stream ? won.startedAtMs + won.timeToFirstTokenMs - routed.exchange.receivedAtMs : null,
    usage: ZERO_USAGE, priceVersionId: candidate.price.id, chargeNanoUsd: "0", attempts, losses: won.losses,
    presetSlug: routed.plan.presetSlug, presetVersion: routed.plan.presetVersion, decision: routed.explain(),
  };
}

/** The receipt of a request that got an error: nothing is charged, every attempt stays in the cost book. */
export function eventOfFailure(call: AuthenticatedCall | RoutedCall, error: GatewayError, options: { readonly nowMs: number; readonly callerLeft: boolean }): UsageEvent {
  const routed = "plan" in call ? call : null;
  const last = routed?.attempts.at(-1);
  return {
    ...base(call), status: options.callerLeft ? "cancelled" : "failed", httpStatus: options.callerLeft ? 499 : error.status,
    errorCode: options.callerLeft ? null : error.code, errorMessage: error.message, provider: last?.provider ?? null, model: last?.model ?? null, finishReason: null,
    durationMs: options.nowMs - call.exchange.receivedAtMs, timeToFirstTokenMs: null, usage: ZERO_USAGE, priceVersionId: null, chargeNanoUsd: "0",
    attempts: routed?.attempts ?? [], losses: [], presetSlug: routed?.plan.presetSlug ?? call.facts.choice.preset?.slug ?? null, presetVersion: routed?.plan.presetVersion ?? null,
    decision: routed?.explain() ?? null,
  };
}

type Base = Pick<UsageEvent, "schema" | "id" | "mode" | "organizationId" | "projectId" | "apiKeyId" | "createdAtMs" | "inboundApi" | "streaming" | "requestedModel" | "endUser" | "sessionId" | "metadata">;
function base({ exchange, key, mode, call, facts }: AuthenticatedCall): Base {
  return {
    schema: 1, id: exchange.requestId, mode, organizationId: key.organizationId, projectId: key.projectId, apiKeyId: key.id, createdAtMs: exchange.receivedAtMs,
    inboundApi: call.inbound, streaming: call.stream, requestedModel: facts.requestedModel, endUser: facts.endUser, sessionId: facts.sessionId, metadata: facts.metadata,
  };
}
