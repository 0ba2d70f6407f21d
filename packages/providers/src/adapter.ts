import type { DialectName, Failure, InboundApi, TokenUsage } from "@trunkline/contracts";
import type { ChatRequest } from "@trunkline/protocol";

/** The caller's request: bytes first, meaning on demand. Shared by every attempt; never mutated. */
export interface Call {
  /** The inbound body as received. */
  readonly raw: Uint8Array;
  readonly inbound: InboundApi;
  readonly stream: boolean;
  /** The caller asked for the OpenAI usage chunk (`stream_options.include_usage`). Always true for every other API. */
  readonly wantsUsageChunk: boolean;
  /** The inbound body parsed once (JSON object). */
  readonly body: Readonly<Record<string, unknown>>;
  /** The hub form (Chat Completions), memoised; a pass-through never calls it. Throws GatewayError(caller.invalid_request). */
  hub(): ChatRequest;
  /** What the hub form leaves behind of the caller's own wire; absent: nothing. */
  hubLosses?(): readonly string[];
  /** Gateway-made id for translated answers, e.g. `req_…`. */
  readonly requestId: string;
  /** Unix seconds for `created` of translated answers. */
  readonly createdAtSeconds: number;
  /** `anthropic-version` and `anthropic-beta` as the caller sent them (lower-case names); forwarded byte for byte where the wire passes through. */
  readonly inboundHeaders?: Readonly<Record<string, string>>;
}

/** One candidate of the plan. It carries no secret: `authorize` is applied afterwards. */
export interface Target {
  readonly provider: string;
  /** `author/model` as the catalogue names it. */
  readonly model: string;
  readonly upstreamModel: string;
  readonly baseUrl: string;
  readonly maxOutputTokens: number;
}

export interface UpstreamRequest {
  readonly method: "POST";
  /** Absolute URL: the target's base URL with the dialect's path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Every parameter dropped, renamed, clamped or emulated: `dropped:logit_bias`, `emulated:response_format`. */
  readonly losses: readonly string[];
}

/** What became of one response; complete only when the response has ended. */
export interface Observation {
  /** null when the upstream reported none. */
  readonly usage: TokenUsage | null;
  /** Bytes of caller-visible text seen, from which a missing usage is estimated. */
  readonly contentBytes: number;
  readonly finishReason: "stop" | "length" | "tool_calls" | "content_filter" | null;
  readonly failure: Failure | null;
  /** A stream is complete when its finish was seen; `[DONE]` alone may be missing. */
  readonly complete: boolean;
  /** Of the next event, where the caller's wire numbers its events: an error event must go on counting. */
  readonly sequence?: number;
}

export interface Relayed {
  /** In the caller's wire. */
  readonly bytes: Uint8Array;
  readonly observation: Observation;
}

/** Cost as spliced into the answer; called once usage is known. Returns JSON fragments to add. */
export interface AnswerExtras {
  readonly provider: string;
  /** Adds `usage.is_test`. */
  readonly isTest?: boolean;
  /** USD, as JSON number. */
  cost(usage: TokenUsage): number;
  /** What is billed where the provider tells no usage, by the bytes of text that were delivered; so the caller is told the same. Absent: nothing is told. */
  guess?(contentBytes: number): TokenUsage;
  /** Instead of the one sum that `usage.cost_details` has otherwise. */
  costDetails?(usage: TokenUsage): Readonly<Record<string, number>>;
  /** Whole `trunkline` object when `routing.explain` was asked for, else null. Called once, at the end. */
  explain(): unknown;
}

/** Upstream bytes in, caller's bytes out. One per response, synchronous; holds at most one frame plus a bounded tail. */
export interface StreamRelay {
  /** False until caller-visible content, a tool delta or a finish reason other than an ordinary end exists; until then the gateway may fall back. */
  readonly committed: boolean;
  /** Bytes of caller-visible text so far. */
  readonly contentBytes: number;
  /** Set at once when a 200 response turns out to carry an error. */
  readonly failure: Failure | null;
  /** May return the very array it was given (zero copy). Bytes returned before `committed` are held by the gateway. */
  push(bytes: Uint8Array): Uint8Array;
  /**
   * Called once. `bytes` is what still has to go out, terminator included when the response is complete. `cut`: the gateway ends the answer
   * here, in the caller's wire as one that reached its length; `seen` is what it has used so far, where the upstream has not said.
   */
  end(how: "complete" | "upstream_lost" | "caller_left" | "deadline" | "cut", seen?: TokenUsage): Relayed;
}

