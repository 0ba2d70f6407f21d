// Anthropic's usage and cost of an organization, asked with an admin key: https://docs.anthropic.com/en/api/usage-cost-api. Costs are told in cents, as decimal text; requests are not counted.
import type { ProviderModel } from "@trunkline/billing";
import { z } from "zod";
import { askAll, type Account } from "./ask.ts";
import { DAY_MS, HOUR_MS, nanoOf, type ProviderUsage } from "./provider-usage.ts";

const count = z.number().int().nonnegative().default(0);
const usage = z.object({
  data: z.array(z.object({ results: z.array(z.object({
    model: z.string().nullish(), uncached_input_tokens: count, cache_read_input_tokens: count, output_tokens: count,
    cache_creation: z.object({ ephemeral_1h_input_tokens: count, ephemeral_5m_input_tokens: count }).nullish(),
  })) })),
  has_more: z.boolean(), next_page: z.string().nullish(),
});
const costs = z.object({ data: z.array(z.object({ results: z.array(z.object({ amount: z.string(), currency: z.string() })) })), has_more: z.boolean(), next_page: z.string().nullish() });

const NANO_USD_PER_CENT = 10_000_000n;
const VERSION = "2023-06-01";
/** Told within minutes as a rule; a day is left to settle. */
const CLOSES_AFTER_MS = 8 * HOUR_MS;

export function createAnthropicUsage({ adminKey, baseUrl }: { readonly adminKey: string; readonly baseUrl: string }): ProviderUsage {
  const account: Account = { baseUrl, headers: { "x-api-key": adminKey, "anthropic-version": VERSION } };
  return {
    provider: "anthropic", closesAfterMs: CLOSES_AFTER_MS,
    async load(dayMs) {
      const query = [["starting_at", new Date(dayMs).toISOString()], ["ending_at", new Date(dayMs + DAY_MS).toISOString()], ["bucket_width", "1d"]] as const;
      const used = await askAll(account, "/organizations/usage_report/messages", { query: [...query, ["group_by[]", "model"]], parse: usage.parse });
      const amounts = (await askAll(account, "/organizations/cost_report", { query, parse: costs.parse })).flatMap(({ results }) => results);
      if (amounts.some(({ currency }) => currency.toUpperCase() !== "USD")) throw new Error("Anthropic bills in another currency than USD");
      return {
        models: used.flatMap(({ results }) => results.map((row): ProviderModel => ({
          model: row.model ?? "", requests: null, splitsCache: true,
          tokens: {
            input: BigInt(row.uncached_input_tokens), cacheRead: BigInt(row.cache_read_input_tokens), output: BigInt(row.output_tokens),
            cacheWrite: BigInt((row.cache_creation?.ephemeral_1h_input_tokens ?? 0) + (row.cache_creation?.ephemeral_5m_input_tokens ?? 0)),
          },
        }))),
        costNanoUsd: amounts.reduce((sum, { amount }) => sum + nanoOf(amount, NANO_USD_PER_CENT), 0n),
      };
    },
  };
}
