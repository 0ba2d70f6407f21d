// OpenRouter's activity of an account, asked with a management key: https://openrouter.ai/docs/api-reference/analytics. Whole days alone; prompts are one figure.
import type { ProviderModel } from "@trunkline/billing";
import { z } from "zod";
import { ask, type Account } from "./ask.ts";
import { HOUR_MS, nanoOf, type ProviderUsage } from "./provider-usage.ts";

const count = z.number().int().nonnegative();
const activity = z.object({ data: z.array(z.object({ date: z.string(), model: z.string(), usage: z.number(), requests: count, prompt_tokens: count, completion_tokens: count })) });

const NANO_USD_PER_USD = 1_000_000_000n;
const CLOSES_AFTER_MS = 8 * HOUR_MS;

export function createOpenRouterUsage({ adminKey, baseUrl }: { readonly adminKey: string; readonly baseUrl: string }): ProviderUsage {
  const account: Account = { baseUrl, headers: { authorization: `Bearer ${adminKey}` } };
  return {
    provider: "openrouter", closesAfterMs: CLOSES_AFTER_MS,
    async load(dayMs) {
      const date = new Date(dayMs).toISOString().slice(0, 10);
      // The filter is a wish: what is told of other days is left out here too.
      const rows = activity.parse(await ask(account, "/activity", [["date", date]])).data.filter((row) => row.date.slice(0, 10) === date);
      return {
        models: rows.map((row): ProviderModel => ({ model: row.model, requests: BigInt(row.requests), splitsCache: false, tokens: { input: BigInt(row.prompt_tokens), cacheRead: 0n, cacheWrite: 0n, output: BigInt(row.completion_tokens) } })),
        costNanoUsd: rows.reduce((sum, row) => sum + nanoOf(row.usage, NANO_USD_PER_USD), 0n),
      };
    },
  };
}
