/**
 * Decides who serves a request, in which order, and why the others do not. A pure function of facts, preset, catalogue and health:
 * the live path, the explanation and a preset's dry run are this one call. It performs no I/O and reserves nothing.
 */
import type { CatalogEndpoint, FailureClass, PresetRule, PresetTarget } from "@trunkline/contracts";
import { BUILT_IN_PRESETS } from "./built-in-presets.ts";
import { uniformOf } from "./bucket.ts";
import { compilePreset, matchRule } from "./compile-preset.ts";
import { expandTarget } from "./expand-target.ts";
import { judge } from "./filters.ts";
import type { Draft, Place } from "./filters.ts";
import { drawWeighted, order } from "./order.ts";
import type { Strategy } from "./order.ts";
import type { Candidate, PlanInput, RejectedCandidate, RoutePlan } from "./types.ts";

/** Three tries rescue nearly every request; more multiply the load of an incident. */
export const MAX_ATTEMPTS = 3;
/** The longest answer that providers themselves allow for. */
export const DEADLINE_MS = 900_000;
/** A tier can be the whole catalogue: this many able candidates are four times what any request may try. */
const TIER_CANDIDATES_MAX = 20;
const DEFAULT_PRESET = "balanced";

interface Intent { readonly rule: PresetRule | null; readonly task: RoutePlan["task"]; readonly strategy: Strategy | "none"; readonly targets: readonly PresetTarget[]; readonly fallbacks: readonly PresetTarget[] }
interface Sifted { readonly groups: readonly (readonly Draft[])[]; readonly waiting: readonly (readonly Draft[])[] }

/** The caller's label; the inferred class only where a rule asks for one. */
function readTask({ facts, preset }: PlanInput): RoutePlan["task"] {
  if (facts.task !== null) return { task: facts.task, confidence: 1, evidence: ["routing.task"], source: "caller" };
  if (!preset || !facts.inferTask || !compilePreset(preset.document).asksTask) return null;
  const guess = facts.inferTask();
  return guess && { task: guess.task, confidence: guess.confidence, evidence: guess.evidence, source: "inferred" };
}

const NOBODY: readonly PresetTarget[] = [];

/** Models the caller named come first, in order; a preset's rule then stands behind them. Without models the rule decides alone. */
function readIntent(input: PlanInput): Intent {
  const { facts, preset } = input;
  const task = readTask(input);
  const rule = preset ? matchRule(compilePreset(preset.document), input, task?.task ?? null) : null;
  if (facts.models.length > 0) return { rule, task, strategy: "ordered", targets: facts.models.map((model) => ({ model, weight: 1 })), fallbacks: rule ? [...rule.targets, ...rule.fallbacks] : NOBODY };
  if (!rule) return { rule, task, strategy: "none", targets: NOBODY, fallbacks: NOBODY };
  return { rule, task, strategy: rule.strategy, targets: rule.targets, fallbacks: rule.fallbacks };
}

/** `seen`: null for who was kept, else the target under which it was refused. `judgedAgain`: somebody may have been refused first and kept later. */
interface Sieve { readonly seen: Map<CatalogEndpoint, PresetTarget | null>; readonly rejected: RejectedCandidate[]; judgedAgain: boolean }
const emptySieve = (): Sieve => ({ seen: new Map(), rejected: [], judgedAgain: false });

/** Refused under a ceiling or an output limit of that place alone: another place of the same preset may let it serve. */
const isWorthAnotherLook = (before: PresetTarget | null, now: PresetTarget): boolean => before !== null && (before.maxPrice !== undefined || before.overrides !== undefined || now.overrides !== undefined);

/** Judges every (provider, model) once, keeping the targets' grouping. `seen` spans targets and fallbacks. */
function sift(targets: readonly PresetTarget[], input: PlanInput, into: Sieve, after: readonly FailureClass[] | null = null): Sifted {
  const groups: Draft[][] = [];
  const waiting: Draft[][] = [];
  for (const target of targets) {
    const group: Draft[] = [];
    const open: Draft[] = [];
    siftTarget({ target, after }, input, into, { group, open });
    groups.push(group);
    waiting.push(open);
  }
  return { groups, waiting };
}

