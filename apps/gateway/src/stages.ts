import type { ServerResponse } from "node:http";
import type { AttemptRecord, BookMode, GatewayError, LossPolicy, Need, Spend, TokenUsage } from "@trunkline/contracts";
import type { ApiKeyRecord } from "@trunkline/db/gateway";
import type { Call, Relayed } from "@trunkline/providers";
import type { Candidate, ProviderPreferences, RoutePlan } from "@trunkline/router-core";

/** What the stages use of the connection on which an answer goes out. */
export interface CallerResponse {
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  /** Names and values in turn. */
  writeHead(status: number, headers: string[]): unknown;
  /** False asks for a pause until `drain`. */
  write(bytes: string | Uint8Array): boolean;
  end(bytes?: string | Uint8Array): unknown;
  destroy(): unknown;
  on(event: "drain", listener: () => void): unknown;
  off(event: "drain", listener: () => void): unknown;
}

/** The caller's side of one request: its connection, its headers and whether anybody still listens. */
export interface Exchange {
  readonly requestId: string;
  readonly receivedAtMs: number;
  /** Lower-case names; repeated headers joined as node does. */
  readonly headers: Readonly<Record<string, string>>;
  readonly response: CallerResponse;
  /** Headers that every answer to this request carries, names and values in turn. Stages add to them before anything is written. */
  readonly answerHeaders: string[];
  readonly callerGone: boolean;
  /** Fires once when the connection closes before the answer has ended; at once when that has happened already. */
  onCallerGone(listener: () => void): void;
}

/** With the connection itself behind it. */
export interface ConnectedExchange extends Exchange {
  readonly response: ServerResponse;
}

/** What a model name of the caller asks for. */
export interface ModelChoice {
  /** Names in the caller's order, unresolved; empty means that the preset decides. */
  readonly names: readonly string[];
  readonly preset: { readonly slug: string; readonly version: number | null } | null;
}

