/**
 * What a change of prices means for a preset: whom it would choose now and did not before, and whether one of the models that its author
 * named has become cheaper than the one that stands first. It plans the requests of the last weeks again under the prices of two instants and
 * promises that both sides of a saving are those requests at the new prices. Whom to tell, and when, is the caller's.
 */
import { priceAt, rate } from "@trunkline/catalog";
import type { CatalogSnapshot, PresetDocument, PresetRule, PriceVersion } from "@trunkline/contracts";
import { drawOf, everyProvider, factsOf, measure, usageOf, type PastRequest } from "./backtest.ts";
import { expandTarget } from "./expand-target.ts";
import { plan } from "./plan.ts";

/** A price that came into force in the place of another. */
export interface PriceChangeSeen { readonly provider: string; readonly model: string; readonly before: PriceVersion; readonly after: PriceVersion }

export interface WatchInput {
  readonly slug: string;
  readonly document: PresetDocument;
  /** Newest first or not, as they were routed by the preset. */
  readonly rows: readonly PastRequest[];
  /** Over which the rows were made. */
  readonly spanMs: number;
  readonly catalog: CatalogSnapshot;
  readonly changes: readonly PriceChangeSeen[];
  readonly sinceMs: number;
  readonly nowMs: number;
}

export interface PriceNotice {
  /** The same changes give the same text, so that nobody is told twice. */
  readonly fingerprint: string;
  readonly models: readonly string[];
  readonly requests: number;
  /** Of the requests: the preset itself chooses otherwise at the new prices. */
  readonly changedShare: number;
  /** A month, at the new prices: what that choice saves against the old one; below zero where it costs more and serves better. */
  readonly followedNanoUsd: bigint;
  /** A document that would save more, and by how much a month; null where nothing does. */
  readonly proposal: { readonly document: PresetDocument; readonly savedNanoUsd: bigint; readonly moved: readonly { readonly rule: string; readonly model: string }[] } | null;
}

const MONTH_MS = 30 * 86_400_000;
/** Less is not worth anybody's attention. */
const CHANGED_SHARE_MIN = 0.01;
const SAVED_NANO_USD_MIN = 1_000_000_000n;
/** Trying a place at the top plans every request once more. */
const MOVES_A_RULE_MAX = 6;

/** Pairs whose price in force differs between the two instants. A pair that was not priced before is new, and no preset had it. */
export function changedPrices(catalog: CatalogSnapshot, sinceMs: number, nowMs: number): readonly PriceChangeSeen[] {
  const changes: PriceChangeSeen[] = [];
  for (const endpoints of catalog.endpointsByModel.values()) for (const { provider, model } of endpoints) {
    const [before, after] = [priceAt(catalog, provider, model, sinceMs), priceAt(catalog, provider, model, nowMs)];
    if (before && after && before.id !== after.id) changes.push({ provider, model, before, after });
  }
  return changes;
}

/** Null where the changes mean nothing to this preset, or too little. */
export function watchPrices(input: WatchInput): PriceNotice | null {
  const { catalog, changes, document, rows, spanMs } = input;
  const named = namedModels(document, catalog);
  const concerning = changes.filter(({ model }) => named.has(model));
  if (concerning.length === 0 || rows.length === 0 || spanMs <= 0) return null;
  const at = chooser(input);
  const aMonth = (nanoUsd: bigint): bigint => nanoUsd * BigInt(MONTH_MS) / BigInt(Math.ceil(spanMs));
  const [before, now] = [at(document, input.sinceMs), at(document, input.nowMs)];
  const changedShare = rows.filter((_row, index) => before.places[index] !== now.places[index]).length / rows.length;
  const proposal = propose(input, new Set(concerning.map(({ model }) => model)), at);
  const saved = proposal === null ? 0n : aMonth(proposal.savedNanoUsd);
  const worthy = proposal !== null && saved >= SAVED_NANO_USD_MIN;
  if (changedShare < CHANGED_SHARE_MIN && !worthy) return null;
  return {
    fingerprint: concerning.map(({ after }) => after.id.replaceAll(" ", "_")).sort().join(" "), models: [...new Set(concerning.map(({ model }) => model))].sort(), requests: rows.length, changedShare,
    followedNanoUsd: aMonth(before.costNanoUsd - now.costNanoUsd), proposal: worthy ? { ...proposal, savedNanoUsd: saved } : null,
  };
}