function siftTarget(place: Place, input: PlanInput, into: Sieve, { group, open }: { readonly group: Draft[]; readonly open: Draft[] }): void {
  const { target } = place;
  const { pairs, problem } = expandTarget(target, input.catalog, input.preset?.document ?? null);
  if (problem !== null) { into.rejected.push({ provider: target.provider ?? "*", model: target.model, filter: "unknown_model", reason: problem }); return; }
  const keptMax = target.model.startsWith("tier:") ? TIER_CANDIDATES_MAX : Infinity;
  for (const pair of pairs) {
    if (group.length >= keptMax) return;
    const before = into.seen.get(pair.endpoint);
    if (before !== undefined) {
      if (!isWorthAnotherLook(before, target)) continue;
      into.judgedAgain = true;
    }
    const verdict = judge(pair, input, place);
    into.seen.set(pair.endpoint, verdict.draft ? null : target);
    if (verdict.rejected) into.rejected.push(verdict.rejected);
    if (verdict.draft) (verdict.rejected ? open : group).push(verdict.draft);
  }
}

/** The rule's targets for single classes of failure, behind all others. One of them may stand among the ordinary candidates too: a refusal never leads there, unless it is named here. */
function siftCures(rule: PresetRule | null, input: PlanInput, into: Sieve): Sifted {
  if (!rule?.fallbacksAfter) return NOTHING;
  const groups: (readonly Draft[])[] = [];
  const waiting: (readonly Draft[])[] = [];
  for (const [failure, targets] of Object.entries(rule.fallbacksAfter)) {
    const own = emptySieve();
    const sifted = sift(targets, input, own, [failure as FailureClass]);
    groups.push(...sifted.groups);
    waiting.push(...sifted.waiting);
    into.rejected.push(...own.rejected.filter((item) => !into.rejected.some((known) => known.provider === item.provider && known.model === item.model)));
  }
  return { groups, waiting };
}

/** With fallbacks off: the first candidate alone, or the first model at the providers the caller listed. */
function withoutFallbacks(candidates: readonly Candidate[], { facts }: PlanInput): readonly Candidate[] {
  const [first] = candidates;
  const listed = facts.preferences.allowFallbacks === false && (facts.preferences.order?.length ?? 0) > 0;
  return first && listed ? candidates.filter((candidate) => candidate.model === first.model) : candidates.slice(0, 1);
}

const NOTHING: Sifted = { groups: [], waiting: [] };

function rank(input: PlanInput, intent: Intent, [first, later, cures]: readonly [Sifted, Sifted, Sifted], lastResort: boolean): readonly Candidate[] {
  const strategy = intent.strategy === "none" ? "ordered" : intent.strategy;
  const { facts: { preferences }, health } = input;
  const sorted = (sifted: Sifted, by: Strategy): readonly Candidate[] => {
    const groups = lastResort ? sifted.waiting : sifted.groups;
    return groups.length === 0 ? [] : order(groups, { preferences, health, strategy: by, lastResort });
  };
  const [leading, following] = [stickyFirst(sorted(first, strategy), input), sorted(later, "ordered")];
  const ordinary = following.length === 0 ? leading : [...leading, ...following];
  if (cures.groups.length === 0) return ordinary;
  const cured = sorted(cures, "ordered");
  return [...ordinary, ...cured];
}

/** Where nobody else is left, whoever was kept for a single failure serves. */
const asOrdinary = (cures: readonly Candidate[]): readonly Candidate[] => cures.some(({ after }) => after === null) ? cures : cures.map((candidate) => ({ ...candidate, after: null }));

const isAnyWaiting = ({ waiting }: Sifted): boolean => waiting.some((drafts) => drafts.length > 0);

/** Those with an open circuit stand behind all others: they are asked when everybody else has failed, because a refusal would serve nobody. */
function ranked(input: PlanInput, intent: Intent, sifted: readonly [Sifted, Sifted, Sifted]): readonly Candidate[] {
  const able = asOrdinary(rank(input, intent, sifted, false));
  return sifted.some(isAnyWaiting) ? asOrdinary([...able, ...rank(input, intent, sifted, true)]) : able;
}

