/** One day of the market under one preset: the real planning, circuits and retry decisions, on a virtual clock, against simulated providers. */
import { rate } from "@trunkline/catalog";
import { ZERO_USAGE, type CatalogSnapshot, type PublishedPreset } from "@trunkline/contracts";
import { uniformOf } from "../src/bucket.ts";
import { CandidateWalk, CircuitBook, classifyTask, plan, RetryBudget, type Candidate, type RoutePlan } from "../src/index.ts";
import { EventQueue } from "./event-queue.ts";
import { attemptAt, TASKS, type Outcome, type Request, type Spell } from "./market-world.ts";

/** The gateway's default for the first content of a stream. */
export const FIRST_TOKEN_MS = 20_000;
const OWNER = "platform";

export interface Day { readonly seed: string; readonly catalog: CatalogSnapshot; readonly traffic: readonly Request[]; readonly spells: readonly Spell[] }
export interface Choice { readonly preset: PublishedPreset | null; readonly model: string | null; readonly provider?: string }

export interface DayResult {
  readonly successRate: number; readonly amplification: number; readonly costUsd: number; readonly taskSuccess: number;
  readonly ttftMsP50: number; readonly ttftMsP95: number; readonly recoveryMsP50: number; readonly lostTo: Readonly<Record<string, number>>;
}

interface Ledger { served: number; attempts: number; costNanoUsd: bigint; taskSuccess: number; readonly ttftMs: number[]; readonly lost: Record<string, number>; readonly firstTries: { readonly atMs: number; readonly provider: string; readonly ok: boolean }[] }

/** Where one request stands in its plan. */
interface Position<Index> { readonly walk: CandidateWalk; readonly index: Index; readonly made: number }

class Running {
  readonly queue = new EventQueue();
  readonly circuits: CircuitBook;
  readonly retries = new RetryBudget();
  readonly ledger: Ledger = { served: 0, attempts: 0, costNanoUsd: 0n, taskSuccess: 0, ttftMs: [], lost: {}, firstTries: [] };
  readonly providers: ReadonlySet<string>;

  constructor(readonly day: Day, readonly choice: Choice) {
    let draws = 0;
    this.circuits = new CircuitBook({ jitter: () => uniformOf(`${draws++}`, `${day.seed}/jitter`) });
    this.providers = new Set([...day.catalog.endpointsByModel.values()].flatMap((endpoints) => endpoints.map(({ provider }) => provider)));
    for (const request of day.traffic) this.queue.at(request.atMs, () => this.#arrive(request));
  }

  #arrive(request: Request): void {
    const { model, preset, provider } = this.choice;
    const route = plan({
      facts: {
        models: model === null ? [] : [model], inputTokens: request.inputTokens, maxOutputTokens: 4_000, needs: [], task: null, inferTask: () => classifyTask({ text: request.prompt, tools: 0 }), metadata: {},
        preferences: provider === undefined ? {} : { only: [provider] }, maxCostNanoUsd: null, deadlineMs: null, fallbacks: model === null,
      },
      preset, catalog: this.day.catalog, health: this.circuits.snapshot(OWNER, this.queue.nowMs), availableProviders: this.providers, nowMs: Date.UTC(2026, 10, 22) + this.queue.nowMs, random: uniformOf(`${request.id}`, `${this.day.seed}/plan`),
    });
    this.retries.deposit();
    this.#tryFrom(request, route, { walk: new CandidateWalk(route), index: 0, made: 0 });
  }

