// OpenAI's usage and costs of an organization, asked with an admin key: https://platform.openai.com/docs/api-reference/usage. Inputs there include what the cache held.
import type { ProviderModel } from "@trunkline/billing";
import { z } from "zod";
import { askAll, type Account } from "./ask.ts";
import { DAY_MS, HOUR_MS, nanoOf, type ProviderUsage } from "./provider-usage.ts";

const count = z.number().int().nonnegative().default(0);
const usage = z.object({
  data: z.array(z.object({ results: z.array(z.object({ model: z.string().nullish(), input_tokens: count, output_tokens: count, input_cached_tokens: count, num_model_requests: count })) })),
  has_more: z.boolean(), next_page: z.string().nullish(),
});
const costs = z.object({ data: z.array(z.object({ results: z.array(z.object({ amount: z.object({ value: z.union([z.number(), z.string()]), currency: z.string() }) })) })), has_more: z.boolean(), next_page: z.string().nullish() });

const NANO_USD_PER_USD = 1_000_000_000n;
/** Usage is told within minutes; costs of a day are whole some hours after it. */
const CLOSES_AFTER_MS = 8 * HOUR_MS;

export function createOpenAiUsage({ adminKey, baseUrl }: { readonly adminKey: string; readonly baseUrl: string }): ProviderUsage {
  const account: Account = { baseUrl, headers: { authorization: `Bearer ${adminKey}` } };
  return {
    provider: "openai", closesAfterMs: CLOSES_AFTER_MS,
    async load(dayMs) {
      const query = [["start_time", String(dayMs / 1000)], ["end_time", String((dayMs + DAY_MS) / 1000)], ["bucket_width", "1d"]] as const;
      const buckets = [];
      for (const kind of ["completions", "embeddings"]) buckets.push(...await askAll(account, `/organization/usage/${kind}`, { query: [...query, ["group_by", "model"]], parse: usage.parse }));
      const billed = await askAll(account, "/organization/costs", { query, parse: costs.parse });
      const amounts = billed.flatMap(({ results }) => results.map(({ amount }) => amount));
      if (amounts.some(({ currency }) => currency.toLowerCase() !== "usd")) throw new Error("OpenAI bills in another currency than USD");
      return {
        models: buckets.flatMap(({ results }) => results.map((row): ProviderModel => ({
          model: row.model ?? "", requests: BigInt(row.num_model_requests), splitsCache: true,
          tokens: { input: BigInt(row.input_tokens - Math.min(row.input_cached_tokens, row.input_tokens)), cacheRead: BigInt(row.input_cached_tokens), cacheWrite: 0n, output: BigInt(row.output_tokens) },
        }))),
        costNanoUsd: amounts.reduce((sum, { value }) => sum + nanoOf(value, NANO_USD_PER_USD), 0n),
      };
    },
  };
}