function namedModels(document: PresetDocument, catalog: CatalogSnapshot): ReadonlySet<string> {
  return new Set(document.rules.flatMap((rule) => [...rule.targets, ...rule.fallbacks]).flatMap((target) => expandTarget(target, catalog, document).pairs.map(({ model }) => model.id)));
}

interface Chosen { readonly places: readonly (string | null)[]; /** At the new prices, whatever the instant of the choice. */ readonly costNanoUsd: bigint; /** At the prices of that instant. */ readonly costThenNanoUsd: bigint }
type Chooser = (document: PresetDocument, atMs: number) => Chosen;

function chooser({ rows, slug, catalog, nowMs }: WatchInput): Chooser {
  const { health } = measure(rows);
  const availableProviders = everyProvider(catalog);
  const facts = rows.map(factsOf);
  return (document, atMs) => {
    let [costNanoUsd, costThenNanoUsd] = [0n, 0n];
    const preset = { slug, version: 0, document };
    const places = rows.map((row, index) => {
      const [first] = plan({ facts: facts[index] ?? factsOf(row), preset, catalog, health, availableProviders, nowMs: atMs, random: drawOf(row.id) }).candidates;
      if (!first) return null;
      costThenNanoUsd += rate(usageOf(row), first.price);
      costNanoUsd += rate(usageOf(row), priceAt(catalog, first.provider, first.model, nowMs) ?? first.price);
      return `${first.provider} ${first.model}`;
    });
    return { places, costNanoUsd, costThenNanoUsd };
  };
}

/** Rule by rule: the named model that, put first, was no cheaper at the old prices and saves most at the new ones. Only orders are proposed: which models are good enough, the author has said by naming them. */
function propose(input: WatchInput, changed: ReadonlySet<string>, at: Chooser): PriceNotice["proposal"] {
  const { document, sinceMs, nowMs, catalog } = input;
  const [then, start] = [at(document, sinceMs), at(document, nowMs)];
  let best = { document, cost: start.costNanoUsd };
  const moved: { rule: string; model: string }[] = [];
  for (const [index, rule] of document.rules.entries()) {
    const isConcerned = [...rule.targets, ...rule.fallbacks].some((target) => expandTarget(target, catalog, document).pairs.some(({ model }) => changed.has(model.id)));
    if (rule.strategy !== "ordered" || !isConcerned) continue;
    let model: string | null = null;
    for (const candidate of [...rule.targets.slice(1), ...rule.fallbacks].slice(0, MOVES_A_RULE_MAX)) {
      const first = withFirst(rule, candidate);
      const alone = { ...document, rules: document.rules.with(index, first) };
      if (at(alone, sinceMs).costThenNanoUsd < then.costThenNanoUsd) continue;
      const tried = { ...best.document, rules: best.document.rules.with(index, first) };
      const cost = at(tried, nowMs).costNanoUsd;
      if (cost < best.cost) { best = { document: tried, cost }; model = candidate.model; }
    }
    if (model !== null) moved.push({ rule: rule.name, model });
  }
  return moved.length === 0 ? null : { document: best.document, savedNanoUsd: start.costNanoUsd - best.cost, moved };
}

const withFirst = (rule: PresetRule, first: PresetRule["targets"][number]): PresetRule => ({ ...rule, targets: [first, ...rule.targets.filter((target) => target !== first)], fallbacks: rule.fallbacks.filter((target) => target !== first) });
