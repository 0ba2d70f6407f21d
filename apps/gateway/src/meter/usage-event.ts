import { ZERO_USAGE, type AttemptRecord, type GatewayError, type GenerationStatus, type TokenUsage, type UsageEvent } from "@trunkline/contracts";
import { chargeFor, chargeMax, deliveredUsage, joinedUsage, ownSpend, ratedCharge, ratedCost } from "../charge.ts";
import type { AuthenticatedCall, DeliveredResponse, RoutedCall, WonAttempt } from "../stages.ts";
import type { OpenPayload } from "./spool-records.ts";

/**
 * What the customer pays for, by how the answer ended. An answer is whole once its finish was seen, whatever became of the connection. Reported usage counts as reported, 0 included; without it the delivered bytes are
 * estimated. A normal end without content and without a finish reason is the provider's fault and free.
 */
export function billableUsage({ how, observation, won }: Pick<DeliveredResponse, "how" | "observation" | "won">): TokenUsage {
  if (isInsured({ how, observation, won })) return observation.usage ?? ZERO_USAGE;
  if (observation.usage !== null && observation.complete) return observation.usage;
  return deliveredUsage(observation, won.routed.facts.inputTokens);
}

/** Nothing was answered: no content, and a failure or no word of an end. The customer pays nothing, whatever the provider bills for it. An answer that is no text (embeddings) has no finish. */
function isInsured({ how, observation, won }: Pick<DeliveredResponse, "how" | "observation" | "won">): boolean {
  if (observation.contentBytes > 0 || observation.finishReason !== null || won.routed.call.inbound === "embeddings") return false;
  return observation.failure !== null || how === "complete";
}

export function deliveredStatus({ how, observation, won }: Pick<DeliveredResponse, "how" | "observation" | "won">): GenerationStatus {
  if (how === "caller_left") return "cancelled";
  if (!observation.complete) return "partial";
  return won.attempt > 1 ? "rescued" : "ok";
}

/** The closed fact of an answered request. Broken streams never cost more than the hold. */
export function eventOfDelivered(delivered: DeliveredResponse): UsageEvent {
  const { won, observation } = delivered;
  const { routed, candidate } = won;
  const usage = billableUsage(delivered);
  const status = deliveredStatus(delivered);
  const rated = ratedCharge(usage, candidate);
  const isWhole = status === "ok" || status === "rescued";
  const own = isInsured(delivered) ? 0n : isWhole ? chargeFor(usage, candidate) : rated < chargeMax(candidate) ? rated : chargeMax(candidate);
  const charge = won.continues ? own + won.continues.chargeNanoUsd : own;
  const attempts: AttemptRecord[] = [];
  for (const record of routed.attempts) attempts.push(record.attempt === won.attempt ? closedAttempt(record, { delivered, usage, costNanoUsd: ratedCost(usage, candidate) }) : record);
  const event = eventOf(routed, {
    status, httpStatus: 200, usage: won.continues ? joinedUsage(won.continues.usage, usage) : usage, chargeNanoUsd: charge.toString(), attempts, losses: won.losses, provider: candidate.provider, model: candidate.model, priceVersionId: candidate.price.id,
    finishReason: observation.finishReason, durationMs: delivered.endedAtMs - routed.exchange.receivedAtMs, timeToFirstTokenMs: firstTokenMs(won.continues?.first ?? won),
    errorCode: status === "partial" ? delivered.how === "deadline" ? "upstream.deadline_exceeded" : "upstream.failed" : null,
    errorMessage: status === "partial" ? "The provider's stream broke before the answer was complete." : null,
    presetSlug: routed.plan.presetSlug, presetVersion: routed.plan.presetVersion, decision: routed.explain(),
  });
  const feeNanoUsd = (candidate.credential ? own : 0n) + (won.continues?.first.candidate.credential ? won.continues.chargeNanoUsd : 0n);
  const priced = feeNanoUsd === 0n ? event : { ...event, ownKeyFeeNanoUsd: feeNanoUsd.toString() };
  const ownNanoUsd = ownSpend(usage, candidate) + (won.continues ? ownSpend(won.continues.usage, won.continues.first.candidate) : 0n);
  const spent = candidate.credential || ownNanoUsd > 0n ? { ...priced, ownSpendNanoUsd: ownNanoUsd.toString() } : priced;
  return candidate.credential ? { ...spent, credentialId: candidate.credential.id } : spent;
}

const CUT = "Ended by the gateway: the provider delivered more than the output limit, and what was reserved for the call is used up.";

/** The winning attempt, now that its end is known. */
function closedAttempt(record: AttemptRecord, { delivered: { won, how, observation, endedAtMs }, usage, costNanoUsd }: { readonly delivered: DeliveredResponse; readonly usage: TokenUsage; readonly costNanoUsd: bigint }): AttemptRecord {
  const bare: AttemptRecord = {
    attempt: record.attempt, provider: record.provider, model: record.model, upstreamModel: record.upstreamModel, startedAtMs: record.startedAtMs, durationMs: endedAtMs - won.startedAtMs,
    timeToFirstTokenMs: record.timeToFirstTokenMs, status: record.status, failureClass: observation.failure?.class ?? null, message: how === "cut" ? CUT : observation.failure?.publicMessage ?? null,
    usage, priceVersionId: won.candidate.price.id, costNanoUsd: costNanoUsd.toString(),
  };
  const closed = record.drill === undefined ? bare : { ...bare, drill: record.drill };
  if (won.continues) return { ...closed, continues: true, ...(record.credentialId === undefined ? {} : { credentialId: record.credentialId }) };
  return record.credentialId === undefined ? closed : { ...closed, credentialId: record.credentialId };
}

