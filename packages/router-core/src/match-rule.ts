import type { PresetCondition, PresetDocument, PresetRule } from "@trunkline/contracts";
import type { RequestFacts } from "./types.ts";

/** Every field that is given must hold; an empty condition matches everything. Bounds are inclusive; metadata compares by equality. */
export function conditionHolds(when: PresetCondition, facts: RequestFacts): boolean {
  if (when.inputTokensMin !== undefined && facts.inputTokens < when.inputTokensMin) return false;
  if (when.inputTokensMax !== undefined && facts.inputTokens > when.inputTokensMax) return false;
  if (when.task && (facts.task === null || !when.task.includes(facts.task))) return false;
  if (when.needs && !when.needs.every((need) => facts.needs.includes(need))) return false;
  return Object.entries(when.metadata ?? {}).every(([name, value]) => Object.hasOwn(facts.metadata, name) && facts.metadata[name] === value);
}

/** The first rule that matches; null when none does. */
export function matchRule(document: PresetDocument, facts: RequestFacts): PresetRule | null {
  return document.rules.find((rule) => conditionHolds(rule.when, facts)) ?? null;
}
