/** Pure edits of a preset document. Each gives a new document and leaves the old one as it was. */
import { presetDocumentSchema, type Need, type PresetCondition, type PresetDocument, type PresetRule, type PresetTarget } from "@trunkline/contracts";

export const STRATEGIES: readonly { value: PresetRule["strategy"]; label: string }[] = [
  { value: "ordered", label: "Ordered fallback" }, { value: "weighted", label: "Weighted" }, { value: "cheapest", label: "Cheapest" }, { value: "fastest", label: "Fastest" }, { value: "least_busy", label: "Least busy" }, { value: "balanced", label: "Balanced" },
];
export const NEEDS: readonly { value: Need; label: string }[] = [
  { value: "tools", label: "Tools" }, { value: "vision", label: "Vision" }, { value: "json", label: "JSON" }, { value: "json_schema", label: "JSON schema" },
  { value: "reasoning", label: "Reasoning" }, { value: "pdf", label: "PDF" }, { value: "audio", label: "Audio" },
];

/** What a target may name beside models. */
export const TIERS: readonly { value: string; label: string }[] = [
  { value: "tier:frontier", label: "Any frontier model" }, { value: "tier:mid", label: "Any mid-size model" }, { value: "tier:fast", label: "Any fast model" }, { value: "tier:specialised", label: "Any specialised model" },
];

export const replaceAt = <T>(list: readonly T[], at: number, item: T): T[] => list.map((one, index) => (index === at ? item : one));
export const removeAt = <T>(list: readonly T[], at: number): T[] => list.filter((_, index) => index !== at);

/** Moves one place up (-1) or down (1); at the ends nothing moves. */
export function moveBy<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const [item, other] = [list[at], list[at + by]];
  return item === undefined || other === undefined ? [...list] : replaceAt(replaceAt(list, at, other), at + by, item);
}

export const newTarget = (model: string): PresetTarget => ({ model, weight: 1 });

export const newRule = (name: string, model: string): PresetRule => ({ name, when: {}, strategy: "ordered", targets: [newTarget(model)], fallbacks: [] });

/** Sets one condition; `undefined`, an empty list and an empty record take it away. */
export function setCondition<K extends keyof PresetCondition>(when: PresetCondition, key: K, value: PresetCondition[K]): PresetCondition {
  const { [key]: _replaced, ...rest } = when;
  const empty = value === undefined || (typeof value === "object" && Object.keys(value).length === 0);
  return empty ? rest : { ...rest, [key]: value };
}

/** `undefined` takes hedging away. */
export function setHedge(rule: PresetRule, afterMs: number | undefined): PresetRule {
  const { hedge: _replaced, ...rest } = rule;
  return afterMs === undefined ? rest : { ...rest, hedge: { afterMs } };
}

export function setContinuation(rule: PresetRule, wanted: boolean): PresetRule {
  const { continuation: _replaced, ...rest } = rule;
  return wanted ? { ...rest, continuation: true } : rest;
}

/** The model stays pinned only when a provider is named. */
export function setProvider(target: PresetTarget, provider: string): PresetTarget {
  const { provider: _replaced, ...rest } = target;
  return provider === "" ? rest : { ...rest, provider };
}

/** Renames a metadata pair in its place. A name that another pair has is refused: the pairs stay as they are. */
export function renamePair(pairs: Readonly<Record<string, string>>, from: string, to: string): Record<string, string> {
  if (from === to || Object.hasOwn(pairs, to)) return { ...pairs };
  return Object.fromEntries(Object.entries(pairs).map(([key, value]) => [key === from ? to : key, value]));
}

const limit = (count: number): string => count.toLocaleString("en-US");

const describeTime = ({ days, from, to, zone }: NonNullable<PresetCondition["time"]>): string => `${days ? `${days.join(", ")} ` : ""}${from}–${to} ${zone}`;
const describePrice = ({ inputUsdPerMillionMin: least, inputUsdPerMillionMax: most }: NonNullable<PresetCondition["price"]>): string =>
  [...(least === undefined ? [] : [`≥ $${least}`]), ...(most === undefined ? [] : [`≤ $${most}`])].join(" and ") || "known";

/** The conditions of a rule as short texts of name and test; none means that the rule always matches. */
export function describeConditions(when: PresetCondition): { name: string; test: string }[] {
  return [
    ...(when.inputTokensMin === undefined ? [] : [{ name: "input tokens", test: `≥ ${limit(when.inputTokensMin)}` }]),
    ...(when.inputTokensMax === undefined ? [] : [{ name: "input tokens", test: `≤ ${limit(when.inputTokensMax)}` }]),
    ...(when.task?.length ? [{ name: "task", test: when.task.join(" or ") }] : []),
    ...(when.needs ?? []).map((need) => ({ name: need, test: "needed" })),
    ...Object.entries(when.metadata ?? {}).map(([key, value]) => ({ name: `metadata.${key}`, test: `is ${value}` })),
    ...Object.entries(when.headers ?? {}).map(([key, value]) => ({ name: `header ${key}`, test: `is ${value}` })),
    ...([["key", when.keys], ["project", when.projects], ["end user", when.endUsers], ["plan of the end user", when.userPlan]] as const).flatMap(([name, values]) => (values ? [{ name, test: values.join(" or ") }] : [])),
    ...(when.time ? [{ name: "time", test: describeTime(when.time) }] : []),
    ...(when.bucket ? [{ name: "share", test: `${when.bucket.percent} % by ${when.bucket.by}` }] : []),
    ...(when.budgetUsedPercentMin === undefined ? [] : [{ name: "budget used", test: `≥ ${when.budgetUsedPercentMin} %` }]),
    ...(when.price ? [{ name: `price of ${when.price.model}`, test: describePrice(when.price) }] : []),
  ];
}

/** Keys in the schema's order, whatever order an edit or the store left them in, so that equal documents have equal texts. */
export function toJsonText(document: PresetDocument): string {
  const { data } = presetDocumentSchema.safeParse(document);
  return JSON.stringify(data ?? document, null, 2);
}

export type Checked = { readonly document: PresetDocument } | { readonly problem: string };

/** What is wrong is said for the first place only, by its path. */
export function checkDocument(value: unknown): Checked {
  const result = presetDocumentSchema.safeParse(value);
  if (result.success) return { document: result.data };
  const [issue] = result.error.issues;
  return { problem: issue ? `${issue.path.join(".") || "document"}: ${issue.message}` : "The document is not valid." };
}

export function checkJsonText(text: string): Checked {
  try {
    return checkDocument(JSON.parse(text));
  } catch (error) {
    return { problem: error instanceof Error ? error.message : "This is not JSON." };
  }
}

/** Without what the schema fills in again, so that the simulator's question stays short. */
export function compact({ rules, limits, sets, losses }: PresetDocument) {
  const short = ({ weight, ...target }: PresetTarget) => (weight === 1 ? target : { ...target, weight });
  return { rules: rules.map(({ targets, fallbacks, ...rule }) => ({ ...rule, targets: targets.map(short), ...(fallbacks.length > 0 ? { fallbacks: fallbacks.map(short) } : {}) })), limits, ...(sets ? { sets } : {}), ...(losses ? { losses } : {}) };
}
