/**
 * Presets that every organization has without making one. Each spreads over several providers, so that one outage or one missing
 * credential does not end a request, and each names only models of the seeded catalogue.
 */
import { presetDocumentSchema } from "@trunkline/contracts";
import type { PresetRule, PublishedPreset } from "@trunkline/contracts";

/** Above this the short-context models of the default rules drop out anyway. */
const LONG_INPUT_TOKENS = 120_000;
const CODE_TASKS = ["code", "coding", "programming", "software_engineering"];
/** Work at which small models fail often enough to cost more than they save. The rest of the classes they do as well. */
const HARD_TASKS = ["math", "reasoning", "agent"];

const targets = (models: readonly string[]): { model: string }[] => models.map((model) => ({ model }));
interface RuleSketch { readonly name: string; readonly when?: PresetRule["when"]; readonly strategy: PresetRule["strategy"]; readonly models: readonly string[]; readonly then?: readonly string[] }
const ruleOf = ({ name, when = {}, strategy, models, then = [] }: RuleSketch) => ({ name, when, strategy, targets: targets(models), fallbacks: targets(then) });

const LONG_CONTEXT = ["google/gemini-2.5-flash", "x-ai/grok-4.1-fast", "openai/gpt-4.1-mini", "deepseek/deepseek-v4-flash"];
const LONG_CONTEXT_FALLBACKS = ["anthropic/claude-sonnet-5", "openai/gpt-4.1", "google/gemini-3.5-flash"];
const CODE = ["anthropic/claude-sonnet-4.5", "openai/gpt-5.1", "google/gemini-2.5-pro"];
const CODE_FALLBACKS = ["x-ai/grok-code-fast-1", "mistralai/devstral", "deepseek/deepseek-v4-pro", "moonshotai/kimi-k2", "openai/gpt-oss-120b"];
const HARD = ["openai/gpt-5.1", "google/gemini-2.5-pro", "deepseek/deepseek-v4-pro", "x-ai/grok-4.3"];
const HARD_FALLBACKS = ["anthropic/claude-sonnet-4.5", "openai/gpt-oss-120b", "moonshotai/kimi-k2", "mistralai/mistral-large"];
/** Open-weight models on several hosts: the widest net. */
const OPEN_WEIGHT = ["openai/gpt-oss-120b", "meta-llama/llama-4-maverick", "meta-llama/llama-3.3-70b-instruct"];

const longInput = (strategy: PresetRule["strategy"]): RuleSketch => ({ name: "Long input", when: { inputTokensMin: LONG_INPUT_TOKENS }, strategy, models: LONG_CONTEXT, then: LONG_CONTEXT_FALLBACKS });

const SKETCHES: Readonly<Record<string, readonly RuleSketch[]>> = {
  balanced: [
    longInput("balanced"),
    { name: "Code", when: { task: CODE_TASKS }, strategy: "balanced", models: CODE, then: CODE_FALLBACKS },
    { name: "Hard work", when: { task: HARD_TASKS }, strategy: "balanced", models: HARD, then: HARD_FALLBACKS },
    { name: "Default", strategy: "balanced", models: ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"], then: ["mistralai/mistral-medium-3.1", "x-ai/grok-4.1-fast", ...OPEN_WEIGHT, "deepseek/deepseek-chat"] },
  ],
  cost: [
    longInput("cheapest"),
    { name: "Code and hard work", when: { task: [...CODE_TASKS, ...HARD_TASKS] }, strategy: "cheapest", models: HARD, then: HARD_FALLBACKS },
    { name: "Default", strategy: "cheapest", models: ["openai/gpt-5-nano", "google/gemini-2.5-flash-lite", "mistralai/mistral-small", "meta-llama/llama-3.1-8b-instruct", "openai/gpt-oss-20b", "deepseek/deepseek-v4-flash"], then: ["x-ai/grok-4.1-fast", "openai/gpt-5-mini", "anthropic/claude-haiku-4.5"] },
  ],
  quality: [
    { ...longInput("ordered"), models: ["anthropic/claude-opus-4.6", "google/gemini-3.5-flash", "openai/gpt-4.1"], then: LONG_CONTEXT },
    { name: "Default", strategy: "ordered", models: ["anthropic/claude-opus-4.5", "openai/gpt-5.2", "google/gemini-3.1-pro-preview"], then: ["x-ai/grok-4", "mistralai/mistral-large", "deepseek/deepseek-v4-pro", ...OPEN_WEIGHT] },
  ],
  speed: [
    longInput("fastest"),
    { name: "Default", strategy: "fastest", models: ["meta-llama/llama-3.1-8b-instruct", "openai/gpt-oss-20b", "google/gemini-2.5-flash-lite", "openai/gpt-4.1-nano", "mistralai/ministral-8b"], then: ["anthropic/claude-haiku-4.5", "x-ai/grok-4.1-fast", "deepseek/deepseek-chat"] },
  ],
  long_context: [{ ...longInput("balanced"), name: "Default", when: {} }],
  code: [{ name: "Default", strategy: "ordered", models: CODE, then: CODE_FALLBACKS }],
};

const publish = (slug: string, sketches: readonly RuleSketch[]): PublishedPreset => ({ slug, version: 1, document: presetDocumentSchema.parse({ rules: sketches.map(ruleOf) }) });

/** By slug. An organization's own preset of the same slug goes first; that is the caller's lookup to make. */
export const BUILT_IN_PRESETS: ReadonlyMap<string, PublishedPreset> = new Map(Object.entries(SKETCHES).map(([slug, sketches]) => [slug, publish(slug, sketches)]));
