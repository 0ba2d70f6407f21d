import type { InboundApi } from "@trunkline/contracts";
import type { Profile, ProviderAdapter } from "./adapter.ts";
import { createAnthropicAdapter } from "./dialects/anthropic/adapter.ts";
import { createTokenCounter, type TokenCounter } from "./dialects/anthropic/count-tokens.ts";
import { createBedrockAdapter } from "./dialects/bedrock/adapter.ts";
import { createCohereAdapter } from "./dialects/cohere/adapter.ts";
import { createGeminiAdapter } from "./dialects/gemini/adapter.ts";
import { isVersionless } from "./relay/openai-url.ts";
import { createCompletionsAdapter } from "./dialects/openai/completions.ts";
import { createOpenAiAdapter } from "./dialects/openai/adapter.ts";
import { createReplicateAdapter } from "./dialects/replicate/adapter.ts";
import { createResponsesAdapter } from "./dialects/responses/adapter.ts";
import { createCohereEmbeddings } from "./embeddings/cohere-embeddings.ts";
import { createGeminiEmbeddings } from "./embeddings/gemini-embeddings.ts";
import { createOpenAiEmbeddings } from "./embeddings/openai-embeddings.ts";
import { alibaba } from "./profiles/alibaba.ts";
import { anthropic } from "./profiles/anthropic.ts";
import { azureOpenai } from "./profiles/azure-openai.ts";
import { bedrock } from "./profiles/bedrock.ts";
import { bedrockAnthropic } from "./profiles/bedrock-anthropic.ts";
import { cerebras } from "./profiles/cerebras.ts";
import { cohere } from "./profiles/cohere.ts";
import { deepinfra } from "./profiles/deepinfra.ts";
import { deepseek } from "./profiles/deepseek.ts";
import { fireworks } from "./profiles/fireworks.ts";
import { gemini } from "./profiles/gemini.ts";
import { groq } from "./profiles/groq.ts";
import { mistral } from "./profiles/mistral.ts";
import { moonshot } from "./profiles/moonshot.ts";
import { ollama } from "./profiles/ollama.ts";
import { openai } from "./profiles/openai.ts";
import { openaiCompatible } from "./profiles/openai-compatible.ts";
import { openrouter } from "./profiles/openrouter.ts";
import { perplexity } from "./profiles/perplexity.ts";
import { replicate } from "./profiles/replicate.ts";
import { together } from "./profiles/together.ts";
import { vertex } from "./profiles/vertex.ts";
import { vertexAnthropic } from "./profiles/vertex-anthropic.ts";
import { vllm } from "./profiles/vllm.ts";
import { xai } from "./profiles/xai.ts";

const ALL: readonly Profile[] = [
  openai, anthropic, gemini, mistral, deepseek, xai, groq, together, fireworks, perplexity, cerebras, deepinfra, moonshot, alibaba, openrouter, ollama, vllm, openaiCompatible,
  azureOpenai, vertex, vertexAnthropic, bedrock, bedrockAnthropic, cohere, replicate,
];

/** Every provider that the gateway can route to. */
export const PROVIDERS: ReadonlyMap<string, Profile> = new Map(ALL.map((profile) => [profile.id, profile]));

const EMBEDDING_WIRES: Readonly<Partial<Record<Profile["dialect"], (profile: Profile) => ProviderAdapter>>> = { openai: createOpenAiEmbeddings, gemini: createGeminiEmbeddings, cohere: createCohereEmbeddings };

const ADAPTERS: ReadonlyMap<string, ProviderAdapter> = new Map([...PROVIDERS].map(([id, profile]) => [id, createAdapter(profile)]));

/** All that a provider of a known dialect needs is its profile. */
export function createAdapter(profile: Profile): ProviderAdapter {
  switch (profile.dialect) {
    case "openai": return createOpenAiAdapter(profile);
    case "anthropic": return createAnthropicAdapter(profile);
    case "gemini": return createGeminiAdapter(profile);
    case "bedrock": return createBedrockAdapter(profile);
    case "cohere": return createCohereAdapter(profile);
    case "replicate": return createReplicateAdapter(profile);
  }
}

/** Adapters of the Responses wire, for providers that serve it. */
const RESPONSES: ReadonlyMap<string, ProviderAdapter> = new Map([...PROVIDERS].filter(([, profile]) => profile.responses).map(([id, profile]) => [id, createResponsesAdapter(profile)]));

/** Adapters of the legacy Completions wire, likewise. */
const COMPLETIONS: ReadonlyMap<string, ProviderAdapter> = new Map([...PROVIDERS].filter(([, profile]) => profile.completions).map(([id, profile]) => [id, createCompletionsAdapter(profile)]));

/** Adapters of embeddings, for providers whose wire has them. */
const EMBEDDINGS: ReadonlyMap<string, ProviderAdapter> = new Map([...PROVIDERS].flatMap(([id, profile]) => {
  const create = EMBEDDING_WIRES[profile.dialect];
  return create && profile.hosting !== "vertex" ? [[id, create(profile)] as const] : [];
}));

/** Of the providers that count a Messages body themselves. */
const TOKEN_COUNTERS: ReadonlyMap<string, TokenCounter> = new Map([...PROVIDERS].flatMap(([id, profile]) => {
  const counter = createTokenCounter(profile);
  return counter ? [[id, counter] as const] : [];
}));

/** Null where the provider has no endpoint that counts a Messages body. */
export const tokenCounterFor = (provider: string): TokenCounter | null => TOKEN_COUNTERS.get(provider) ?? null;

/** Models that OpenAI serves on that wire alone (https://platform.openai.com/docs/models). */
const RESPONSES_ONLY = /^(?:o\d-pro|gpt-5(?:\.\d)?-(?:pro|codex)|codex-mini|computer-use|o\d(?:-mini)?-deep-research)/;

/** What a call asks of its adapter. */
export interface AdapterUse { readonly inbound: InboundApi; readonly upstreamModel: string; /** Where the provider will be asked; absent: at its profile's own address. */ readonly baseUrl?: string }

/**
 * Adapters hold no state of a request: one a provider and wire. A caller of the Responses API is served on that wire where the provider has
 * it, so that nothing is translated. Throws RangeError for a provider that the registry does not know.
 */
export function adapterFor(provider: string, use?: AdapterUse): ProviderAdapter {
  const adapter = (use === undefined ? undefined : specialAdapter(provider, use)) ?? ADAPTERS.get(provider);
  if (!adapter) throw new RangeError(`no provider is called "${provider}"`);
  return adapter;
}

function specialAdapter(provider: string, { inbound, upstreamModel, baseUrl }: AdapterUse): ProviderAdapter | undefined {
  if (inbound === "embeddings") {
    const adapter = EMBEDDINGS.get(provider);
    if (!adapter) throw new RangeError(`${provider} has no embeddings`);
    return adapter;
  }
  if (inbound === "completions") return COMPLETIONS.get(provider);
  const responses = RESPONSES.get(provider);
  if (!responses || (inbound !== "responses" && !RESPONSES_ONLY.test(upstreamModel))) return undefined;
  return baseUrl === undefined || PROVIDERS.get(provider)?.hosting !== "azure" || isVersionless(baseUrl) ? responses : undefined;
}
