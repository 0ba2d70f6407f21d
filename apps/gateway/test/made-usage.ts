// Usage that nobody caused, for what measures its way to the books.
import { createId, ZERO_USAGE, type UsageEvent } from "@trunkline/contracts";
import { randomBytes } from "node:crypto";
import type { EventText } from "../src/meter/shipper.ts";

export const MADE_ORGANIZATION = "org_bench_metering";
const MODELS = ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash", "mistralai/mistral-small"];

function eventOf(index: number, apiKeyId: string): UsageEvent {
  const at = Date.now();
  const model = MODELS[index % MODELS.length] ?? "";
  const [provider = ""] = model.split("/");
  const usage = { ...ZERO_USAGE, inputTokens: 800, cacheReadTokens: 100, outputTokens: 200 };
  return {
    schema: 1, id: createId("req", at, randomBytes(16)), mode: "live", organizationId: MADE_ORGANIZATION, projectId: "prj_bench", apiKeyId, createdAtMs: at, inboundApi: "chat_completions", streaming: index % 2 === 0, requestedModel: model,
    presetSlug: null, presetVersion: null, status: "ok", httpStatus: 200, errorCode: null, errorMessage: null, provider, model, finishReason: "stop", durationMs: 900, timeToFirstTokenMs: 120, usage, priceVersionId: "prc_bench", chargeNanoUsd: "700000",
    attempts: [{ attempt: 1, provider, model, upstreamModel: model, startedAtMs: at, durationMs: 900, timeToFirstTokenMs: 120, status: 200, failureClass: null, message: null, usage, priceVersionId: "prc_bench", costNanoUsd: "700000" }],
    losses: [], endUser: null, sessionId: null, metadata: {}, decision: { preset: "balanced", candidates: [{ provider, model, position: 1 }] },
  };
}

/** An event as the spool is given it. */
export function madeUsage(index: number, apiKeyId: string): EventText {
  const event = eventOf(index, apiKeyId);
  return { id: event.id, json: JSON.stringify(event) };
}
