/**
 * What providers price apart within the classes. Each count is a part of one class and overlaps no other part; absent: none was told. Only what differs
 * from the ordinary is there, so that a plain answer carries no parts at all.
 */
export interface UsageParts {
  /** Of `cacheWriteTokens`: kept for an hour. The rest is kept for five minutes. */
  readonly cacheWrite1hTokens?: number;
  /** Of `inputTokens`. */
  readonly inputAudioTokens?: number;
  readonly inputImageTokens?: number;
  /** Of `cacheReadTokens`. */
  readonly cacheReadAudioTokens?: number;
  /** Of `outputTokens`. */
  readonly outputAudioTokens?: number;
  readonly outputImageTokens?: number;
  /** Calls of the provider's own web search. No tokens. */
  readonly webSearches?: number;
  /** By which the provider says that it served, where that is not its ordinary one: `flex`, `priority`, `batch`. */
  readonly serviceTier?: string;
}

/** Disjoint token classes, so that rating is a sum of products and nobody subtracts twice. `reasoningTokens` are not part of `outputTokens`. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly basis: "reported" | "estimated";
  readonly parts?: UsageParts;
}

/** Every class and part for itself: nothing is in two of them, and the tokens add up to the five totals. `webSearch` counts calls. */
export interface UsageClasses {
  readonly input: number; readonly inputAudio: number; readonly inputImage: number; readonly cacheRead: number; readonly cacheReadAudio: number;
  readonly cacheWrite: number; readonly cacheWrite1h: number; readonly output: number; readonly outputAudio: number; readonly outputImage: number; readonly reasoning: number; readonly webSearch: number;
}

/** A part is never more than what it is a part of, whatever a provider says. */
export function usageClasses({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens, parts = {} }: TokenUsage): UsageClasses {
  const inputAudio = Math.min(parts.inputAudioTokens ?? 0, inputTokens);
  const inputImage = Math.min(parts.inputImageTokens ?? 0, inputTokens - inputAudio);
  const cacheReadAudio = Math.min(parts.cacheReadAudioTokens ?? 0, cacheReadTokens);
  const cacheWrite1h = Math.min(parts.cacheWrite1hTokens ?? 0, cacheWriteTokens);
  const outputAudio = Math.min(parts.outputAudioTokens ?? 0, outputTokens);
  const outputImage = Math.min(parts.outputImageTokens ?? 0, outputTokens - outputAudio);
  return {
    input: inputTokens - inputAudio - inputImage, inputAudio, inputImage, cacheRead: cacheReadTokens - cacheReadAudio, cacheReadAudio, cacheWrite: cacheWriteTokens - cacheWrite1h, cacheWrite1h,
    output: outputTokens - outputAudio - outputImage, outputAudio, outputImage, reasoning: reasoningTokens, webSearch: parts.webSearches ?? 0,
  };
}

const PART_NAMES = {
  cacheWrite1hTokens: "cache_write_1h_tokens", inputAudioTokens: "input_audio_tokens", inputImageTokens: "input_image_tokens", cacheReadAudioTokens: "cache_read_audio_tokens",
  outputAudioTokens: "output_audio_tokens", outputImageTokens: "output_image_tokens", webSearches: "web_searches", serviceTier: "service_tier",
} as const satisfies Record<keyof UsageParts, string>;

/** The parts as receipts and `usage.cost_details` name them. */
export function describeUsageParts(parts: UsageParts): Readonly<Record<string, number | string>> {
  const described: Record<string, number | string> = {};
  for (const [name, label] of Object.entries(PART_NAMES)) {
    const value = parts[name as keyof UsageParts];
    if (value !== undefined) described[label] = value;
  }
  return described;
}

export const ZERO_USAGE: TokenUsage = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0, basis: "reported" };

export type BookMode = "live" | "test";
export const INBOUND_APIS = ["chat_completions", "messages", "responses", "embeddings", "completions"] as const;
export type InboundApi = (typeof INBOUND_APIS)[number];
/** `ok`: first attempt served; `rescued`: a later one did; `failed`: the caller got an error; `cancelled`: the caller left; `partial`: content was delivered and then the stream broke. */
export type GenerationStatus = "ok" | "rescued" | "failed" | "cancelled" | "partial";

/** One try at one provider. Two books: `costNanoUsd` is what the provider bills us for this attempt. */
export interface AttemptRecord {
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  readonly upstreamModel: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly timeToFirstTokenMs: number | null;
  readonly status: number | null;
  /** null when the attempt won. */
  readonly failureClass: import("./failure.ts").FailureClass | null;
  readonly message: string | null;
  readonly usage: TokenUsage;
  readonly priceVersionId: string | null;
  readonly costNanoUsd: string;
  /** It went on from the text that the attempt before it had delivered when its stream broke. */
  readonly continues?: true;
  /** `failed`: a failover drill made it fail, nothing was sent and the provider is not to blame. `spared`: nobody else was left, so it went ahead; without the drill's mercy the request had been refused. */
  readonly drill?: "failed" | "spared";
  /** The organization's own credential that was used: then it, not we, is billed. Absent: the platform's. */
  readonly credentialId?: string;
}

/**
 * The billable fact of one request. Identity is derived: `id` is the request id, so every replay of the same event is
 * harmless. JSON-safe (bigints as decimal strings) because it travels through spool lines and job payloads.
 * Carries no prompt, no completion and no secret.
 */
export interface UsageEvent {
  readonly schema: 1;
  readonly id: string;
  readonly mode: BookMode;
  readonly organizationId: string;
  readonly projectId: string;
  readonly apiKeyId: string;
  readonly createdAtMs: number;
  readonly inboundApi: InboundApi;
  readonly streaming: boolean;
  readonly requestedModel: string;
  readonly presetSlug: string | null;
  readonly presetVersion: number | null;
  readonly status: GenerationStatus;
  readonly httpStatus: number;
  readonly errorCode: string | null;
  /** What the caller asked to see fixed: the sentence of the error, never input text. */
  readonly errorMessage: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly finishReason: string | null;
  readonly durationMs: number;
  readonly timeToFirstTokenMs: number | null;
  readonly usage: TokenUsage;
  readonly priceVersionId: string | null;
  /** What the customer pays. In test mode: what it would have cost; never posted to the ledger. */
  readonly chargeNanoUsd: string;
  /** The organization's own credential that served; absent: the platform's. */
  readonly credentialId?: string;
  /** What the provider bills the organization itself for the answer, at list price; never part of the charge. */
  readonly ownSpendNanoUsd?: string;
  /** The plan's fee on what own credentials served, part of the charge; absent: none. */
  readonly ownKeyFeeNanoUsd?: string;
  readonly attempts: readonly AttemptRecord[];
  readonly losses: readonly string[];
  readonly endUser: string | null;
  readonly sessionId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** The routing decision as `/v1/route/explain` shows it. */
  readonly decision: unknown;
}
