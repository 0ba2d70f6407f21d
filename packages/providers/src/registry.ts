import type { ProviderAdapter, ProviderProfile } from "./adapter.ts";
import { createAnthropicAdapter } from "./dialects/anthropic/adapter.ts";
import { createGeminiAdapter } from "./dialects/gemini/adapter.ts";
import { createOpenAiAdapter } from "./dialects/openai/adapter.ts";
import { alibaba } from "./profiles/alibaba.ts";
import { anthropic } from "./profiles/anthropic.ts";
import { azureOpenai } from "./profiles/azure-openai.ts";
import { cerebras } from "./profiles/cerebras.ts";
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
import { together } from "./profiles/together.ts";
import { vertex } from "./profiles/vertex.ts";
import { vertexAnthropic } from "./profiles/vertex-anthropic.ts";
import { vllm } from "./profiles/vllm.ts";
import { xai } from "./profiles/xai.ts";

export const PROVIDERS: ReadonlyMap<string, ProviderProfile> = new Map(
  [
    openai, anthropic, gemini, mistral, deepseek, xai, groq, together, fireworks, perplexity, cerebras, deepinfra, moonshot, alibaba, openrouter, ollama, vllm, openaiCompatible,
    azureOpenai, vertex, vertexAnthropic,
  ].map((profile) => [profile.id, profile]),
);

const ADAPTERS: ReadonlyMap<string, ProviderAdapter> = new Map([...PROVIDERS].map(([id, profile]) => [id, createAdapter(profile)]));

/** All that a provider of a known dialect needs is its profile. */
export function createAdapter(profile: ProviderProfile): ProviderAdapter {
  switch (profile.dialect) {
    case "openai": return createOpenAiAdapter(profile);
    case "anthropic": return createAnthropicAdapter(profile);
    case "gemini": return createGeminiAdapter(profile);
  }
}

/** Adapters hold no state of a request: one a provider. Throws RangeError for a provider that the registry does not know. */
export function adapterFor(provider: string): ProviderAdapter {
  const adapter = ADAPTERS.get(provider);
  if (!adapter) throw new RangeError(`no provider is called "${provider}"`);
  return adapter;
}
