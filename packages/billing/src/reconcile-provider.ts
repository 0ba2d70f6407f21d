// Holds what the attempts of a day were booked at against what their provider counted and bills, and names the kind of each gap. Pure. It promises that the
// gaps add up to the whole difference, so nothing of it goes unnamed, and settles an estimate only where nothing else could be what differs; posting is left to others.
import type { TokenPrices } from "@trunkline/contracts";

/** Disjoint; `output` holds reasoning too, as providers bill it. */
export interface TokenSums { readonly input: bigint; readonly cacheRead: bigint; readonly cacheWrite: bigint; readonly output: bigint }
export interface BookedModel {
  readonly model: string;
  /** Attempts whose usage the provider told us. */
  readonly tokens: TokenSums; readonly attempts: bigint; readonly costNanoUsd: bigint;
  /** Attempts that were cut, or whose usage was never told: booked by an estimate. */
  readonly estimated: { readonly attempts: bigint; readonly costNanoUsd: bigint };
  /** What of either reaches over an end of the day, so that the provider may count it on the other side. */
  readonly edgeNanoUsd: bigint;
}
export interface ProviderModel {
  readonly model: string; readonly tokens: TokenSums;
  /** null: this provider does not count requests. */
  readonly requests: bigint | null;
  /** False: it tells prompts as one figure. */
  readonly splitsCache: boolean;
}
/**
 * `missing`: the provider counts what no attempt of ours explains. `duplicate`: attempts are booked that it does not count. `mispriced`: the same tokens at
 * another price. `aborted`: by how much estimates were off. `in_flight`: a day that is not told to its end yet, or attempts across midnight.
 */
export type ProviderGapClass = "missing" | "duplicate" | "mispriced" | "aborted" | "in_flight";
/** Positive: the provider bills more than is booked. */
export interface ProviderGap { readonly class: ProviderGapClass; readonly nanoUsd: bigint; readonly attempts: bigint }
export interface ProviderDayComparison {
  readonly bookedNanoUsd: bigint; readonly providerNanoUsd: bigint;
  /** By how much `bookedNanoUsd` may rightly differ: estimates, attempts across midnight, rounding. */
  readonly errorBarNanoUsd: bigint;
  readonly gaps: readonly ProviderGap[];
  readonly agrees: boolean;
  /** By how much the estimates of a model were off, where that is certain. */
  readonly settlements: readonly { readonly model: string; readonly deltaNanoUsd: bigint }[];
}
export interface ProviderDay {
  readonly booked: readonly BookedModel[];
  readonly counted: readonly ProviderModel[];
  /** What the provider bills for the day; null where it does not say. */
  readonly costNanoUsd: bigint | null;
  /** undefined: the catalogue has no price of that name. */
  readonly priceOf: (model: string) => Pick<TokenPrices, "inputNanoUsdPerMillion" | "cacheReadNanoUsdPerMillion" | "cacheWriteNanoUsdPerMillion" | "outputNanoUsdPerMillion"> | undefined;
  /** False while the provider may still add to the day. */
  readonly isClosed: boolean;
}

const NO_TOKENS: TokenSums = { input: 0n, cacheRead: 0n, cacheWrite: 0n, output: 0n };
const PROMPT_CLASSES = ["input", "cacheRead", "cacheWrite"] as const;
/** A provider that bills a cut answer to its end bills what was not delivered too. Where it counts no requests, more than double the estimate is explained by something else. */
const ESTIMATE_EXCESS_MAX = 2n;
/** Bills are told in hundred-thousandths of a cent, a line a model and class. */
const BILL_ROUNDING_NANO_USD = 500n;

/** A name without its release, so that `gpt-4o`, which is asked for, and `gpt-4o-2024-08-06`, which is billed, are one. */
export const modelFamily = (name: string): string => name.replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, "");