/** All that later stages may know of the body. Facts, no content. */
export interface InboundFacts {
  readonly requestedModel: string;
  readonly choice: ModelChoice;
  /** Likely input tokens. */
  readonly inputTokens: number;
  /** Upper bound of the input tokens. */
  readonly inputTokensMax: number;
  /** Per answer; null: the caller set none. */
  readonly maxOutputTokens: number | null;
  /** The wire's `n`. */
  readonly answers: number;
  readonly needs: readonly Need[];
  readonly task: string | null;
  readonly preferences: ProviderPreferences;
  readonly maxCostNanoUsd: bigint | null;
  readonly deadlineMs: number | null;
  readonly fallbacks: boolean;
  /** null: the caller said nothing, and the preset decides. */
  readonly losses: LossPolicy | null;
  readonly explain: boolean;
  readonly endUser: string | null;
  readonly sessionId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Inbound {
  readonly exchange: Exchange;
  readonly call: Call;
  readonly facts: InboundFacts;
}

export interface AuthenticatedCall extends Inbound {
  readonly key: ApiKeyRecord;
  readonly mode: BookMode;
}

/** The request's hold on every budget that binds its key. Without budgets no method does any I/O. */
export interface Reservation {
  /** Counters' keys, so that an interrupted process can settle after its restart. */
  readonly lineKeys: readonly string[];
  /** Largest charge covered so far. */
  readonly heldNanoUsd: bigint;
  /** Raises the hold to `most` where it is lower, on the budgets that bind a candidate of this model and preset. Throws GatewayError tenant.budget_exceeded or gateway.dependency_unavailable. */
  cover(most: Spend, model: string, presetSlug: string | null): Promise<void>;
  /** Replaces the hold by what was spent. Never rejects; retries behind the answer. Called at most once. `tokens`: used, where that is known. */
  settle(spent: Spend, tokens?: number): void;
  /** The call has ended: gives a hold back that was not settled, and its place among calls at a time. Never rejects. */
  release(): void;
}

export interface AdmittedCall extends AuthenticatedCall {
  readonly reservation: Reservation;
}

export interface RoutedCall extends AdmittedCall {
  readonly plan: RoutePlan;
  /** Grows with every attempt, failed or won. */
  readonly attempts: AttemptRecord[];
  /** The decision as `/v1/route/explain` shows it. */
  explain(): Readonly<Record<string, unknown>>;
}

/** `cut`: it used up what was reserved for it, and the gateway ended it as an answer that reached its length. */
export type StreamEnding = "complete" | "upstream_lost" | "caller_left" | "deadline" | "cut";

/** Caller-ready bytes of a committed stream. Everything that came before `start` is kept and delivered first. */
export interface UpstreamStream {
  /** Bytes of caller-visible text so far. */
  readonly contentBytes: number;
  start(sink: StreamSink): void;
  /** After `write` answered false. */
  resume(): void;
  /** Closes the upstream connection; `ended` follows at once. */
  abort(): void;
  /** Known at the end: the attempt that went on where the first had broken off. */
  readonly continuedAs?: WonAttempt | null;
  /** The same, and the caller's answer ends as a whole one; nothing where it has ended already. `seen`: used so far, where the upstream has not said. */
  cut(seen: TokenUsage): void;
}
export interface StreamSink {
  /** False asks for a pause. */
  write(bytes: Uint8Array): boolean;
  /** Once, last. `relayed.bytes` is still to be written. */
  ended(how: StreamEnding, relayed: Relayed): void;
}

export interface WonAttempt {
  readonly routed: RoutedCall;
  readonly candidate: Candidate;
  /** From 1. */
  readonly attempt: number;
  readonly startedAtMs: number;
  readonly timeToFirstTokenMs: number;
  readonly losses: readonly string[];
  /** What was delivered by another before its stream broke; this attempt went on from there, and the caller pays for both. */
  readonly continues?: { readonly first: WonAttempt; readonly usage: TokenUsage; readonly chargeNanoUsd: bigint };
  readonly answer:
    | { readonly kind: "body"; readonly relayed: Relayed }
    | { readonly kind: "stream"; readonly stream: UpstreamStream };
}

/** All but the last bytes have left; `finish` sends those, after the usage is on the spool. */
export interface DeliveredResponse {
  readonly won: WonAttempt;
  readonly how: StreamEnding;
  readonly observation: Relayed["observation"];
  readonly endedAtMs: number;
  finish(): void;
}

export interface Metering {
  /** A stream is about to deliver its first byte; after this a kill leaves a trace. */
  open(won: WonAttempt): Promise<void>;
  /** About `outputTokens` have been delivered so far. */
  progress(won: WonAttempt, outputTokens: number): void;
  /** Puts the usage event on the spool and settles the reservation. */
  settle(delivered: DeliveredResponse): Promise<void>;
  /** Keeps the receipt of a request that got an error. Charges nothing. */
  failed(call: AuthenticatedCall | RoutedCall, error: GatewayError): Promise<void>;
}

/** A stage that has to wait for nothing answers at once: a promise costs the hot path more than most decisions. It may throw or reject. */
export type Soon<Value> = Value | Promise<Value>;

/** Every stage once, in the order of `pipeline.ts`. */
export interface Stages {
  authenticate(inbound: Inbound): Soon<AuthenticatedCall>;
  admit(call: AuthenticatedCall): Soon<AdmittedCall>;
  plan(call: AdmittedCall): Soon<RoutedCall>;
  attempt(call: RoutedCall): Promise<WonAttempt>;
  respond(won: WonAttempt, onProgress: (outputTokens: number) => void): Soon<DeliveredResponse>;
  /** Keeps the caller's connection alive while nothing has come from upstream; commits to nothing. Returns the stop. */
  keepAlive(inbound: Inbound): () => void;
  readonly meter: Metering;
}

/** The caller left before an answer existed: nothing can be written and nobody is to blame. */
export class CallerLeft extends Error {
  override readonly name = "CallerLeft";
}
