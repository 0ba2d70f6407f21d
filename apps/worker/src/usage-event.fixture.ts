import type { UsageEvent } from "@trunkline/contracts";

const USAGE = { inputTokens: 100, cacheReadTokens: 10, cacheWriteTokens: 0, outputTokens: 50, reasoningTokens: 5, basis: "reported" } as const;

/** A live request that went well; tests change what they are about. `attemptCosts` in nano-USD, one attempt each. */
export function usageEvent(id: string, change: Partial<UsageEvent> = {}, attemptCosts: readonly string[] = ["900000"]): UsageEvent {
  return {
    schema: 1, id, mode: "live", organizationId: "org_a", projectId: "prj_a", apiKeyId: "key_a", createdAtMs: Date.UTC(2026, 10, 1, 12, 0, 30), inboundApi: "chat_completions", streaming: true,
    requestedModel: "openai/gpt-x", presetSlug: null, presetVersion: null, status: "ok", httpStatus: 200, errorCode: null, errorMessage: null, provider: "openai", model: "openai/gpt-x", finishReason: "stop",
    durationMs: 812.4, timeToFirstTokenMs: 120.6, usage: USAGE, priceVersionId: "prc_1", chargeNanoUsd: "1000000",
    attempts: attemptCosts.map((costNanoUsd, index) => ({
      attempt: index + 1, provider: "openai", model: "openai/gpt-x", upstreamModel: "gpt-x", startedAtMs: Date.UTC(2026, 10, 1, 12, 0, 30), durationMs: 800, timeToFirstTokenMs: 120, status: 200,
      failureClass: null, message: null, usage: USAGE, priceVersionId: "prc_1", costNanoUsd,
    })),
    losses: [], endUser: null, sessionId: null, metadata: {}, decision: { candidates: [] }, ...change,
  };
}
