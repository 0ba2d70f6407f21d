/**
 * Decides who serves a request, in which order, and why the others do not. A pure function of facts, preset, catalogue and health:
 * the live path, the explanation and a preset's dry run are this one call. It performs no I/O and reserves nothing.
 */
import type { PresetTarget } from "@trunkline/contracts";
import { BUILT_IN_PRESETS } from "./built-in-presets.ts";
import { judge } from "./filters.ts";
import type { Draft, Pair } from "./filters.ts";
import { matchRule } from "./match-rule.ts";
import { drawWeighted, order } from "./order.ts";
import type { Strategy } from "./order.ts";
import type { Candidate, PlanInput, RejectedCandidate, RoutePlan } from "./types.ts";

/** Three tries rescue nearly every request; more multiply the load of an incident. */
export const MAX_ATTEMPTS = 3;
/** The longest answer that providers themselves allow for. */
export const DEADLINE_MS = 900_000;
const DEFAULT_PRESET = "balanced";

interface Intent { readonly rule: string | null; readonly strategy: Strategy | "none"; readonly targets: readonly PresetTarget[]; readonly fallbacks: readonly PresetTarget[] }
interface Sifted { readonly groups: readonly (readonly Draft[])[]; readonly waiting: readonly (readonly Draft[])[] }

/** Models the caller named come first, in order; a preset's rule then stands behind them. Without models the rule decides alone. */
function readIntent({ facts, preset }: PlanInput): Intent {
  const rule = preset ? matchRule(preset.document, facts) : null;
  const named = facts.models.map((model) => ({ model, weight: 1 }));
  if (named.length > 0) return { rule: rule?.name ?? null, strategy: "ordered", targets: named, fallbacks: rule ? [...rule.targets, ...rule.fallbacks] : [] };
  if (!rule) return { rule: null, strategy: "none", targets: [], fallbacks: [] };
  return { rule: rule.name, strategy: rule.strategy, targets: rule.targets, fallbacks: rule.fallbacks };
}

const noEndpoint = ({ model, provider = "*" }: PresetTarget, reason: string): RejectedCandidate => ({ provider, model, filter: "unknown_model", reason });

/** Every provider that serves the target, a pinned target's at most one; or why there is none. */
function expand(target: PresetTarget, { catalog }: PlanInput): readonly Pair[] | RejectedCandidate {
  const model = catalog.models.get(target.model);
  if (!model) return noEndpoint(target, `The catalogue has no model ${target.model}.`);
  const pairs: Pair[] = [];
  for (const endpoint of catalog.endpointsByModel.get(model.id) ?? []) if (target.provider === undefined || endpoint.provider === target.provider) pairs.push({ endpoint, model });
  return pairs.length > 0 ? pairs : noEndpoint(target, target.provider ? `${target.provider} does not serve ${model.id}.` : `No provider serves ${model.id}.`);
}

/** Judges every (provider, model) once, keeping the targets' grouping. `seen` spans targets and fallbacks. */
function sift(targets: readonly PresetTarget[], input: PlanInput, into: { readonly seen: Set<string>; readonly rejected: RejectedCandidate[] }): Sifted {
  const groups: Draft[][] = [];
  const waiting: Draft[][] = [];
  for (const target of targets) {
    const expanded = expand(target, input);
    if ("reason" in expanded) { into.rejected.push(expanded); continue; }
    const group: Draft[] = [];
    const open: Draft[] = [];
    for (const pair of expanded) {
      const key = `${pair.endpoint.provider} ${pair.model.id}`;
      if (into.seen.has(key)) continue;
      into.seen.add(key);
      const verdict = judge(pair, input);
      if (verdict.rejected) into.rejected.push(verdict.rejected);
      if (verdict.draft) (verdict.rejected ? open : group).push(verdict.draft);
    }
    groups.push(group);
    waiting.push(open);
  }
  return { groups, waiting };
}

/** With fallbacks off: the first candidate alone, or the first model at the providers the caller listed. */
function withoutFallbacks(candidates: readonly Candidate[], { facts }: PlanInput): readonly Candidate[] {
  const [first] = candidates;
  const listed = facts.preferences.allowFallbacks === false && (facts.preferences.order?.length ?? 0) > 0;
  return first && listed ? candidates.filter((candidate) => candidate.model === first.model) : candidates.slice(0, 1);
}

function rank(input: PlanInput, intent: Intent, sifted: readonly [Sifted, Sifted], lastResort: boolean): readonly Candidate[] {
  const strategy = intent.strategy === "none" ? "ordered" : intent.strategy;
  const { facts: { preferences }, health } = input;
  const first = order(lastResort ? sifted[0].waiting : sifted[0].groups, { preferences, health, strategy, lastResort });
  const later = lastResort ? sifted[1].waiting : sifted[1].groups;
  return later.length === 0 ? first : [...first, ...order(later, { preferences, health, strategy: "ordered", lastResort })];
}

const NOTHING: Sifted = { groups: [], waiting: [] };

/** A candidate that returned as a last resort was not rejected after all. */
function without(rejected: readonly RejectedCandidate[], candidates: readonly Candidate[]): readonly RejectedCandidate[] {
  const returned = new Set(candidates.map((candidate) => `${candidate.provider} ${candidate.model}`));
  return rejected.filter((item) => !returned.has(`${item.provider} ${item.model}`));
}

/** Never throws; a request nobody can serve gives a plan without candidates, whose `rejected` says why. */
export function plan(given: PlanInput): RoutePlan {
  const preset = given.preset ?? (given.facts.models.length === 0 ? BUILT_IN_PRESETS.get(DEFAULT_PRESET) ?? null : null);
  const input: PlanInput = preset === given.preset ? given : { facts: given.facts, preset, catalog: given.catalog, health: given.health, availableProviders: given.availableProviders, nowMs: given.nowMs, random: given.random, losses: given.losses };
  const intent = readIntent(input);
  const into = { seen: new Set<string>(), rejected: new Array<RejectedCandidate>() };
  const targets = sift(intent.strategy === "weighted" ? drawWeighted(intent.targets, input.random) : intent.targets, input, into);
  const sifted = [targets, intent.fallbacks.length === 0 ? NOTHING : sift(intent.fallbacks, input, into)] as const;
  const able = rank(input, intent, sifted, false);
  const candidates = able.length > 0 ? able : rank(input, intent, sifted, true);
  const limits = preset?.document.limits;
  return {
    presetSlug: preset?.slug ?? null, presetVersion: preset?.version ?? null, rule: intent.rule, strategy: intent.strategy,
    candidates: input.facts.fallbacks ? candidates : withoutFallbacks(candidates, input),
    rejected: into.rejected.length === 0 ? into.rejected : without(into.rejected, candidates),
    maxAttempts: limits?.maxAttempts ?? MAX_ATTEMPTS,
    deadlineMs: Math.min(input.facts.deadlineMs ?? DEADLINE_MS, limits?.deadlineMs ?? DEADLINE_MS),
  };
}