export function compareProviderDay(day: ProviderDay): ProviderDayComparison {
  const bookedNanoUsd = sum(day.booked.map((one) => one.costNanoUsd + one.estimated.costNanoUsd));
  const models = [...new Set([...day.booked, ...day.counted].map(({ model }) => modelFamily(model)))].sort().map((model) => compareModel(model, day));
  const named = sum(models.flatMap(({ gaps }) => gaps.map(({ nanoUsd }) => nanoUsd)));
  const providerNanoUsd = day.costNanoUsd ?? bookedNanoUsd + named;
  const attempts = sum(day.booked.map((one) => one.attempts));
  const rounding = attempts + BILL_ROUNDING_NANO_USD * 4n * BigInt(models.length);
  const doubt = sum(day.booked.map(({ estimated, edgeNanoUsd }) => estimated.costNanoUsd + edgeNanoUsd)) + rounding;
  const difference = providerNanoUsd - bookedNanoUsd;
  if (!day.isClosed) return { bookedNanoUsd, providerNanoUsd, errorBarNanoUsd: max(abs(difference), doubt), gaps: difference === 0n ? [] : [{ class: "in_flight", nanoUsd: difference, attempts: 0n }], agrees: true, settlements: [] };
  // What no count of tokens explains is the price; or, where something was counted that the catalogue has no price for, that.
  const rest = difference - named;
  const unpriced = sum(models.map((one) => one.unpricedAttempts));
  const priceGap: ProviderGap = rest > 0n && unpriced > 0n ? { class: "missing", nanoUsd: rest, attempts: unpriced } : { class: "mispriced", nanoUsd: rest, attempts: 0n };
  const gaps = merged([...models.flatMap((one) => one.gaps), ...(abs(rest) > rounding || unpriced > 0n ? [priceGap] : [])]);
  return {
    bookedNanoUsd, providerNanoUsd, errorBarNanoUsd: doubt, gaps, agrees: !gaps.some(({ class: kind }) => kind === "missing" || kind === "duplicate" || kind === "mispriced"),
    settlements: models.flatMap(({ model, settlement }) => (settlement === null ? [] : [{ model, deltaNanoUsd: settlement }])),
  };
}

interface ModelComparison { readonly model: string; readonly gaps: readonly ProviderGap[]; readonly unpricedAttempts: bigint; readonly settlement: bigint | null }

function compareModel(model: string, { booked, counted, priceOf }: ProviderDay): ModelComparison {
  const ours = booked.filter((one) => modelFamily(one.model) === model);
  const theirs = counted.filter((one) => modelFamily(one.model) === model);
  const isWhole = theirs.some(({ splitsCache }) => !splitsCache);
  const [known, told] = [total(ours, isWhole), total(theirs, isWhole)];
  const attempts = sum(ours.map((one) => one.attempts));
  const requests = theirs.every((one) => one.requests !== null) ? sum(theirs.map((one) => one.requests ?? 0n)) : null;
  const estimated = { attempts: sum(ours.map((one) => one.estimated.attempts)), costNanoUsd: sum(ours.map((one) => one.estimated.costNanoUsd)) };
  const price = [...theirs, ...ours].map((one) => priceOf(one.model)).find((one) => one !== undefined) ?? priceOf(model);
  if (price === undefined) return { model, gaps: [], unpricedAttempts: requests === null ? 1n : max(requests - attempts, 1n), settlement: null };
  const worth = { ...NO_TOKENS, input: price.inputNanoUsdPerMillion, cacheRead: price.cacheReadNanoUsdPerMillion, cacheWrite: price.cacheWriteNanoUsdPerMillion, output: price.outputNanoUsdPerMillion };
  const surplus = beyond(told, known, worth);
  const deficit = beyond(known, told, worth);
  const surplusRequests = requests === null ? null : max(requests - attempts, 0n);
  const explained = explainedBy(estimated, surplus, surplusRequests);
  const edge = sum(ours.map((one) => one.edgeNanoUsd));
  const [late, early] = [min(surplus - explained, edge), min(deficit, edge)];
  const [missing, duplicate] = [surplus - explained - late, deficit - early];
  const gaps: ProviderGap[] = [
    { class: "aborted", nanoUsd: explained - estimated.costNanoUsd, attempts: estimated.attempts }, { class: "in_flight", nanoUsd: late - early, attempts: 0n },
    { class: "missing", nanoUsd: missing, attempts: surplusRequests === null ? 0n : max(surplusRequests - estimated.attempts, 0n) },
    { class: "duplicate", nanoUsd: -duplicate, attempts: requests === null ? 0n : max(attempts - requests, 0n) },
  ];
  const isCertain = estimated.attempts > 0n && missing === 0n && deficit === 0n && late === 0n;
  return { model, gaps: gaps.filter(({ nanoUsd }) => nanoUsd !== 0n), unpricedAttempts: 0n, settlement: isCertain ? explained - estimated.costNanoUsd : null };
}

