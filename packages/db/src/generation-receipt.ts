// The receipt of one generation, in the shape of OpenRouter's GET /generation (openrouter.ai/docs/api-reference/get-a-generation)
// plus what only we can say: attempts, losses, the price version and the disjoint token classes.
import { describeUsageParts, usdFromNano } from "@trunkline/contracts";
import type { AttemptRecord, BookMode, GenerationStatus, UsageParts } from "@trunkline/contracts";
import { canonicalJson, digestOf } from "@trunkline/keys";

export interface GenerationRow {
  readonly id: string; readonly mode: BookMode; readonly createdAt: Date; readonly inboundApi: string; readonly streaming: boolean; readonly requestedModel: string;
  readonly presetSlug: string | null; readonly presetVersion: number | null; readonly status: GenerationStatus; readonly httpStatus: number;
  readonly errorCode: string | null; readonly errorMessage: string | null; readonly provider: string | null; readonly model: string | null; readonly finishReason: string | null;
  readonly durationMs: number; readonly timeToFirstTokenMs: number | null;
  readonly inputTokens: string; readonly cacheReadTokens: string; readonly cacheWriteTokens: string; readonly outputTokens: string; readonly reasoningTokens: string;
  readonly usageBasis: string; readonly usageParts: UsageParts | null; readonly priceVersionId: string | null; readonly chargeNanoUsd: string; readonly credentialId: string | null; readonly ownSpendNanoUsd: string; readonly ownKeyFeeNanoUsd: string; readonly attempts: readonly AttemptRecord[]; readonly losses: readonly string[];
  readonly endUser: string | null; readonly sessionId: string | null; readonly metadata: Readonly<Record<string, string>>; readonly decision: unknown;
}

/** What `receipt` reads. */
export const RECEIPT_COLUMNS = ["id", "mode", "createdAt", "inboundApi", "streaming", "requestedModel", "presetSlug", "presetVersion", "status", "httpStatus", "errorCode", "errorMessage",
  "provider", "model", "finishReason", "durationMs", "timeToFirstTokenMs", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens",
  "usageBasis", "usageParts", "priceVersionId", "chargeNanoUsd", "credentialId", "ownSpendNanoUsd", "ownKeyFeeNanoUsd", "attempts", "losses", "endUser", "sessionId", "metadata", "decision"] as const satisfies readonly (keyof GenerationRow)[];

/** Snake case, as on the wire. Money: US dollars as a number where OpenRouter has one, exact nano-USD text beside it. Times: milliseconds. */
export function receipt(row: GenerationRow): Record<string, unknown> {
  const [input, cacheRead, cacheWrite, output, reasoning] = [row.inputTokens, row.cacheReadTokens, row.cacheWriteTokens, row.outputTokens, row.reasoningTokens].map(Number) as [number, number, number, number, number];
  const cost = usdFromNano(BigInt(row.chargeNanoUsd));
  return {
    id: row.id,
    model: row.model ?? row.requestedModel,
    provider: row.provider,
    provider_name: row.provider,
    created_at: row.createdAt.toISOString(),
    streamed: row.streaming,
    cancelled: row.status === "cancelled",
    finish_reason: row.finishReason,
    total_cost: cost,
    usage: cost,
    latency: row.durationMs,
    generation_time: row.durationMs - (row.timeToFirstTokenMs ?? 0),
    tokens_prompt: input + cacheRead + cacheWrite,
    tokens_completion: output + reasoning,
    native_tokens_prompt: input + cacheRead + cacheWrite,
    native_tokens_completion: output + reasoning,
    native_tokens_cached: cacheRead,
    native_tokens_reasoning: reasoning,
    status: row.status,
    http_status: row.httpStatus,
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage },
    inbound_api: row.inboundApi,
    requested_model: row.requestedModel,
    preset: row.presetSlug === null ? null : { slug: row.presetSlug, version: row.presetVersion },
    time_to_first_token_ms: row.timeToFirstTokenMs,
    is_byok: row.credentialId !== null,
    upstream_inference_cost: row.credentialId === null ? null : usdFromNano(BigInt(row.ownSpendNanoUsd)),
    own_key_fee_nano_usd: row.ownKeyFeeNanoUsd,
    credential: row.credentialId === null ? { owner: "platform" } : { owner: "organization", id: row.credentialId },
    cost_nano_usd: row.chargeNanoUsd,
    price_version: row.priceVersionId,
    usage_basis: row.usageBasis,
    usage_classes: { input_tokens: input, cache_read_tokens: cacheRead, cache_write_tokens: cacheWrite, output_tokens: output, reasoning_tokens: reasoning, ...(row.usageParts === null ? {} : describeUsageParts(row.usageParts)) },
    attempts: row.attempts.map(attemptReceipt),
    losses: row.losses,
    user: row.endUser,
    session_id: row.sessionId,
    metadata: row.metadata,
    decision: row.decision,
    is_test: row.mode === "test",
  };
}

function attemptReceipt(attempt: AttemptRecord): Record<string, unknown> {
  return {
    attempt: attempt.attempt, provider: attempt.provider, model: attempt.model, upstream_model: attempt.upstreamModel,
    started_at: new Date(attempt.startedAtMs).toISOString(), duration_ms: attempt.durationMs, time_to_first_token_ms: attempt.timeToFirstTokenMs,
    status: attempt.status, failure_class: attempt.failureClass, message: attempt.message, continues: attempt.continues === true, drill: attempt.drill ?? null, cost: usdFromNano(BigInt(attempt.costNanoUsd)), cost_nano_usd: attempt.costNanoUsd, credential: attempt.credentialId === undefined ? { owner: "platform" } : { owner: "organization", id: attempt.credentialId },
  };
}

/** What is signed: what was served, used, rated and lost, exact. Nothing that names a person. */
const SIGNED = ["id", "created_at", "status", "http_status", "inbound_api", "requested_model", "model", "provider", "finish_reason", "streamed", "is_test", "is_byok", "price_version", "cost_nano_usd", "own_key_fee_nano_usd", "usage_basis", "usage_classes", "losses"] as const;
/** Of each attempt; what a provider said in words stays out. */
const SIGNED_OF_ATTEMPT = ["attempt", "provider", "model", "upstream_model", "started_at", "duration_ms", "status", "failure_class", "continues", "cost_nano_usd", "credential"] as const;

/** The facts of a signed receipt. */
export function signedFacts(row: GenerationRow): Record<string, unknown> {
  return {
    ...picked(receipt(row), SIGNED), attempts: row.attempts.map((attempt) => picked(attemptReceipt(attempt), SIGNED_OF_ATTEMPT)),
    decision_digest: row.decision === null ? null : digestOf(canonicalJson(row.decision)),
  };
}

function picked(source: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const name of names) members[name] = source[name] ?? null;
  return members;
}
