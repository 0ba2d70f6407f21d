/**
 * Every model that the price package prices by name and nobody has curated, and which of our providers serve it. Decides the model's id (`author/slug`, OpenRouter's
 * where it has one). It promises exact upstream names: a provider serves a model only under a name that the package lists for it. A listed model is
 * `specialised`: it is served to whoever names it, and chosen for nobody else.
 */
import { findProvider } from "@pydantic/genai-prices";

/** No chat, or priced by something other than tokens. */
const NOT_CHAT = /image|audio|tts|realtime|transcribe|whisper|voice|live|lyria|embed|moderation|ocr|sonic|search|deep-research|computer-use|router|-latest$|ft:|ft-|:|davinci|\/(?:ada|babbage|curie)$|omni|voxtral|auto$/;
/** Models that complete text and hold no conversation. */
const BASE_MODEL = /-base\b|olmo-7b|phi-2$|gpt-3\.5-turbo-instruct|(?:mistral-7b|mixtral-8x7b)-v0\.1|\/yi-\d+b|redpajama-incite-7b-instruct|redpajama-incite-instruct|stripedhyena-hessian|codestral-mamba|pairrm|nous-hermes-2-mixtral-8x7b-sft/;
/** Where two providers' names for one model make two ids, the one that stays. */
const SAME = {
  "amazon/nova-lite": "amazon/nova-lite-v1", "amazon/nova-micro": "amazon/nova-micro-v1", "amazon/nova-pro": "amazon/nova-pro-v1", "amazon/nova-premier": "amazon/nova-premier-v1", "deepseek/r1": "deepseek/deepseek-r1",
  "openai/gpt-oss-120b-1": "openai/gpt-oss-120b", "openai/gpt-oss-20b-1": "openai/gpt-oss-20b", "meta-llama/llama-3.2-11b-instruct": "meta-llama/llama-3.2-11b-vision-instruct", "meta-llama/llama-3.2-90b-instruct": "meta-llama/llama-3.2-90b-vision-instruct",
  "nvidia/nemotron-nano-9b": "nvidia/nemotron-nano-9b-v2", "google/gemini-pro-1.5": "google/gemini-1.5-pro", "google/gemini-flash-1.5": "google/gemini-1.5-flash", "mistralai/pixtral-large": "mistralai/pixtral-large-2411",
  "mistral/ministral-8b": "mistralai/ministral-8b", "mistralai/mistral-7b": "mistralai/mistral-7b-instruct", "mistralai/mixtral-8x7b": "mistralai/mixtral-8x7b-instruct", "qwen/qwen3-coder-480b-a35b": "qwen/qwen3-coder",
  "meta-llama/llama-3-70b-chat-hf": "meta-llama/llama-3-70b-instruct", "meta-llama/llama-3-8b-chat-hf": "meta-llama/llama-3-8b-instruct", "meta-llama/llama-2-70b-chat-hf": "meta-llama/llama-2-70b-chat", "meta-llama/llama-2-13b-chat-hf": "meta-llama/llama-2-13b-chat",
};
const listOf = (providerId) => findProvider({ providerId })?.models ?? [];

/** Prices in tokens alone, all known, none free. */
function isPriced({ prices }) {
  return [prices].flat().every((item) => {
    const { input_mtok: input, output_mtok: output, requests_kcount: requests } = item.prices ?? item;
    return Boolean(input) && Boolean(output) && !requests;
  });
}

/** Fireworks and Bedrock name models in forms of their own: [name, author, slug]. */
const FAMILY_AUTHORS = [[/^deepseek/, "deepseek"], [/^glm/, "z-ai"], [/^kimi/, "moonshotai"], [/^qwen/, "qwen"], [/^minimax/, "minimax"], [/^nemotron/, "nvidia"], [/^llama/, "meta-llama"], [/^gemma/, "google"]];
const BEDROCK_AUTHORS = { amazon: "amazon", meta: "meta-llama", mistral: "mistralai", qwen: "qwen", writer: "writer", nvidia: "nvidia", google: "google", openai: "openai", deepseek: "deepseek" };

