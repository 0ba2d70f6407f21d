import type { ProviderAdapter, ProviderProfile } from "./adapter.ts";
import { createAnthropicAdapter } from "./dialects/anthropic/adapter.ts";
import { createGeminiAdapter } from "./dialects/gemini/adapter.ts";
import { createOpenAiAdapter } from "./dialects/openai/adapter.ts";
import { anthropic } from "./profiles/anthropic.ts";
import { deepseek } from "./profiles/deepseek.ts";
import { fireworks } from "./profiles/fireworks.ts";
import { gemini } from "./profiles/gemini.ts";
import { groq } from "./profiles/groq.ts";
import { mistral } from "./profiles/mistral.ts";
import { openai } from "./profiles/openai.ts";
import { together } from "./profiles/together.ts";
import { xai } from "./profiles/xai.ts";

export const PROVIDERS: ReadonlyMap<string, ProviderProfile> = new Map(
  [openai, anthropic, gemini, mistral, deepseek, xai, groq, together, fireworks].map((profile) => [profile.id, profile]),
);

const ADAPTERS: ReadonlyMap<string, ProviderAdapter> = new Map([...PROVIDERS].map(([id, profile]) => [id, adapterFrom(profile)]));

function adapterFrom(profile: ProviderProfile): ProviderAdapter {
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
