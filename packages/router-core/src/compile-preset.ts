/**
 * Turns a preset's document into tests that a plan runs in order, once per document: what a rule does not ask for costs a request
 * nothing. It decides whether a rule matches; who serves under it is `plan.ts`. Compiled forms live as long as their documents.
 */
import type { DrawnBy, PresetCondition, PresetDocument, PresetRule } from "@trunkline/contracts";
import { priceAt } from "@trunkline/catalog";
import { drawFor } from "./bucket.ts";
import { timeTest } from "./time-window.ts";
import type { PlanInput } from "./types.ts";

type Test = (input: PlanInput, task: string | null) => boolean;
interface CompiledRule { readonly rule: PresetRule; readonly tests: readonly Test[] }
export interface CompiledPreset {
  readonly rules: readonly CompiledRule[];
  /** A rule asks for the task: a request without a label is worth classifying. */
  readonly asksTask: boolean;
  readonly asksBudget: boolean;
  readonly asksUserPlan: boolean;
}

const compiled = new WeakMap<PresetDocument, CompiledPreset>();

export function compilePreset(document: PresetDocument): CompiledPreset {
  const known = compiled.get(document);
  if (known) return known;
  const asks = (name: keyof PresetCondition): boolean => document.rules.some(({ when }) => when[name] !== undefined);
  const made = { rules: document.rules.map((rule) => ({ rule, tests: testsOf(rule) })), asksTask: asks("task"), asksBudget: asks("budgetUsedPercentMin"), asksUserPlan: asks("userPlan") };
  compiled.set(document, made);
  return made;
}

/** The first rule of which every test holds; null when none does. */
export function matchRule({ rules }: CompiledPreset, input: PlanInput, task: string | null): PresetRule | null {
  for (const { rule, tests } of rules) if (tests.every((test) => test(input, task))) return rule;
  return null;
}

/** Cheap tests first; the tests of one rule do not depend on each other. */
function testsOf({ name, when }: PresetRule): readonly Test[] {
  return [...sizeTests(when), ...labelTests(when), ...callerTests(when), ...stateTests(when, name)];
}

function sizeTests({ inputTokensMin: least, inputTokensMax: most, needs, task }: PresetCondition): readonly Test[] {
  const tests: Test[] = [];
  if (least !== undefined) tests.push(({ facts }) => facts.inputTokens >= least);
  if (most !== undefined) tests.push(({ facts }) => facts.inputTokens <= most);
  if (task) tests.push((_input, given) => given !== null && task.includes(given));
  for (const need of needs ?? []) tests.push(({ facts }) => facts.needs.includes(need));
  return tests;
}

function labelTests({ metadata, headers }: PresetCondition): readonly Test[] {
  return [
    ...Object.entries(metadata ?? {}).map(([name, value]): Test => ({ facts }) => Object.hasOwn(facts.metadata, name) && facts.metadata[name] === value),
    ...Object.entries(headers ?? {}).map(([name, value]): Test => ({ facts }) => facts.headers !== undefined && Object.hasOwn(facts.headers, name) && facts.headers[name] === value),
  ];
}

function callerTests({ keys, projects, endUsers, userPlan }: PresetCondition): readonly Test[] {
  const among = (names: readonly string[], pick: (input: PlanInput) => string | null | undefined): Test => {
    const set = new Set(names);
    return (input) => { const value = pick(input); return value != null && set.has(value); };
  };
  return [
    ...(keys ? [among(keys, ({ facts }) => facts.keyId)] : []),
    ...(projects ? [among(projects, ({ facts }) => facts.projectId)] : []),
    ...(endUsers ? [among(endUsers, ({ facts }) => facts.endUser)] : []),
    ...(userPlan ? [among(userPlan, ({ facts }) => facts.userPlan?.label)] : []),
  ];
}

function stateTests({ time, bucket, budgetUsedPercentMin, price }: PresetCondition, ruleName: string): readonly Test[] {
  const tests: Test[] = [];
  if (time) {
    const holds = timeTest(time);
    tests.push(({ nowMs }) => holds(nowMs));
  }
  if (bucket) tests.push((input) => drawOf(input, bucket.by, ruleName) * 100 < bucket.percent);
  if (budgetUsedPercentMin !== undefined) tests.push(({ facts }) => (facts.budgetUsedPercent ?? -1) >= budgetUsedPercentMin);
  if (price) tests.push((input) => priceHolds(input, price));
  return tests;
}

/** The rule's name keeps the draws of different rules apart. */
const drawOf = ({ facts, preset, random }: PlanInput, by: DrawnBy, ruleName: string): number => drawFor(facts, { by, salt: `${preset?.slug ?? ""}/${ruleName}`, random });

/** A model without a price now fails the test: nothing is known of it. */
function priceHolds({ catalog, nowMs }: PlanInput, { model, provider, inputUsdPerMillionMin: least, inputUsdPerMillionMax: most }: NonNullable<PresetCondition["price"]>): boolean {
  let lowest = Infinity;
  for (const endpoint of catalog.endpointsByModel.get(model) ?? []) {
    if (provider !== undefined && endpoint.provider !== provider) continue;
    const price = priceAt(catalog, endpoint.provider, model, nowMs);
    if (price) lowest = Math.min(lowest, Number(price.inputNanoUsdPerMillion) / 1e9);
  }
  return lowest !== Infinity && lowest >= (least ?? 0) && lowest <= (most ?? Infinity);
}
