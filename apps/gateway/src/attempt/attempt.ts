import { GatewayError, spendSum, usdFromNano, ZERO_USAGE, type AttemptRecord, type Failure, type TokenUsage } from "@trunkline/contracts";
import { adapterFor, continuing, forOpenRouterSdk, isOpenRouterSdk, type AnswerExtras, type Call, type Observation, type ProviderAdapter, type Target, type UpstreamRequest } from "@trunkline/providers";
import { CandidateWalk, type Candidate, type CircuitKey } from "@trunkline/router-core";
import { chargeFor, deliveredUsage, ownSpend, ratedCost, spendMax } from "../charge.ts";
import type { UpstreamState, UpstreamStates } from "../upstream-states.ts";
import { CallerLeft, type RoutedCall, type WonAttempt } from "../stages.ts";
import { DRILL_FAILURE, drilledAttempt, drilledProvider, type Drills } from "./drill.ts";
import { AttemptOnce, OUTRUN, type AttemptResult } from "./attempt-once.ts";
import { continuedCall, continuableApi, isContinuable } from "./continuation/continued-call.ts";
import { ContinuedStream } from "./continuation/continued-stream.ts";
import { allAttemptsFailed } from "./failed-error.ts";
import type { Authorization } from "./authorization.ts";
import { hedge } from "./hedge.ts";
import { overriddenCall } from "./overridden-call.ts";
import type { Credentials } from "./credentials.ts";
import { upstreamAddress } from "./upstream-address.ts";
import { publicAttempt } from "./public-attempt.ts";
import type { OrganizationCredentials } from "./organization-credentials.ts";
import type { UpstreamPools } from "./upstream-pools.ts";

/** With less time than this left an attempt cannot succeed, and its cost would be wasted. */
const ATTEMPT_MS_MIN = 250;
/** Others who are asked to go on from a broken answer, while its caller waits in the midst of it. */
const CONTINUATIONS_MAX = 2;
/** A budget or the credit does not cover it. */
const PAYMENT_REQUIRED = 402;
const PLATFORM_CREDENTIAL = "platform";

export interface AttemptOptions {
  readonly pools: Pick<UpstreamPools, "find">;
  /** For addresses that an organization chose: they reach the public internet only. */
  readonly guardedPools: Pick<UpstreamPools, "find">;
  readonly own: Pick<OrganizationCredentials, "find">;
  readonly credentials: Credentials;
  /** For what organizations bring: its token exchanges go to no refused address. */
  readonly ownAuthorization: Pick<Authorization, "headers">;
  readonly states: Pick<UpstreamStates, "of">;
  readonly timeouts: { readonly firstTokenMs: number; readonly plainMs: number; readonly idleMs: number };
  readonly now: () => number;
  readonly drills?: Drills;
  /** Adapters by provider id; handed in so that the loop can be tested without a wire. */
  readonly adapter?: (provider: string) => ProviderAdapter;
}

/**
 * THE ONLY RETRY LOOP. Input: a plan with candidates. Output: the first attempt whose answer may be shown, with nothing shown yet. Every try is kept
 * in `attempts` with its cost. Fails with CallerLeft, with 402 where the budget does not cover the first candidate, with the caller's own fault
 * re-enveloped, and with 502 or 504 when all attempts have failed.
 */
export function createAttempt(options: AttemptOptions): (routed: RoutedCall) => Promise<WonAttempt> {
  return (routed) => new AttemptLoop(routed, options).run();
}

class AttemptLoop {
  readonly #deadlineAtMs: number;
  readonly #state: UpstreamState;
  #current: AttemptOnce | null = null;
  /** The one that was asked beside it. */
  #rival: AttemptOnce | null = null;
  #raceIsOver = false;
  #begun = 0;
  #lastFailure: Failure | null = null;
  /** A key that the provider turned away did no work: such a try does not use up the plan's attempts. */
  #turnedAway = 0;
  readonly #refusals: string[] = [];
  /** The first budget that did not cover a candidate, and whether it wanted a cheaper one. */
  #uncovered: GatewayError | null = null;
  #isDowngraded = false;
  /** Why the gateway itself could not send it to a candidate: a form that its wire cannot carry, or a full queue. */
  #unsendable: GatewayError | null = null;
  readonly #walk: CandidateWalk;
  /** Taken for failed in this request. */
  readonly #drilled: string | null;
  #drilledFirst: number | null = null;
  /** What a broken stream had delivered, once another provider is asked to go on from it. */
  #carriedNanoUsd: bigint | null = null;