/** What of a surplus is what cut answers came to. */
function explainedBy(estimated: BookedModel["estimated"], surplus: bigint, surplusRequests: bigint | null): bigint {
  if (estimated.attempts === 0n || surplus === 0n) return 0n;
  if (surplusRequests === null) return min(surplus, estimated.costNanoUsd * ESTIMATE_EXCESS_MAX);
  return surplusRequests <= estimated.attempts ? surplus : surplus * estimated.attempts / surplusRequests;
}

function total(models: readonly { readonly tokens: TokenSums }[], isWhole: boolean): TokenSums {
  const of = (name: keyof TokenSums): bigint => sum(models.map(({ tokens }) => tokens[name]));
  const split = { input: of("input"), cacheRead: of("cacheRead"), cacheWrite: of("cacheWrite"), output: of("output") };
  return isWhole ? { ...NO_TOKENS, input: split.input + split.cacheRead + split.cacheWrite, output: split.output } : split;
}

const TOKENS_PER_PRICE = 1_000_000n;

/** What `a` holds beyond `b`, at list prices. Prompt tokens that only stand in another class are no surplus: they are another price. */
function beyond(a: TokenSums, b: TokenSums, worth: TokenSums): bigint {
  const more = PROMPT_CLASSES.map((name) => ({ tokens: max(a[name] - b[name], 0n), price: worth[name] }));
  const gross = sum(more.map(({ tokens }) => tokens));
  const net = max(sum(PROMPT_CLASSES.map((name) => a[name] - b[name])), 0n);
  const prompt = gross === 0n ? 0n : sum(more.map(({ tokens, price }) => tokens * price)) * net / gross;
  return (prompt + max(a.output - b.output, 0n) * worth.output + TOKENS_PER_PRICE / 2n) / TOKENS_PER_PRICE;
}

function merged(gaps: readonly ProviderGap[]): readonly ProviderGap[] {
  const classes = new Map<ProviderGapClass, ProviderGap>();
  for (const gap of gaps) {
    const known = classes.get(gap.class);
    classes.set(gap.class, known === undefined ? gap : { class: gap.class, nanoUsd: known.nanoUsd + gap.nanoUsd, attempts: known.attempts + gap.attempts });
  }
  return [...classes.values()].filter(({ nanoUsd }) => nanoUsd !== 0n);
}

/** Shares of `amount` by weight that add up to it exactly; the largest remainders get what is left over. */
export function apportion(amount: bigint, weights: readonly bigint[]): readonly bigint[] {
  const whole = sum(weights);
  if (whole === 0n) return weights.map((_weight, at) => (at === 0 ? amount : 0n));
  const size = abs(amount);
  const shares = weights.map((weight, at) => ({ at, share: size * weight / whole, rest: size * weight % whole }));
  let left = size - sum(shares.map(({ share }) => share));
  for (const one of [...shares].sort((a, b) => (a.rest === b.rest ? a.at - b.at : a.rest > b.rest ? -1 : 1))) if (left > 0n) { one.share += 1n; left -= 1n; }
  return shares.map(({ share }) => (amount < 0n ? -share : share));
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
const abs = (value: bigint): bigint => (value < 0n ? -value : value);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
