import type { AttemptRecord, InboundApi, TokenUsage, UsageEvent } from "@trunkline/contracts";
import { GEN_AI, genAiProvider, type EndedRequest, type EndedSpan } from "@trunkline/telemetry/tracing";

const OPERATIONS: Readonly<Record<InboundApi, string>> = { chat_completions: "chat", messages: "chat", responses: "chat", completions: "text_completion", embeddings: "embeddings" };

/** A closed request as spans: itself, and one for each attempt. What it used and cost, who served and who failed; no prompt, no answer, no end user and no metadata of the caller. */
export function spansOf(event: UsageEvent): EndedRequest {
  const operation = OPERATIONS[event.inboundApi];
  return {
    name: `${operation} ${event.model ?? event.requestedModel}`, startedAtMs: event.createdAtMs, endedAtMs: event.createdAtMs + event.durationMs, error: event.errorCode,
    attributes: {
      [GEN_AI.operation]: operation, [GEN_AI.requestModel]: event.requestedModel, [GEN_AI.httpStatus]: event.httpStatus, ...usageAttributes(event.usage),
      ...(event.model === null ? {} : { [GEN_AI.responseModel]: event.model }), ...(event.provider === null ? {} : { [GEN_AI.provider]: genAiProvider(event.provider) }), ...(event.finishReason === null ? {} : { [GEN_AI.finishReasons]: [event.finishReason] }),
      ...(event.sessionId === null ? {} : { [GEN_AI.conversation]: event.sessionId }), ...(event.errorCode === null ? {} : { [GEN_AI.errorType]: event.errorCode }),
      "trunkline.request_id": event.id, "trunkline.organization_id": event.organizationId, "trunkline.project_id": event.projectId, "trunkline.api_key_id": event.apiKeyId, "trunkline.mode": event.mode, "trunkline.status": event.status,
      "trunkline.attempts": event.attempts.length, "trunkline.charge_nano_usd": event.chargeNanoUsd, ...(event.presetSlug === null ? {} : { "trunkline.preset": event.presetSlug }), ...(event.losses.length === 0 ? {} : { "trunkline.losses": [...event.losses] }),
      ...(event.timeToFirstTokenMs === null ? {} : { "trunkline.time_to_first_token_ms": event.timeToFirstTokenMs }),
    },
    calls: event.attempts.map((attempt) => spanOf(attempt, operation)),
  };
}

function spanOf(attempt: AttemptRecord, operation: string): EndedSpan {
  return {
    name: `${operation} ${attempt.upstreamModel}`, startedAtMs: attempt.startedAtMs, endedAtMs: attempt.startedAtMs + attempt.durationMs, error: attempt.failureClass,
    attributes: {
      [GEN_AI.operation]: operation, [GEN_AI.provider]: genAiProvider(attempt.provider), [GEN_AI.requestModel]: attempt.upstreamModel, ...usageAttributes(attempt.usage),
      ...(attempt.status === null ? {} : { [GEN_AI.httpStatus]: attempt.status }), ...(attempt.failureClass === null ? {} : { [GEN_AI.errorType]: attempt.failureClass }),
      "trunkline.attempt": attempt.attempt, "trunkline.cost_nano_usd": attempt.costNanoUsd, ...(attempt.timeToFirstTokenMs === null ? {} : { "trunkline.time_to_first_token_ms": attempt.timeToFirstTokenMs }),
    },
  };
}

/** The conventions count all of a prompt and all of an answer; ours are disjoint. */
const usageAttributes = ({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens }: TokenUsage): Readonly<Record<string, number>> => ({
  [GEN_AI.inputTokens]: inputTokens + cacheReadTokens + cacheWriteTokens, [GEN_AI.outputTokens]: outputTokens + reasoningTokens,
  [GEN_AI.cacheReadTokens]: cacheReadTokens, [GEN_AI.cacheWriteTokens]: cacheWriteTokens, [GEN_AI.reasoningTokens]: reasoningTokens,
});
