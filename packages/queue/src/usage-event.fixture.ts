import { ZERO_USAGE } from "@trunkline/contracts";
import type { UsageEvent } from "@trunkline/contracts";

/** A smallest valid event, for tests. */
export function usageEvent(id: string): UsageEvent {
  return {
    schema: 1, id, mode: "live", organizationId: "org_1", projectId: "prj_1", apiKeyId: "key_1", createdAtMs: 1_780_000_000_000, inboundApi: "chat_completions",
    streaming: false, requestedModel: "auto", presetSlug: null, presetVersion: null, status: "ok", httpStatus: 200, errorCode: null, errorMessage: null,
    provider: "openai", model: "openai/gpt-4o-mini", finishReason: "stop", durationMs: 12.5, timeToFirstTokenMs: null, usage: ZERO_USAGE, priceVersionId: "prc_1",
    chargeNanoUsd: "1200", losses: [], endUser: null, sessionId: null, metadata: {}, decision: null,
    attempts: [{ attempt: 1, provider: "openai", model: "openai/gpt-4o-mini", upstreamModel: "gpt-4o-mini", startedAtMs: 1_780_000_000_000, durationMs: 12, timeToFirstTokenMs: null, status: 200, failureClass: null, message: null, usage: ZERO_USAGE, priceVersionId: "prc_1", costNanoUsd: "1000" }],
  };
}