  /** As the attempt loop does: pass over whose circuit opened since, unless nobody is left. */
  #tryFrom(request: Request, route: RoutePlan, { walk, index, made }: Position<number | null>): void {
    if (index === null) { this.#lose("no candidate left"); return; }
    const candidate = route.candidates[index];
    if (!candidate) { this.#lose("no candidate"); return; }
    const admitted = this.circuits.admit({ provider: candidate.provider, model: candidate.model, credentialOwner: OWNER }, this.queue.nowMs) || candidate.lastResort || walk.isLastChoice(index);
    if (!admitted) { this.#tryFrom(request, route, { walk, index: walk.passOver(index), made }); return; }
    this.ledger.attempts++;
    const tier = this.day.catalog.models.get(candidate.model)?.tier ?? "mid";
    const outcome = attemptAt({ seed: this.day.seed, place: { provider: candidate.provider, model: candidate.model, tier }, request, atMs: this.queue.nowMs, spells: this.day.spells, patienceMs: candidate.timeoutMs ?? FIRST_TOKEN_MS });
    if (made === 0) this.ledger.firstTries.push({ atMs: this.queue.nowMs, provider: candidate.provider, ok: outcome.ok });
    if (outcome.ok) this.#win(request, candidate, outcome);
    else this.queue.at(this.queue.nowMs + outcome.afterMs, () => this.#fail(request, route, { walk, index, made: made + 1 }, candidate, outcome));
  }

  #fail(request: Request, route: RoutePlan, at: Position<number>, { provider, model }: Candidate, outcome: Extract<Outcome, { ok: false }>): void {
    const failure = { class: outcome.failure, status: null, publicMessage: "", retryAfterMs: outcome.retryAfterMs };
    this.circuits.record({ provider, model, credentialOwner: OWNER }, { ok: false, failure }, this.queue.nowMs);
    const next = at.walk.afterFailure(at.index, failure, at.made);
    if (next === null || !this.retries.withdraw()) this.#lose(outcome.failure);
    else this.#tryFrom(request, route, { walk: at.walk, index: next, made: at.made });
  }

  #win(request: Request, candidate: Candidate, outcome: Extract<Outcome, { ok: true }>): void {
    const { provider, model } = candidate;
    const key = { provider, model, credentialOwner: OWNER };
    this.queue.at(this.queue.nowMs + outcome.ttftMs, () => {
      this.ledger.ttftMs.push(this.queue.nowMs - request.atMs);
      this.circuits.record(key, { ok: true, timeToFirstTokenMs: outcome.ttftMs, tokensPerSecond: outcome.tokensPerSecond }, this.queue.nowMs);
      const usage = { ...ZERO_USAGE, inputTokens: request.inputTokens, outputTokens: outcome.cutAfter ? Math.ceil(request.outputTokens / 2) : request.outputTokens };
      this.ledger.costNanoUsd += rate(usage, candidate.price);
    });
    this.queue.at(this.queue.nowMs + outcome.durationMs, () => {
      if (outcome.cutAfter) {
        this.circuits.record(key, { ok: false, failure: { class: "network", status: null, publicMessage: "", retryAfterMs: null } }, this.queue.nowMs);
        this.#lose("cut after content");
        return;
      }
      this.ledger.served++;
      this.ledger.taskSuccess += TASKS[request.task]?.success[this.day.catalog.models.get(model)?.tier ?? "mid"] ?? 0;
    });
  }

  #lose(reason: string): void { this.ledger.lost[reason] = (this.ledger.lost[reason] ?? 0) + 1; }
}

const quantile = (values: readonly number[], share: number): number => values.toSorted((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

/** From the first request that ran into an outage to the first one that was sent elsewhere or went well, over all outages that were met. */
function recovery(tries: Ledger["firstTries"], spells: readonly Spell[]): number {
  const times = spells.flatMap((spell) => {
    const within = tries.filter(({ atMs }) => atMs >= spell.fromMs && atMs < spell.toMs);
    const met = within.findIndex(({ provider, ok }) => provider === spell.provider && !ok);
    if (met < 0) return [];
    const over = within.slice(met).find(({ provider, ok }) => provider !== spell.provider && ok);
    return [(over?.atMs ?? spell.toMs) - (within[met]?.atMs ?? 0)];
  });
  return quantile(times, 0.5);
}

export function runDay(day: Day, choice: Choice): DayResult {
  const running = new Running(day, choice);
  running.queue.run();
  const { ledger } = running;
  const count = day.traffic.length;
  return {
    successRate: ledger.served / count, amplification: ledger.attempts / count, costUsd: Number(ledger.costNanoUsd) / 1e9, taskSuccess: ledger.served > 0 ? ledger.taskSuccess / ledger.served : 0,
    ttftMsP50: quantile(ledger.ttftMs, 0.5), ttftMsP95: quantile(ledger.ttftMs, 0.95), recoveryMsP50: recovery(ledger.firstTries, day.spells), lostTo: ledger.lost,
  };
}
