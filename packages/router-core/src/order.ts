/** In which order candidates are tried. Comparisons are pure; ties keep the order in which the preset or the catalogue lists them. */
import type { PresetRule } from "@trunkline/contracts";
import type { Draft } from "./filters.ts";
import type { Candidate, CircuitState, HealthSnapshot, ProviderPreferences } from "./types.ts";

export type Strategy = PresetRule["strategy"];
type Sort = NonNullable<ProviderPreferences["sort"]>;
export interface OrderInput { readonly strategy: Strategy; readonly preferences: ProviderPreferences; readonly health: HealthSnapshot; /** Marks every candidate. */ readonly lastResort: boolean }

/** Price first, because it is known; latency is often a guess and health is mostly equal. */
const WEIGHTS = { price: 0.5, latency: 0.3, health: 0.2 } as const;
/** Priors for a pair never measured: an ordinary hosted model, so that a newcomer is neither shunned nor favoured. */
const UNKNOWN_TTFT_MS = 1_000;
const UNKNOWN_TOKENS_PER_SECOND = 60;
/** The answer length for which `fastest` compares whole durations. */
const TYPICAL_OUTPUT_TOKENS = 300;
const HEALTH: Readonly<Record<CircuitState, number>> = { closed: 1, half_open: 0.3, open: 0 };

const round = (value: number): number => Math.round(value * 1e4) / 1e4;
const usd = (draft: Draft): number => Number(draft.estimatedCostNanoUsd) / 1e9;
/** 1 for the best of the compared, towards 0 for worse. */
const share = (best: number, value: number): number => (value > 0 ? best / value : 1);

/** What a first pass over the drafts finds and the second needs, kept between plans: no plan waits for anything, so none sees another's. Grows to the longest list and stays. */
let firstTokens = new Float64Array(64);
let speeds = new Float64Array(64);
let prices = new Float64Array(64);

/** Scored drafts are the candidates: each is scored once, and copying dozens of fields for each cost a fifth of a plan. Price and latency are relative to the best of `drafts`. */
export function score(drafts: readonly Draft[], { health, lastResort }: Pick<OrderInput, "health" | "lastResort">): Candidate[] {
  if (drafts.length > speeds.length) [firstTokens, speeds, prices] = [new Float64Array(drafts.length * 2), new Float64Array(drafts.length * 2), new Float64Array(drafts.length * 2)];
  let cheapest = Infinity;
  let quickest = Infinity;
  for (let index = 0; index < drafts.length; index++) {
    const draft = drafts[index] as Draft;
    const speed = health.tokensPerSecond(draft.provider, draft.model) ?? UNKNOWN_TOKENS_PER_SECOND;
    const firstTokenMs = health.timeToFirstTokenMs(draft.provider, draft.model) ?? UNKNOWN_TTFT_MS;
    firstTokens[index] = firstTokenMs;
    speeds[index] = speed;
    quickest = Math.min(quickest, firstTokenMs + (TYPICAL_OUTPUT_TOKENS / speed) * 1000);
    prices[index] = usd(draft);
    cheapest = Math.min(cheapest, prices[index] ?? 0);
  }
  const candidates: Candidate[] = [];
  for (let index = 0; index < drafts.length; index++) {
    const draft = drafts[index] as Draft;
    const firstTokenMs = firstTokens[index] ?? 0;
    const speed = speeds[index] ?? 0;
    const durationMs = firstTokenMs + (TYPICAL_OUTPUT_TOKENS / speed) * 1000;
    const price = share(cheapest, prices[index] ?? 0);
    const latency = share(quickest, durationMs);
    const well = HEALTH[draft.circuit];
    draft.lastResort = lastResort;
    draft.scores = {
      price: round(price), latency: round(latency), health: round(well), total: round(WEIGHTS.price * price + WEIGHTS.latency * latency + WEIGHTS.health * well),
      timeToFirstTokenMs: Math.round(firstTokenMs), tokensPerSecond: round(speed),
      durationMs: Math.round(durationMs), busy: round(health.busyShare?.(draft.provider) ?? 0),
    };
    candidates.push(draft);
  }
  return candidates;
}

