export type Modality = "text" | "image" | "audio" | "pdf";
export type Tier = "frontier" | "mid" | "fast" | "specialised";
export type DialectName = "openai" | "anthropic" | "gemini" | "bedrock" | "cohere" | "replicate";

/** A model as the caller names it. `id` is `author/slug`. */
export interface CatalogModel {
  readonly id: string;
  readonly name: string;
  readonly author: string;
  /** Seconds since the epoch; 0 where no release date is known. */
  readonly createdAt: number;
  readonly contextTokens: number;
  /** 0 for embeddings. */
  readonly maxOutputTokens: number;
  /** What it answers with; absent: text. */
  readonly kind?: "chat" | "embedding";
  readonly inputModalities: readonly Modality[];
  readonly tools: boolean;
  readonly jsonSchema: boolean;
  readonly reasoning: boolean;
  readonly tier: Tier;
  readonly description: string;
}

/** Who serves a model: (provider, upstreamModel) for one model. Several providers may serve the same model. */
export interface CatalogEndpoint {
  readonly provider: string;
  readonly model: string;
  readonly upstreamModel: string;
}

/** Prices of parts of the classes (`UsageParts`). Absent: the part costs what its class costs, and a web search nothing. */
export interface PartPrices {
  readonly cacheWrite1hNanoUsdPerMillion?: bigint;
  readonly inputAudioNanoUsdPerMillion?: bigint;
  readonly inputImageNanoUsdPerMillion?: bigint;
  readonly cacheReadAudioNanoUsdPerMillion?: bigint;
  readonly outputAudioNanoUsdPerMillion?: bigint;
  readonly outputImageNanoUsdPerMillion?: bigint;
  /** Per thousand calls. */
  readonly webSearchNanoUsdPerThousand?: bigint;
}
export const PART_PRICES = [
  "cacheWrite1hNanoUsdPerMillion", "inputAudioNanoUsdPerMillion", "inputImageNanoUsdPerMillion", "cacheReadAudioNanoUsdPerMillion", "outputAudioNanoUsdPerMillion", "outputImageNanoUsdPerMillion", "webSearchNanoUsdPerThousand",
] as const satisfies readonly (keyof PartPrices)[];

/** Nano-USD per million tokens, as decimal text where JSON carries them. */
export interface TokenPrices {
  readonly inputNanoUsdPerMillion: bigint;
  readonly cacheReadNanoUsdPerMillion: bigint;
  readonly cacheWriteNanoUsdPerMillion: bigint;
  readonly outputNanoUsdPerMillion: bigint;
  readonly parts?: PartPrices;
}

/** Prices between two minutes of the day, UTC; `toMinute` is not part of it, and may lie before `fromMinute`: across midnight. */
export interface PriceHours extends TokenPrices { readonly fromMinute: number; readonly toMinute: number }

/** What the whole request costs once its prompt, cached parts included, is longer than `aboveInputTokens`. */
export interface PriceStep extends TokenPrices { readonly aboveInputTokens: number }

/** The prices of one (provider, model) from one moment to another. */
export interface PriceVersion extends TokenPrices {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly effectiveFromMs: number;
  /** null while current. */
  readonly effectiveToMs: number | null;
  /** For long prompts, shortest first; absent where length does not matter. */
  readonly steps?: readonly PriceStep[];
  /** In place of the prices above while they last; absent where the time of day does not matter. */
  readonly hours?: readonly PriceHours[];
  /** What an answer of another service tier costs in thousandths of the ordinary tokens' price; a tier that is absent costs the ordinary. */
  readonly tierPerMille?: Readonly<Record<string, number>>;
  readonly source: string;
}

/** Immutable; swapped whole. */
export interface CatalogSnapshot {
  readonly models: ReadonlyMap<string, CatalogModel>;
  readonly endpointsByModel: ReadonlyMap<string, readonly CatalogEndpoint[]>;
  /** Key `provider model`; versions sorted by effectiveFromMs. */
  readonly prices: ReadonlyMap<string, readonly PriceVersion[]>;
}

export const priceKey = (provider: string, model: string): string => `${provider} ${model}`;
