/**
 * What a project lets its keys do: which models and providers may serve, on which terms for the data, and which prompts are refused before
 * anybody is asked. The same schema checks what is written and what is read back; who enforces it is the gateway's matter.
 */
import { z } from "zod";

/** More names than that are no list but a catalogue. */
export const ACCESS_NAMES_MAX = 200;
const NAME_CHARS_MAX = 160;
const PATTERNS_MAX = 20;
const PATTERN_CHARS_MAX = 64;
/** A pattern of fewer would take in most of any text. */
const PATTERN_CHARS_MIN = 3;

/** What is found in a text without anybody naming it. */
export const SECRET_KINDS = ["email", "phone", "card", "key"] as const;
export type SecretKind = (typeof SECRET_KINDS)[number];

/** Where a request may be processed: countries, and the European Union. */
export const REGIONS = ["us", "eu", "uk", "ch", "ca", "br", "jp", "kr", "in", "sg", "au", "cn"] as const;
export type Region = (typeof REGIONS)[number];

/** Not a regular expression, so that no text takes long to read: `#` is a digit, one `*` a run of letters and digits. */
export const textPatternSchema = z.string().trim().min(PATTERN_CHARS_MIN).max(PATTERN_CHARS_MAX).refine((text) => text.split("*").length <= 2 && /[\p{L}\p{N}#]{2}/u.test(text), "needs two letters or digits in a row, and holds one * at most");
export const textPatternsSchema = z.array(textPatternSchema).max(PATTERNS_MAX);

/** `author/model`, or `author/*` for all of an author. */
export const modelNamesSchema = z.array(z.string().trim().max(NAME_CHARS_MAX).regex(/^[\w.:@-]+\/(?:[\w.:@/-]+|\*)$/, "must be a model's id, or an author with /*")).max(ACCESS_NAMES_MAX);
const providerNames = z.array(z.string().trim().regex(/^[a-z0-9_-]{1,64}$/, "must be a provider's id")).max(ACCESS_NAMES_MAX);

/** An empty list of what is allowed allows everything. */
export const guardrailsSchema = z.strictObject({
  models: z.strictObject({ allow: modelNamesSchema.default([]), deny: modelNamesSchema.default([]) }).default({ allow: [], deny: [] }).describe("Models, as author/model or author/*. An empty allow list allows all; deny wins."),
  providers: z.strictObject({ allow: providerNames.default([]), deny: providerNames.default([]) }).default({ allow: [], deny: [] }).describe("Providers by id. An empty allow list allows all; deny wins."),
  noTraining: z.boolean().default(false).describe("Only providers whose published terms say that they do not train on what is sent."),
  zeroRetention: z.boolean().default(false).describe("Only providers whose published terms say that they keep nothing."),
  regions: z.array(z.enum(REGIONS)).default([]).describe("Only where a provider documents that it processes a request in one of these regions: it is decided by the address and the model's name there, an own key's address included. Empty: anywhere."),
  refuse: z.strictObject({ kinds: z.array(z.enum(SECRET_KINDS)).default([]), patterns: textPatternsSchema.default([]) }).default({ kinds: [], patterns: [] })
    .describe("Prompts that hold one of these are refused before a provider is asked: e-mail addresses, phone and card numbers, keys, and own texts, where # is a digit and one * a run of letters and digits."),
});
export type Guardrails = z.infer<typeof guardrailsSchema>;
export const NO_GUARDRAILS: Guardrails = guardrailsSchema.parse({});

/** Which pairs of model and provider somebody lets serve. `owner` names them in a refusal. */
export interface AccessRule {
  readonly owner: "key" | "project";
  readonly models: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly providers: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly noTraining: boolean;
  readonly zeroRetention: boolean;
  /** Empty: anywhere. */
  readonly regions: readonly Region[];
}

const ANY_OF_AUTHOR = "/*";
const names = (list: readonly string[], model: string): boolean => list.some((name) => name === model || (name.endsWith(ANY_OF_AUTHOR) && model.startsWith(name.slice(0, -1))));
/** Whether the lists of models let one serve. */
export const allowsModel = ({ allow, deny }: AccessRule["models"], model: string): boolean => (allow.length === 0 || names(allow, model)) && !names(deny, model);
export const allowsProvider = ({ allow, deny }: AccessRule["providers"], provider: string): boolean => (allow.length === 0 || allow.includes(provider)) && !deny.includes(provider);

const EVERYTHING: AccessRule["models"] = { allow: [], deny: [] };

/** The rules of a key within its project; undefined where neither restricts anything, which is the ordinary case. */
export function accessRules(project: Guardrails | null, keyModels: readonly string[]): readonly AccessRule[] | undefined {
  const rules: AccessRule[] = [];
  if (keyModels.length > 0) rules.push({ owner: "key", models: { allow: keyModels, deny: [] }, providers: EVERYTHING, noTraining: false, zeroRetention: false, regions: [] });
  if (project) {
    const { models, providers, noTraining, zeroRetention, regions } = project;
    if ([models, providers].some(({ allow, deny }) => allow.length + deny.length > 0) || noTraining || zeroRetention || regions.length > 0) rules.push({ owner: "project", models, providers, noTraining, zeroRetention, regions });
  }
  return rules.length === 0 ? undefined : rules;
}