export type UpstreamFailure =
  | { readonly at: "response"; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array; readonly nowMs: number }
  | { readonly at: "transport"; readonly phase: "connect" | "headers" | "body"; readonly timeout: boolean; readonly message: string };

/** One more request of an attempt. Its credential is that of the first, and goes to the origin first asked alone. */
export interface FollowUp {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** To wait before it. */
  readonly afterMs: number;
}

/** What a provider's first answer leads to, where that is a job and not yet the answer. */
export interface Job {
  /** Whose body or stream is the answer; `again`: it may lead to one more. Null: what came is the answer itself. */
  readonly next: (FollowUp & { readonly again: boolean }) | null;
  /** Ends the job, and its bill, when nobody waits for it any more. */
  readonly cancel: FollowUp | null;
  /** Whose body is handed to the stream's relay as the event `receipt` once the stream has ended: the usage that the stream leaves out. */
  readonly receipt: FollowUp | null;
}

/** The whole contract between the gateway and a provider. No method performs I/O. */
export interface ProviderAdapter {
  readonly dialect: DialectName;
  prepare(call: Call, target: Target): UpstreamRequest;
  /** `observation.failure` is set for a 200 that is empty, malformed or carries an error: then the attempt failed. */
  relayBody(call: Call, upstream: Uint8Array, extras: AnswerExtras): Relayed;
  relayStream(call: Call, target: Target, extras: AnswerExtras): StreamRelay;
  classify(failure: UpstreamFailure): Failure;
  /** Only where the first answer is a job: reads that answer, and says what to ask next. Absent: the first answer is the answer. */
  readonly follow?: (call: Call, target: Target, answer: Uint8Array) => Job;
}

export interface Profile {
  readonly id: string;
  readonly name: string;
  readonly dialect: DialectName;
  readonly baseUrl: string;
  /** Environment prefix: `OPENAI` → OPENAI_API_KEY, OPENAI_BASE_URL. */
  readonly env: string;
  /** `google`: an access token, minted from a service account. `sigv4`: a signature over the request, or an API key as `bearer`. */
  readonly authorize: "bearer" | "x-api-key" | "x-goog-api-key" | "api-key" | "google" | "sigv4";
  /** Hosts models that continue text, on the legacy Completions wire. */
  readonly completions?: true;
  /** Its embeddings come as base64 where that is asked for; elsewhere the gateway encodes them. */
  readonly base64Embeddings?: true;
  /** Serves OpenAI's Responses API beside Chat Completions, below the same base URL; on Azure, where that is the versionless surface. */
  readonly responses?: true;
  /** The cloud that serves this dialect under addresses of its own; absent: the dialect's own addresses. */
  readonly hosting?: "azure" | "vertex" | "bedrock";
  /** Serves without a credential too: an empty secret then sends no header. */
  readonly keyless?: true;
  /** Every operator has an address of their own: `baseUrl` shows only its form, and the provider can be used once the environment names one. */
  readonly baseUrlIsExample?: true;
  /**
   * A stream whose connection is closed is generated and billed to its end all the same (https://openrouter.ai/docs/api-reference/streaming, "Provider Support" of cancellation,
   * read 2026-11, lists who stops and who does not; who is in neither list is taken to stop).
   */
  readonly billsAfterCancel?: true;
  /** Top-level request fields that this upstream refuses; removed and reported as losses. */
  readonly omits?: readonly string[];
  /** Top-level request fields that bear another name here: OpenAI's name → this upstream's. */
  readonly renames?: Readonly<Record<string, string>>;
  /** The page the wire facts come from. */
  readonly source: string;
}