  constructor(readonly routed: RoutedCall, readonly options: AttemptOptions) {
    this.#deadlineAtMs = routed.exchange.receivedAtMs + routed.plan.deadlineMs;
    this.#state = options.states.of(routed.mode, routed.key.organizationId);
    this.#walk = new CandidateWalk(routed.plan);
    this.#drilled = options.drills === undefined ? null : drilledProvider(options.drills, routed, routed.exchange.receivedAtMs);
  }

  async run(): Promise<WonAttempt> {
    const { routed } = this;
    routed.exchange.onCallerGone(() => { this.#current?.callerLeft(); this.#rival?.callerLeft(); });
    this.#state.retries.deposit();
    for (let index: number | null = 0; index !== null;) {
      const candidate: Candidate | undefined = routed.plan.candidates[index];
      if (!candidate) break;
      if (routed.exchange.callerGone) throw new CallerLeft();
      if (this.#deadlineAtMs - this.options.now() < ATTEMPT_MS_MIN) break;
      if (candidate.provider === this.#drilled && !this.#walk.isLastChoice(index)) { index = this.#drill(candidate, index); continue; }
      if (!this.#mayTry(candidate, index)) { index = this.#walk.passOver(index); continue; }
      const outcome: WonAttempt | Failure | null = await this.#isCovered(candidate) ? await (routed.plan.hedgeAfterMs === null || !this.#walk.isFresh ? this.#try(candidate, this.#hasNext(index)) : this.#hedged(candidate, index, routed.plan.hedgeAfterMs)) : null;
      if (!outcome) { this.#giveBack(candidate); index = this.#walk.dismiss(index); continue; }
      if ("routed" in outcome) {
        if (this.#isDowngraded) routed.exchange.answerHeaders.push("x-trunkline-downgraded", "budget");
        return isContinuable(routed) ? this.#continued(outcome) : outcome;
      }
      this.#lastFailure = outcome;
      if (candidate.credential && outcome.class === "credential_rejected") this.#turnedAway++;
      index = this.#walk.afterFailure(index, outcome, routed.attempts.length - this.#turnedAway);
      if (index === null || (index !== this.#drilledFirst && !this.#state.retries.withdraw())) index = this.#undrilled(outcome);
    }
    const refusal = this.#uncovered ?? this.#unsendable;
    if (refusal && routed.attempts.every(({ drill }) => drill === "failed")) throw refusal;
    routed.exchange.answerHeaders.push("x-trunkline-attempts", String(routed.attempts.length));
    throw allAttemptsFailed(routed, { last: this.#lastFailure, refusals: this.#refusals, deadlinePassed: this.options.now() >= this.#deadlineAtMs - ATTEMPT_MS_MIN });
  }

  /** It uses up neither an attempt nor a retry, and comes again when nobody else is left. */
  #drill(candidate: Candidate, index: number): number {
    this.routed.attempts.push(drilledAttempt(candidate, ++this.#begun, this.options.now()));
    this.#turnedAway++;
    this.#drilledFirst ??= index;
    return this.#walk.afterDrill(index, DRILL_FAILURE);
  }

  /** All that the plan or the retry budget allows has failed, and the drill alone kept its candidate from being asked: it is asked now. Not where the fault is the caller's. */
  #undrilled(failure: Failure): number | null {
    return this.#drilledFirst !== null && failure.class !== "caller_error" && this.#walk.isLastChoice(this.#drilledFirst) ? this.#drilledFirst : null;
  }

  #hasNext(index: number): boolean {
    return this.#walk.hasOthers(index) && this.routed.attempts.length - this.#turnedAway + 1 < this.routed.plan.maxAttempts;
  }

  /** A circuit may have opened since the plan was made. Whoever is left when all others were passed over is tried all the same: refusing would serve nobody. */
  #mayTry(candidate: Candidate, index: number): boolean {
    return this.#state.circuits.admit(circuitKey(candidate), this.options.now()) || candidate.lastResort || this.#walk.isLastChoice(index);
  }

  /** Nothing was sent after all: another request may have the trial of a half-open circuit. */
  #giveBack(candidate: Candidate): void { this.#state.circuits.release(circuitKey(candidate)); }

  /**
   * The first candidate must be covered, unless the budget says that a cheaper one may take its place; a dearer fallback that is not covered is
   * passed over. On an organization's own credential the plan's fee has to be covered, and its list price on budgets that count own keys.
   */
  async #isCovered(candidate: Candidate): Promise<boolean> {
    const most = spendMax(candidate);
    if (candidate.credential && most.chargeNanoUsd + most.ownNanoUsd === 0n) return true;
    try {
      await this.routed.reservation.cover(most, candidate.model, this.routed.plan.presetSlug);
      return true;
    } catch (error) {
      const budgetExceeded = error instanceof GatewayError && error.status === PAYMENT_REQUIRED ? error : null;
      if (!budgetExceeded || (this.#walk.isFresh && !mayDowngrade(budgetExceeded))) { this.#giveBack(candidate); throw error; }
      this.#isDowngraded ||= mayDowngrade(budgetExceeded);
      this.#uncovered ??= budgetExceeded;
      return false;
    }
  }

  /** The first candidate, and after a while another provider beside it. Whoever loses is closed and put down at what it may cost us; the caller pays the winner alone. */
  async #hedged(candidate: Candidate, index: number, afterMs: number): Promise<WonAttempt | Failure | null> {
    const { routed } = this;
    const at = routed.plan.candidates.findIndex(({ provider, after, lastResort }, position) => position > index && after === null && !lastResort && provider !== candidate.provider && provider !== this.#drilled);
    const rival = routed.plan.candidates[at];
    if (!rival) return this.#try(candidate, this.#hasNext(index));
    const raced = await hedge(this.#try(candidate, true), {
      afterMs,
      begin: async () => await this.#mayHedge(candidate, rival) ? { outcome: this.#try(rival, false, routed.call, true) } : null,
      wins: (outcome) => outcome !== null && "routed" in outcome,
      cancel: (loser) => { this.#raceIsOver = true; (loser === "first" ? this.#current : this.#rival)?.outrun(); },
    });
    this.#raceIsOver = false;
    if (raced.second !== null && raced.winner !== "second") this.#walk.dismiss(at);
    this.#closeLoser(raced.winner === "first" ? raced.second : raced.winner === "second" ? raced.first : null);
    this.#current = raced.winner === "second" ? this.#rival : this.#current;
    this.#rival = null;
    routed.attempts.sort((left, right) => left.attempt - right.attempt);
    return raced.winner === "second" ? raced.second : raced.first;
  }

  async #mayHedge(candidate: Candidate, rival: Candidate): Promise<boolean> {
    const { routed, options } = this;
    if (routed.exchange.callerGone || routed.plan.maxAttempts < 2 || this.#deadlineAtMs - options.now() < ATTEMPT_MS_MIN || !this.#state.circuits.admit(circuitKey(rival), options.now())) return false;
    const most = spendSum(spendMax(candidate), spendMax(rival));
    const covered = most.chargeNanoUsd + most.ownNanoUsd === 0n || await routed.reservation.cover(most, rival.model, routed.plan.presetSlug).then(() => true, () => false);
    if (covered && this.#state.retries.withdraw()) return true;
    this.#giveBack(rival);
    return false;
  }

  /** Both answered in the same moment: one of them serves nobody. */
  #closeLoser(loser: WonAttempt | Failure | null): void {
    if (loser === null || !("routed" in loser)) return;
    const at = this.routed.attempts.findIndex(({ attempt }) => attempt === loser.attempt);
    const record = this.routed.attempts[at];
    const usage = this.#outrunUsage();
    if (record) this.routed.attempts[at] = { ...record, failureClass: OUTRUN.class, message: OUTRUN.publicMessage, usage, costNanoUsd: ratedCost(usage, loser.candidate).toString() };
  }

  /** A provider that was cut off has read the prompt, and most bill that. */
  #outrunUsage(): TokenUsage { return { ...ZERO_USAGE, inputTokens: Math.ceil(this.routed.facts.inputTokens), basis: "estimated" }; }

  /** The answer, able to go on elsewhere should its stream break. */
  #continued(won: WonAttempt): WonAttempt {
    const api = continuableApi(this.routed.call);
    if (won.answer.kind !== "stream" || api === null) return won;
    return { ...won, answer: { kind: "stream", stream: new ContinuedStream(won.answer.stream, api, (text, broken) => this.#goOn(won, text, broken)) } };
  }

  /** Looks for another provider that goes on from a text. What the broken attempt delivered is rated first: the caller pays for both parts. */
  async #goOn(won: WonAttempt, text: string, broken: Observation): Promise<WonAttempt | "left" | null> {
    const { routed, options } = this;
    const usage = deliveredUsage(broken, routed.facts.inputTokens);
    const chargeNanoUsd = chargeFor(usage, won.candidate);
    this.#carriedNanoUsd = chargeNanoUsd;
    const others = routed.plan.candidates.filter(({ provider, model, after }) => after === null && provider !== won.candidate.provider && provider !== this.#drilled && continuing(provider, model) !== null);
    for (const candidate of others.slice(0, CONTINUATIONS_MAX)) {
      if (this.#deadlineAtMs - options.now() < ATTEMPT_MS_MIN || !this.#state.retries.withdraw()) return null;
      if (!this.#state.circuits.admit(circuitKey(candidate), options.now())) continue;
      try {
        const most = spendMax(candidate);
        if (!candidate.credential || most.chargeNanoUsd + most.ownNanoUsd > 0n) await routed.reservation.cover(spendSum(most, { chargeNanoUsd, ownNanoUsd: ownSpend(usage, won.candidate) }), candidate.model, routed.plan.presetSlug);
        const outcome = await this.#try(candidate, false, continuedCall(routed.call, text, continuing(candidate.provider, candidate.model)?.mark));
        if (outcome === null) this.#giveBack(candidate);
        else if ("routed" in outcome) { this.#closeBroken(won, usage, broken); return { ...outcome, continues: { first: won, usage, chargeNanoUsd } }; }
      } catch (error) {
        this.#giveBack(candidate);
        return error instanceof CallerLeft ? "left" : null;
      }
    }
    return null;
  }

  /** The attempt that broke off, put down as what it was: it delivered, it is paid, and its provider failed. */
  #closeBroken(won: WonAttempt, usage: TokenUsage, { failure }: Observation): void {
    const { routed, options } = this;
    const at = routed.attempts.findIndex(({ attempt }) => attempt === won.attempt);
    const record = routed.attempts[at];
    const fault: Failure = failure ?? { class: "network", status: null, publicMessage: "The stream broke after its first content.", retryAfterMs: null };
    if (record) routed.attempts[at] = { ...record, durationMs: options.now() - won.startedAtMs, failureClass: fault.class, message: `${fault.publicMessage} The next attempt went on from the text delivered so far.`, usage, costNanoUsd: ratedCost(usage, won.candidate).toString() };
    this.#state.circuits.record(circuitKey(won.candidate), { ok: false, failure: fault }, options.now());
  }

  /** Null when nothing was sent: with `losses: strict` a candidate that cannot honour every parameter is no candidate. */
  async #try(candidate: Candidate, hasNext: boolean, wanted: Call = this.routed.call, isRival = false): Promise<WonAttempt | Failure | null> {
    const { routed, options } = this;
    const own = candidate.credential ? options.own.find(routed.key) : null;
    const ownBaseUrl = own && candidate.credential ? own.baseUrl(candidate.credential.id) : null;
    const baseUrl = ownBaseUrl ?? options.credentials.baseUrl(candidate.provider, routed.mode);
    const target: Target = { provider: candidate.provider, model: candidate.model, upstreamModel: candidate.upstreamModel, baseUrl, maxOutputTokens: candidate.maxOutputTokens };
    const adapter = options.adapter ? options.adapter(candidate.provider) : adapterFor(candidate.provider, { inbound: routed.call.inbound, upstreamModel: candidate.upstreamModel, baseUrl });
    const call = candidate.overrides === null ? wanted : overriddenCall(wanted, candidate.overrides);
    const prepared = this.#prepared(adapter, call, target);
    if (!prepared) return null;
    if (routed.facts.losses === "strict" && prepared.losses.length > 0) { this.#refusals.push(`${candidate.provider} cannot honour ${prepared.losses.join(", ")}`); return null; }
    const attempt = ++this.#begun;
    const authorization = own && candidate.credential ? own.headers(candidate.credential.id, prepared, options.ownAuthorization) : options.credentials.headers(candidate.provider, { routed, attempt, request: prepared });
    const startedAtMs = options.now();
    const authorized = authorization instanceof Promise ? await authorization.catch(() => null) : authorization;
    if (!authorized) return this.#unauthorized(candidate, { attempt, startedAtMs });
    const headers = flatHeaders(prepared.headers, authorized);
    const address = upstreamAddress(prepared.url);
    const pools = ownBaseUrl === null ? options.pools : options.guardedPools;
    const pool = pools.find(address.origin);
    if (!pool) {
      this.#begun--;
      this.#unsendable ??= new GatewayError("gateway.overloaded", "Too many requests wait for this provider. Retry in a second.", { retryAfterMs: 1000 });
      return null;
    }
    if (this.#raceIsOver) return OUTRUN;
    const once = new AttemptOnce({
      call, target, adapter: isOpenRouterSdk(routed.exchange.headers) ? forOpenRouterSdk(adapter) : adapter, request: { method: prepared.method, headers, body: prepared.body }, address, pool, pools, extras: this.#extras(candidate, { attempt, startedAtMs }), firstContentMs: this.#firstContentMs(hasNext, startedAtMs, candidate.timeoutMs),
      idleMs: options.timeouts.idleMs, deadlineAtMs: this.#deadlineAtMs, now: options.now,
    });
    if (isRival) this.#rival = once;
    else this.#current = once;
    const result = await once.run();
    this.#record(candidate, result, { attempt, startedAtMs });
    if (result.kind === "caller_left") {
      if (result.usage && this.#carriedNanoUsd === null) routed.reservation.settle({ chargeNanoUsd: ratedCost(result.usage, candidate), ownNanoUsd: ownSpend(result.usage, candidate) });
      throw new CallerLeft();
    }
    if (result.kind === "lost") return result.failure;
    return { routed, candidate, attempt, startedAtMs, timeToFirstTokenMs: result.timeToFirstTokenMs, losses: prepared.losses, answer: result.answer };
  }

  /** Null where this candidate's wire cannot carry the body: another's may. */
  #prepared(adapter: ProviderAdapter, call: Call, target: Target): UpstreamRequest | null {
    try {
      return adapter.prepare(call, target);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.#unsendable ??= error;
      return null;
    }
  }

  /** The provider's token endpoint gave no token: nothing was sent to the model, and the next candidate is tried. */
  #unauthorized(candidate: Candidate, at: { readonly attempt: number; readonly startedAtMs: number }): Failure {
    const failure: Failure = { class: "network", status: null, publicMessage: `No access token for ${candidate.provider} could be had.`, retryAfterMs: null };
    this.#record(candidate, { kind: "lost", status: null, failure, usage: null }, at);
    return failure;
  }

  /** While another candidate is left, one try may use half of the time, so that a hanging provider can still be rescued from. */
  #firstContentMs(hasNext: boolean, nowMs: number, grantedMs: number | null): number {
    const remaining = this.#deadlineAtMs - nowMs;
    if (grantedMs !== null) return Math.min(grantedMs, remaining);
    const { firstTokenMs, plainMs } = this.options.timeouts;
    if (this.routed.call.stream) return Math.min(firstTokenMs, hasNext ? remaining / 2 : remaining);
    return hasNext ? Math.min(plainMs, remaining / 2) : remaining;
  }

  /** The explanation is read when the answer's last bytes are made: the winning attempt is then known but for its record. */
  #extras(candidate: Candidate, running: { readonly attempt: number; readonly startedAtMs: number }): AnswerExtras {
    const { routed, options } = this;
    let costUsd = 0;
    const explained = (): unknown => ({
      ...routed.explain(),
      attempts: [...routed.attempts.filter((record) => record.attempt !== running.attempt).map(publicAttempt), { attempt: running.attempt, provider: candidate.provider, model: candidate.model, status: 200, class: null, message: null, duration_ms: options.now() - running.startedAtMs, cost_usd: costUsd }],
    });
    return {
      provider: candidate.provider,
      isTest: routed.mode === "test",
      cost: (usage) => costUsd = usdFromNano(this.#carriedNanoUsd === null ? chargeFor(usage, candidate) : chargeFor(usage, candidate) + this.#carriedNanoUsd),
      guess: (contentBytes) => deliveredUsage({ usage: null, contentBytes }, routed.facts.inputTokens),
      explain: () => routed.facts.explain ? { toJSON: explained } : null,
    };
  }

  #record(candidate: Candidate, result: AttemptResult, { attempt, startedAtMs }: { attempt: number; startedAtMs: number }): void {
    const now = this.options.now();
    const failure = result.kind === "lost" ? result.failure : null;
    const usage = result.kind === "won" ? ZERO_USAGE : result.usage ?? (failure === OUTRUN ? this.#outrunUsage() : ZERO_USAGE);
    const record: AttemptRecord = {
      attempt, provider: candidate.provider, model: candidate.model, upstreamModel: candidate.upstreamModel, startedAtMs, durationMs: now - startedAtMs,
      timeToFirstTokenMs: result.kind === "won" ? result.timeToFirstTokenMs : null, status: result.status,
      failureClass: result.kind === "caller_left" ? "cancelled" : failure?.class ?? null, message: failure?.publicMessage ?? null,
      usage, priceVersionId: candidate.price.id, costNanoUsd: ratedCost(usage, candidate).toString(),
    };
    const marked: AttemptRecord = candidate.provider === this.#drilled ? { ...record, drill: "spared" } : record;
    this.routed.attempts.push(candidate.credential ? { ...marked, credentialId: candidate.credential.id } : marked);
    const cancelled: Failure = { class: "cancelled", status: null, publicMessage: "The caller left.", retryAfterMs: null };
    const outcome = result.kind === "won"
      ? { ok: true, timeToFirstTokenMs: this.routed.call.stream ? result.timeToFirstTokenMs : null, tokensPerSecond: null } as const
      : { ok: false, failure: failure ?? cancelled } as const;
    this.#state.circuits.record(circuitKey(candidate), outcome, now);
  }

}

/** Whether the budget that refused wants a cheaper candidate tried. */
function mayDowngrade({ details }: GatewayError): boolean {
  const budget: unknown = details.metadata?.["budget"];
  return typeof budget === "object" && budget !== null && "action" in budget && budget.action === "downgrade";
}

/** Names and values in turn: merging objects costs more than writing the whole request. The later record wins. */
function flatHeaders(prepared: Readonly<Record<string, string>>, own: Readonly<Record<string, string>>): string[] {
  const flat: string[] = [];
  for (const name in prepared) if (own[name] === undefined) flat.push(name, prepared[name] ?? "");
  for (const name in own) flat.push(name, own[name] ?? "");
  return flat;
}

const circuitKey = (candidate: Candidate): CircuitKey => ({ provider: candidate.provider, model: candidate.model, credentialOwner: candidate.credential?.circuit ?? PLATFORM_CREDENTIAL });
