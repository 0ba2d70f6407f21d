import type { RegionsOf } from "./access-objection.ts";
import type { AccessRule, CatalogSnapshot, FailureClass, Need, PresetTarget, PriceVersion, PublishedPreset } from "@trunkline/contracts";

export type CircuitState = "closed" | "open" | "half_open";

/** `provider` preferences as OpenRouter defines them (https://openrouter.ai/docs/guides/routing/provider-selection). Prices in USD per million tokens. */
export interface ProviderPreferences {
  readonly order?: readonly string[];
  readonly only?: readonly string[];
  readonly ignore?: readonly string[];
  readonly sort?: "price" | "latency" | "throughput";
  readonly allowFallbacks?: boolean;
  readonly requireParameters?: boolean;
  /** `deny`: no provider that may train on the data. */
  readonly dataCollection?: "allow" | "deny";
  /** No provider that keeps the data beyond the answer. */
  readonly zeroRetention?: boolean;
  readonly maxPrice?: { readonly prompt?: number; readonly completion?: number };
}

/** What the classifier makes of a request: its class and the features that speak for it, strongest first. */
export interface TaskGuess { readonly task: string; readonly confidence: number; readonly evidence: readonly string[] }

/** The plan that an organization keeps for its end user. `unlisted`: it keeps none for them; `unavailable`: the store did not say in time, and no rule that asks can match. */
export interface UserPlan { readonly label: string | null; readonly source: "stored" | "unlisted" | "no_end_user" | "unavailable" }

/** Where a session was served last, and the share of its input that came from the provider's prompt cache there. */
export interface StickyPlace { readonly provider: string; readonly model: string; readonly cachedShare: number }

/** The share of a prompt that is likely read from the provider's cache, and by what that was seen: the session itself, or traffic like it. */
export interface CachedShare { readonly share: number; readonly seenIn: "session" | "traffic" }

/** All that planning may know of a request. Facts, no content. */
export interface RequestFacts {
  /** Models in the caller's order, as resolved ids (`author/slug`); empty means `auto`: the preset decides. */
  readonly models: readonly string[];
  /** Likely count: `estimateTokens(bytes)` of the catalogue. The upper bound for reservations is derived from it. */
  readonly inputTokens: number;
  /** Upper bound of the input, where it is known better than as a multiple of the likely count. */
  readonly inputTokensMax?: number;
  /** The body asks for cache writes that are kept an hour, which cost more. Absent: it does not. */
  readonly cachesForAnHour?: boolean;
  /** The service tier that the body asks for, where that is not the provider's ordinary one. */
  readonly serviceTier?: string | undefined;
  /** null: the caller set none. */
  readonly maxOutputTokens: number | null;
  /** The wire's `n`: answers asked for at once; 1 when absent. Each may use the whole output bound. */
  readonly answers?: number;
  readonly needs: readonly Need[];
  /** The caller's label. */
  readonly task: string | null;
  /** Asked at most once, and only where a rule asks for the task of a request without a label. */
  readonly inferTask?: (() => TaskGuess | null) | undefined;
  readonly keyId?: string;
  readonly projectId?: string;
  readonly endUser?: string | null;
  /** Looked up only where a rule asks. */
  readonly userPlan?: UserPlan | undefined;
  readonly sessionId?: string | null;
  readonly sticky?: StickyPlace | null;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the tightest budget; needed only where a rule asks. null: there is no budget. */
  readonly budgetUsedPercent?: number | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly preferences: ProviderPreferences;
  readonly maxCostNanoUsd: bigint | null;
  readonly deadlineMs: number | null;
  /** `routing.fallbacks: false` or `provider.allow_fallbacks: false`. */
  readonly fallbacks: boolean;
}

export interface HealthSnapshot {
  circuit(provider: string, model: string): CircuitState;
  /** Decayed p50 of time to first token; null when unknown. */
  timeToFirstTokenMs(provider: string, model: string): number | null;
  tokensPerSecond(provider: string, model: string): number | null;
  timeToFirstTokenP95Ms?(provider: string, model: string): number | null;
  /** Requests under way as a share of what the provider bears; 0 when unknown. */
  busyShare?(provider: string): number;
}

export type LossesOf = (target: { readonly provider: string; readonly model: string; readonly upstreamModel: string; readonly maxOutputTokens: number }) => readonly string[];

export interface PlanInput {
  readonly facts: RequestFacts;
  /** null: no preset named and models given. */
  readonly preset: PublishedPreset | null;
  readonly catalog: CatalogSnapshot;
  readonly health: HealthSnapshot;
  /** Providers with a usable credential for this caller. */
  readonly availableProviders: ReadonlySet<string>;
  readonly nowMs: number;
  /** What a candidate may not lose of this request but would, in the words of its adapter; absent where nothing can be lost. */
  readonly losses?: LossesOf | undefined;
  /** What key and project let serve; absent where they restrict nothing. */
  readonly access?: readonly AccessRule[] | undefined;
  /** Where the addresses of this caller's credentials process a request; needed only where a rule of `access` names regions. */
  readonly regionsOf?: RegionsOf | undefined;
  /** The share of its input that traffic like this read from the cache there of late; 0 where nothing is known. Absent: nothing is known anywhere. */
  readonly cachedShareOf?: ((provider: string, model: string) => number) | undefined;
  /** Uniform in [0, 1): the only randomness of a plan. */
  readonly random: number;
}

export interface Candidate {
  readonly provider: string;
  readonly model: string;
  readonly upstreamModel: string;
  /** What the model holds: input and output together. */
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly price: PriceVersion;
  /** Taken into the likely cost; null: none. */
  readonly cached?: CachedShare | null;
  /** Likely cost; for display and sorting. */
  readonly estimatedCostNanoUsd: bigint;
  /** Upper bound: what is reserved before the attempt. */
  readonly maxCostNanoUsd: bigint;
  readonly circuit: CircuitState;
  readonly scores: Readonly<Record<string, number>>;
  /** Tried only because every circuit is open. */
  readonly lastResort: boolean;
  /** A credential of the caller's own organization; absent: the platform's. `circuit` is the name under which its health is kept; the fee is the plan's, of the list price. */
  readonly credential?: { readonly id: string; readonly label: string; readonly circuit: string; readonly feeBasisPoints?: number };
  /** The classes of failure after which alone it is tried; null: an ordinary candidate. */
  readonly after: readonly FailureClass[] | null;
  /** Time to first content that the preset grants; null: the gateway's. */
  readonly timeoutMs: number | null;
  /** Parameters that the preset puts in the place of the caller's. */
  readonly overrides: NonNullable<PresetTarget["overrides"]> | null;
}

export interface RejectedCandidate { readonly provider: string; readonly model: string; readonly filter: string; readonly reason: string }

export interface RoutePlan {
  readonly presetSlug: string | null;
  readonly presetVersion: number | null;
  readonly rule: string | null;
  /** The class the rules were matched by, and where it came from. */
  readonly task: (TaskGuess & { readonly source: "caller" | "inferred" }) | null;
  /** Absent where no rule asked. */
  readonly userPlan?: UserPlan | undefined;
  readonly strategy: string;
  /** In the order of attempts. */
  readonly candidates: readonly Candidate[];
  readonly rejected: readonly RejectedCandidate[];
  readonly maxAttempts: number;
  readonly deadlineMs: number;
  /** After so long without an answer of the first candidate another is asked too; null: never. */
  readonly hedgeAfterMs: number | null;
  /** A broken stream of text may go on at another candidate. */
  readonly continues: boolean;
}