/** The id of the model that a provider's own name means; null where it cannot be told. */
const IDS = {
  openrouter: (name) => /^[a-z0-9-]+\/[a-z0-9.-]+$/.test(name) ? name : null,
  openai: (name) => `openai/${name}`, gemini: (name) => name.startsWith("gem") ? `google/${name}` : null, mistral: (name) => `mistralai/${name}`, xai: (name) => `x-ai/${name}`, moonshot: (name) => `moonshotai/${name}`,
  cohere: (name) => `cohere/${name}`, perplexity: (name) => `perplexity/${name}`, deepseek: (name) => `deepseek/${name}`,
  together: (name) => name.toLowerCase().replace("meta-llama/meta-llama", "meta-llama/llama"),
  fireworks: (name) => { const author = FAMILY_AUTHORS.find(([family]) => family.test(name))?.[1]; return author ? `${author}/${name.replace(/(\d)p(\d)/g, "$1.$2")}` : null; },
  bedrock: (name) => { const [, maker = "", rest = ""] = /^([a-z]+)\.(.+?)(?:-v\d+)?(?::\d+)?$/.exec(name) ?? []; const author = BEDROCK_AUTHORS[maker]; return author ? `${author}/${rest.replace(/^llama(\d)-(\d)-/, "llama-$1.$2-").replace(/^llama(\d)-/, "llama-$1-")}` : null; },
};
const SOURCES = { openai: "openai", gemini: "google", mistral: "mistral", xai: "x-ai", moonshot: "moonshotai", cohere: "cohere", perplexity: "perplexity", deepseek: "deepseek", bedrock: "aws", together: "together", fireworks: "fireworks", openrouter: "openrouter" };
const UPSTREAM = { fireworks: (name) => `accounts/fireworks/models/${name}` };

/** The other names of an entry, for they cost the same: dated ones that a client pins, and what OpenAI makes of a model for its own products. The package lists names of other clouds and of the press as well, which these providers do not know. */
const FURTHER_NAMES = { openai: /-20\d\d-\d\d-\d\d$|-(?:0125|0613|1106)$|-(?:0125|1106)-preview$|-codex(?:-max)?$|-chat$/, mistral: /-\d{4}$/, cohere: /-\d\d-20\d\d$/, xai: /-\d{4}$/ };
const FOREIGN_NAME = /^gpt-\d-\d|^gpt-35|^gpt-4-turbo-0125/;
const namesOf = ({ match }) => (match.or ?? [match]).map((clause) => clause.equals).filter(Boolean);
const furtherNames = (provider, entry) => namesOf(entry).filter((name) => name !== entry.id && FURTHER_NAMES[provider]?.test(name) && !FOREIGN_NAME.test(name));

/** What the provider itself calls it: some undated names are the package's alone, and the provider knows the model with `-latest`, with its date or as `open-`. */
function nameAtProvider(provider, name, entry) {
  const names = namesOf(entry);
  if ((provider === "openai" || provider === "mistral") && names.includes(`${name}-latest`)) return `${name}-latest`;
  if (provider === "mistral" && names.includes(`open-${name}`)) return `open-${name}`;
  const dated = provider === "cohere" || provider === "mistral" ? names.filter((other) => other.startsWith(`${name}-`) && FURTHER_NAMES[provider].test(other)) : [];
  return dated.length === 1 ? dated[0] : (UPSTREAM[provider] ?? ((own) => own))(name);
}

/** [model id, [{ provider, upstreamModel, entry }]], in the order of the ids. `isTaken(id, provider, upstreamModel)`: curated already. An entry's own name comes before its further ones. */
export function listedModels(isTaken) {
  const found = new Map();
  const served = new Set();
  const named = (isFurther) => {
    for (const [provider, source] of Object.entries(SOURCES)) for (const entry of listOf(source)) for (const name of isFurther ? furtherNames(provider, entry) : [entry.id]) {
      const model = NOT_CHAT.test(name) && provider !== "bedrock" || !isPriced(entry) ? null : IDS[provider](name);
      if (model === null || NOT_CHAT.test(model) || BASE_MODEL.test(model)) continue;
      const id = SAME[model] ?? model;
      const upstreamModel = nameAtProvider(provider, name, entry);
      const known = found.get(id) ?? [];
      if (isTaken(id, provider, upstreamModel) || served.has(`${provider} ${upstreamModel}`) || known.some((endpoint) => endpoint.provider === provider)) continue;
      served.add(`${provider} ${upstreamModel}`);
      found.set(id, [...known, { provider, upstreamModel, entry }]);
    }
  };
  named(false);
  named(true);
  return [...found].sort(([left], [right]) => (left < right ? -1 : 1));
}