const firstTokenMs = ({ routed, startedAtMs, timeToFirstTokenMs }: WonAttempt): number | null => routed.call.stream ? startedAtMs + timeToFirstTokenMs - routed.exchange.receivedAtMs : null;

/** What the spool keeps while a stream is being delivered. */
export function openOfWon(won: WonAttempt, storeEpoch: string | null): OpenPayload {
  const { candidate, routed } = won;
  const inputTokens = routed.facts.inputTokens;
  const bound = routed.reservation.heldNanoUsd > 0n ? routed.reservation.heldNanoUsd : chargeMax(candidate);
  const draft = eventOf(routed, {
    status: "partial", httpStatus: 200, usage: ZERO_USAGE, chargeNanoUsd: "0", attempts: routed.attempts, losses: won.losses, provider: candidate.provider, model: candidate.model, priceVersionId: candidate.price.id,
    finishReason: null, durationMs: won.startedAtMs - routed.exchange.receivedAtMs + won.timeToFirstTokenMs, timeToFirstTokenMs: firstTokenMs(won), errorCode: null, errorMessage: null,
    presetSlug: routed.plan.presetSlug, presetVersion: routed.plan.presetVersion, decision: routed.explain(),
  });
  return {
    draft: candidate.credential ? { ...draft, credentialId: candidate.credential.id } : draft,
    budgetKeys: routed.reservation.lineKeys, storeEpoch, inputTokens,
    // A call on an own credential that a kill cut is free of the fee.
    inputNanoUsd: ratedCost({ ...ZERO_USAGE, inputTokens }, candidate).toString(),
    outputNanoUsdPerMillion: (candidate.credential ? 0n : candidate.price.outputNanoUsdPerMillion).toString(),
    ...(candidate.credential ? { ownInputNanoUsd: ownSpend({ ...ZERO_USAGE, inputTokens }, candidate).toString(), ownOutputNanoUsdPerMillion: candidate.price.outputNanoUsdPerMillion.toString() } : {}),
    holdNanoUsd: bound.toString(), estimatedCostNanoUsd: (candidate.credential ? 0n : candidate.estimatedCostNanoUsd).toString(),
  };
}

/**
 * The receipt of a request that got an error: nothing is charged, every attempt stays in the cost book. A caller who left is no error: what
 * the last attempt was cancelled at, or came to behind the caller's back, is paid.
 */
export function eventOfFailure(call: AuthenticatedCall | RoutedCall, error: GatewayError, options: { readonly nowMs: number; readonly callerLeft: boolean }): UsageEvent {
  const routed = "plan" in call ? call : null;
  const last = routed?.attempts.at(-1);
  const left = options.callerLeft && last?.failureClass === "cancelled" ? last : null;
  const event = eventOf(call, {
    status: options.callerLeft ? "cancelled" : "failed", httpStatus: options.callerLeft ? 499 : error.status, usage: left?.usage ?? ZERO_USAGE, chargeNanoUsd: left?.costNanoUsd ?? "0", attempts: routed?.attempts ?? [], losses: [],
    provider: last?.provider ?? null, model: last?.model ?? null, priceVersionId: left?.priceVersionId ?? null, finishReason: null, durationMs: options.nowMs - call.exchange.receivedAtMs, timeToFirstTokenMs: null,
    errorCode: options.callerLeft ? null : error.code, errorMessage: error.message,
    presetSlug: routed?.plan.presetSlug ?? call.facts.choice.preset?.slug ?? null, presetVersion: routed?.plan.presetVersion ?? refusedVersion(error), decision: routed?.explain() ?? null,
  });
  const credentialId = left?.credentialId;
  const own = routed && credentialId !== undefined ? routed.plan.candidates.find(({ credential, provider, model }) => credential?.id === credentialId && provider === left?.provider && model === left.model) : undefined;
  return own && left ? { ...event, credentialId: own.credential?.id ?? "", ownSpendNanoUsd: ownSpend(left.usage, own).toString() } : event;
}

/** The version under which no candidate was left: a canary that can serve nobody must show as such. */
function refusedVersion({ details }: GatewayError): number | null {
  const version = details.metadata?.["preset_version"];
  return typeof version === "number" ? version : null;
}

type Outcome = Pick<UsageEvent, "status" | "httpStatus" | "usage" | "chargeNanoUsd" | "attempts" | "losses" | "provider" | "model" | "priceVersionId" | "finishReason" | "durationMs" | "timeToFirstTokenMs" | "errorCode" | "errorMessage" | "presetSlug" | "presetVersion" | "decision">;

/** One literal, so that every event has one shape: a spread that overrides costs microseconds a field. */
function eventOf({ exchange, key, mode, call, facts }: AuthenticatedCall, outcome: Outcome): UsageEvent {
  return {
    schema: 1, id: exchange.requestId, mode, organizationId: key.organizationId, projectId: key.projectId, apiKeyId: key.id, createdAtMs: exchange.receivedAtMs,
    inboundApi: call.inbound, streaming: call.stream, requestedModel: facts.requestedModel, presetSlug: outcome.presetSlug, presetVersion: outcome.presetVersion,
    status: outcome.status, httpStatus: outcome.httpStatus, errorCode: outcome.errorCode, errorMessage: outcome.errorMessage, provider: outcome.provider, model: outcome.model,
    finishReason: outcome.finishReason, durationMs: outcome.durationMs, timeToFirstTokenMs: outcome.timeToFirstTokenMs, usage: outcome.usage, priceVersionId: outcome.priceVersionId,
    chargeNanoUsd: outcome.chargeNanoUsd, attempts: outcome.attempts, losses: outcome.losses, endUser: facts.endUser, sessionId: facts.sessionId, metadata: facts.metadata, decision: outcome.decision,
  };
}
