/**
 * A gateway without sockets, database or wall clock: the pipeline and every stage behind authentication are the ones that serve, with the real
 * adapters. What stands in for the outside: the providers (`market-upstream.ts`), a disk that confirms at once, and callers that read everything.
 */
import type { CatalogSnapshot, PublishedPreset, UsageEvent } from "@trunkline/contracts";
import { PROVIDERS } from "@trunkline/providers";
import { CircuitBook, RetryBudget, uniformOf } from "@trunkline/router-core";
import type { Dispatcher } from "undici";
import { createAttempt } from "../../src/attempt/attempt.ts";
import { createCredentials } from "../../src/attempt/credentials.ts";
import { readChatCompletions } from "../../src/ingress/chat-completions.ts";
import { createMeter } from "../../src/meter/meter.ts";
import { serve } from "../../src/pipeline.ts";
import { observeHealth } from "../../src/plan/observe-health.ts";
import { createPlan } from "../../src/plan/plan.ts";
import { CacheRates } from "../../src/plan/cache-rates.ts";
import { SessionPlaces } from "../../src/plan/session-places.ts";
import { createRespond } from "../../src/respond/respond.ts";
import { CallerLeft, type AuthenticatedCall, type CallerResponse, type Exchange, type Inbound, type Stages } from "../../src/stages.ts";
import type { Request } from "./market-world.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** The gateway's defaults. */
const TIMEOUTS = { firstTokenMs: 20_000, plainMs: 60_000, idleMs: 60_000 };
const OUTPUT_TOKENS_MAX = 4_000;

export interface Choice { readonly preset: PublishedPreset | null; readonly model: string | null; readonly provider?: string }

export interface MarketGatewayOptions {
  readonly seed: string;
  readonly catalog: CatalogSnapshot;
  readonly choice: Choice;
  readonly clock: VirtualClock;
  readonly upstream: Pick<Dispatcher, "dispatch">;
  readonly onEvent: (event: UsageEvent) => void;
}

const KEY: AuthenticatedCall["key"] = {
  id: "key_market", keyId: "market", kind: "test", name: "market", hash: new Uint8Array(), pepperVersion: 1, organizationId: "org_market", projectId: "prj_market", rpmLimit: null, organizationRpmLimit: null,
  browserOrigins: [], suspended: false, expiresAtMs: null, revokedAtMs: null, budgets: [], responseRetentionDays: 0, credentials: [],
};
const UNBOUNDED = { lineKeys: [], heldNanoUsd: 0n, cover: () => Promise.resolve(), settle: () => undefined, release: () => undefined };

/** Reads everything at once and stays to the end. */
class PatientCaller implements CallerResponse {
  headersSent = false;
  destroyed = false;
  writableEnded = false;
  writeHead(): void { this.headersSent = true; }
  write(): boolean { return true; }
  end(): void { this.writableEnded = true; }
  destroy(): void { this.destroyed = true; }
  on(): void { /* never drains, because it never fills */ }
  off(): void { /* see above */ }
}

/** Answers how one request is served; what becomes of it is said by `onEvent`. */
export function createMarketGateway(options: MarketGatewayOptions): (id: string, request: Request) => Promise<void> {
  const stages = marketStages(options);
  return (id, request) => serve(inboundOf(id, request, options), stages).catch((error: unknown) => { if (error instanceof CallerLeft || !(error instanceof Error) || error.name !== "GatewayError") throw error; });
}

function marketStages({ seed, catalog, choice, clock, upstream, onEvent }: MarketGatewayOptions): Stages {
  const now = (): number => clock.nowMs;
  let draws = 0;
  const random = (what: string) => (): number => uniformOf(`${draws++}`, `${seed}/${what}`);
  const state = { circuits: new CircuitBook({ jitter: random("jitter") }), retries: new RetryBudget() };
  const states = { of: () => state };
  const unauthorized = { headers: () => ({}) };
  const credentials = createCredentials({ simulatorUrl: "http://market", platform: new Map(), authorization: unauthorized });
  const pool = { dispatcher: upstream as Dispatcher, waiting: 0 };
  const place = { segment: "", offset: 0, length: 0 };
  return {
    authenticate: (inbound) => ({ ...inbound, key: KEY, mode: "test" }),
    admit: (call) => ({ ...call, reservation: UNBOUNDED }),
    plan: createPlan({
      own: { find: () => null }, catalog: { snapshot: catalog }, presets: { find: () => choice.preset ? Promise.resolve(choice.preset) : Promise.reject(new Error("no preset")) }, states,
      available: { live: new Set(), test: new Set(PROVIDERS.keys()) }, addressOf: credentials.addressOf, sessions: new SessionPlaces(), cacheRates: new CacheRates(), budgetUse: { percentOf: () => Promise.resolve(null) }, userPlans: { find: () => ({ label: null, source: "no_end_user" }) }, now, random: random("plan"),
    }),
    attempt: createAttempt({ pools: { find: () => pool }, guardedPools: { find: () => pool }, own: { find: () => null }, credentials, ownAuthorization: unauthorized, states, timeouts: TIMEOUTS, now }),
    respond: createRespond(now),
    keepAlive: () => () => undefined,
    meter: createMeter({ spool: { append: () => Promise.resolve(place) }, shipper: { enqueue: () => undefined }, now, storeEpoch: () => null, onEvent: (event) => { observeHealth(event, state.circuits); onEvent(event); } }),
  };
}

function inboundOf(id: string, request: Request, { choice, clock }: MarketGatewayOptions): Inbound {
  const { model, preset, provider } = choice;
  const body = {
    model: model ?? `@preset/${preset?.slug ?? ""}`, stream: true, stream_options: { include_usage: true }, max_tokens: OUTPUT_TOKENS_MAX, messages: [{ role: "user", content: request.prompt }],
    ...(provider === undefined ? {} : { provider: { only: [provider], allow_fallbacks: false } }),
  };
  const exchange: Exchange = { requestId: id, receivedAtMs: clock.nowMs, headers: {}, response: new PatientCaller(), answerHeaders: [], callerGone: false, onCallerGone: () => undefined };
  const inbound = readChatCompletions(exchange, { raw: Buffer.from(JSON.stringify(body)), body });
  // The prompts are short, so that the classifier's work is real; their size is the one that the world draws.
  return { ...inbound, facts: { ...inbound.facts, inputTokens: request.inputTokens, inputTokensMax: request.inputTokens * 2, fallbacks: model === null } };
}
