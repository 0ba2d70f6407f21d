import { SEED } from "@trunkline/catalog";
import { Landing } from "../features/landing/components/landing.tsx";
import type { PriceLine } from "../features/landing/components/price-table.tsx";
import { SnippetBox } from "../features/onboarding/components/snippet-box.tsx";
import { webEnv } from "../env.ts";
import { usd } from "../server/money-view.ts";
import { homePath } from "./sign-in/home-path.ts";

export const dynamic = "force-dynamic";

const SHOWN_MODELS = ["anthropic/claude-sonnet-5", "anthropic/claude-haiku-4.5", "openai/gpt-5.5", "openai/gpt-5.4-mini", "google/gemini-3.1-pro-preview", "google/gemini-3.5-flash", "mistralai/mistral-large", "deepseek/deepseek-v3.2"];
const CLIENTS = ["curl", "Node", "Python", "Claude Code"] as const;

function priceLine(id: string): PriceLine[] {
  const model = SEED.models.find((one) => one.id === id);
  const current = SEED.prices.filter((price) => price.model === id && price.effectiveToMs === null);
  const [price] = current;
  if (!model || !price) return [];
  return [{
    id, contextTokens: model.contextTokens, providers: [...new Set(current.map(({ provider }) => provider))],
    inputUsd: usd(price.inputNanoUsdPerMillion), cacheReadUsd: usd(price.cacheReadNanoUsdPerMillion), outputUsd: usd(price.outputNanoUsdPerMillion),
  }];
}

export default async function Page({ searchParams }: { searchParams: Promise<{ verified?: string }> }) {
  const { verified } = await searchParams;
  const connection = { gatewayUrl: webEnv().PUBLIC_GATEWAY_URL, apiKey: "YOUR_TRUNKLINE_KEY" };
  return (
    <Landing home={await homePath()} verified={verified === undefined ? null : verified === "1"} snippet={<SnippetBox connection={connection} clients={CLIENTS} />}
      prices={SHOWN_MODELS.flatMap(priceLine)} modelCount={SEED.models.length} />
  );
}
