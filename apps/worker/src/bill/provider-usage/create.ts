import type { AdminAccount } from "../../env.ts";
import { createAnthropicUsage } from "./anthropic.ts";
import { createOpenAiUsage } from "./openai.ts";
import { createOpenRouterUsage } from "./openrouter.ts";
import type { ProviderUsage } from "./provider-usage.ts";

const CREATE = { openai: createOpenAiUsage, anthropic: createAnthropicUsage, openrouter: createOpenRouterUsage } as const;

/** What can be asked with the keys that the environment holds. */
export const createProviderUsage = (accounts: readonly AdminAccount[]): readonly ProviderUsage[] => accounts.map((account) => CREATE[account.provider](account));