/** A session goes on where its prompt lies in a cache, while that place is healthy and the caller did not order otherwise. */
function stickyFirst(candidates: readonly Candidate[], { facts: { sticky, preferences, models } }: PlanInput): readonly Candidate[] {
  if (!sticky || preferences.order !== undefined || preferences.sort !== undefined) return candidates;
  const at = candidates.findIndex((candidate) => candidate.provider === sticky.provider && candidate.model === sticky.model && candidate.circuit === "closed");
  const found = candidates[at];
  if (at <= 0 || !found || (models.length > 0 && found.model !== models[0])) return candidates;
  return [found, ...candidates.filter((candidate) => candidate !== found)];
}

/** Who returned as a last resort was not rejected after all. Few are refused where any is: comparing them costs a third of giving every candidate a name. */
const withoutReturned = (rejected: readonly RejectedCandidate[], candidates: readonly Candidate[]): readonly RejectedCandidate[] =>
  rejected.filter(({ provider, model }) => !candidates.some((candidate) => candidate.model === model && candidate.provider === provider));

/** The same where pairs were judged in several places; and what was refused twice is said once. */
function without(rejected: readonly RejectedCandidate[], candidates: readonly Candidate[]): readonly RejectedCandidate[] {
  const said = new Set(candidates.map((candidate) => `${candidate.provider} ${candidate.model}`));
  return rejected.filter(({ provider, model, filter }) => {
    const name = `${provider} ${model}`;
    if (said.has(name)) return false;
    if (filter !== "unknown_model") said.add(name);
    return true;
  });
}

function toldRejected({ rejected, judgedAgain }: Sieve, candidates: readonly Candidate[]): readonly RejectedCandidate[] {
  if (rejected.length === 0) return rejected;
  if (judgedAgain) return without(rejected, candidates);
  return candidates.at(-1)?.lastResort === true ? withoutReturned(rejected, candidates) : rejected;
}

/** The draw of a weighted rule: the session's own, so that a conversation stays where it began. */
const drawOf = ({ facts, random, preset }: PlanInput): number => facts.sessionId ? uniformOf(facts.sessionId, preset?.slug ?? "") : random;

function withDefaultPreset(given: PlanInput): PlanInput {
  const builtIn = given.preset === null && given.facts.models.length === 0 ? BUILT_IN_PRESETS.get(DEFAULT_PRESET) : undefined;
  return builtIn ? { ...given, preset: builtIn } : given;
}

/** Never throws; a request nobody can serve gives a plan without candidates, whose `rejected` says why. */
export function plan(given: PlanInput): RoutePlan {
  const input = withDefaultPreset(given);
  const { preset } = input;
  const intent = readIntent(input);
  const into = emptySieve();
  const targets = sift(intent.strategy === "weighted" ? drawWeighted(intent.targets, drawOf(input)) : intent.targets, input, into);
  const sifted = [targets, intent.fallbacks.length === 0 ? NOTHING : sift(intent.fallbacks, input, into), siftCures(intent.rule, input, into)] as const;
  const candidates = ranked(input, intent, sifted);
  const limits = preset?.document.limits;
  return {
    presetSlug: preset?.slug ?? null, presetVersion: preset?.version ?? null, rule: intent.rule?.name ?? null, task: intent.task, userPlan: input.facts.userPlan, strategy: intent.strategy,
    candidates: input.facts.fallbacks ? candidates : withoutFallbacks(candidates, input),
    rejected: toldRejected(into, candidates),
    maxAttempts: limits?.maxAttempts ?? MAX_ATTEMPTS,
    deadlineMs: Math.min(input.facts.deadlineMs ?? DEADLINE_MS, limits?.deadlineMs ?? DEADLINE_MS),
    hedgeAfterMs: input.facts.fallbacks ? intent.rule?.hedge?.afterMs ?? null : null,
    continues: intent.rule?.continuation === true && input.facts.fallbacks,
  };
}