/** Up to here insertion beats the engine's sort, which calls back into the program for every comparison. */
const INSERTION_MAX = 24;

/** In place; ties keep their order. */
function sortStably(candidates: Candidate[], compare: Compare): Candidate[] {
  if (candidates.length > INSERTION_MAX) return candidates.sort(compare);
  for (let index = 1; index < candidates.length; index++) {
    const moved = candidates[index] as Candidate;
    let place = index;
    for (; place > 0 && compare(candidates[place - 1] as Candidate, moved) > 0; place--) candidates[place] = candidates[place - 1] as Candidate;
    candidates[place] = moved;
  }
  return candidates;
}

const term = (candidate: Candidate, name: string): number => candidate.scores[name] ?? 0;
type Compare = (left: Candidate, right: Candidate) => number;
const byCost: Compare = (left, right) => (left.estimatedCostNanoUsd < right.estimatedCostNanoUsd ? -1 : left.estimatedCostNanoUsd > right.estimatedCostNanoUsd ? 1 : 0);
const byTotal: Compare = (left, right) => (right.scores["total"] ?? 0) - (left.scores["total"] ?? 0);
const SORTS: Readonly<Record<Sort, Compare>> = {
  price: byCost,
  latency: (left, right) => term(left, "timeToFirstTokenMs") - term(right, "timeToFirstTokenMs"),
  throughput: (left, right) => term(right, "tokensPerSecond") - term(left, "tokensPerSecond"),
};
/** null: the order of the list is the strategy; only providers of one model are compared, by total score. */
const STRATEGIES: Readonly<Record<Strategy, Compare | null>> = {
  ordered: null, weighted: null, cheapest: byCost, balanced: byTotal,
  fastest: (left, right) => term(left, "durationMs") - term(right, "durationMs"),
  least_busy: (left, right) => term(left, "busy") - term(right, "busy"),
};

/** null: the caller gave no order. */
function byProviderOrder(order: readonly string[] | undefined): Compare | null {
  if (!order?.length) return null;
  const place = (candidate: Candidate): number => { const index = order.indexOf(candidate.provider); return index < 0 ? order.length : index; };
  return (left, right) => place(left) - place(right);
}

/** `groups`: drafts by target, in the preset's (or the draw's) order. The caller's provider order comes first, then its sort, then the strategy. */
export function order(groups: readonly (readonly Draft[])[], input: OrderInput): readonly Candidate[] {
  const { preferences, strategy } = input;
  const whole = STRATEGIES[strategy];
  const within = preferences.sort ? SORTS[preferences.sort] : whole ?? byTotal;
  const preferred = byProviderOrder(preferences.order);
  const compare: Compare = preferred === null ? (within === byTotal ? byTotal : (left, right) => within(left, right) || byTotal(left, right)) : (left, right) => preferred(left, right) || within(left, right) || byTotal(left, right);
  const sorted = (drafts: readonly Draft[]): readonly Candidate[] => {
    const candidates = score(drafts, input);
    return candidates.length > 1 ? sortStably(candidates, compare) : candidates;
  };
  const [only] = groups;
  if (groups.length === 1 && only) return sorted(only);
  if (whole) return sorted(groups.flat());
  const all: Candidate[] = [];
  for (const group of groups) for (const candidate of sorted(group)) all.push(candidate);
  return all;
}

/** A weighted order without repetition from one uniform number: each draw leaves a uniform remainder for the next. */
export function drawWeighted<Item extends { readonly weight: number }>(items: readonly Item[], random: number): readonly Item[] {
  const left = [...items];
  const drawn: Item[] = [];
  let uniform = Math.min(Math.max(random, 0), 1 - Number.EPSILON);
  while (left.length > 0) {
    let rest = uniform * left.reduce((sum, item) => sum + item.weight, 0);
    let index = 0;
    while (index < left.length - 1 && rest >= (left[index]?.weight ?? 0)) { rest -= left[index]?.weight ?? 0; index += 1; }
    const [item] = left.splice(index, 1);
    if (!item) break;
    drawn.push(item);
    uniform = Math.min(rest / item.weight, 1 - Number.EPSILON);
  }
  return drawn;
}
