import type { Profile } from "../adapter.ts";

/** As an upstream: its own routing fields are the gateway's too and stay here, so that one router decides. */
export const openrouter: Profile = {
  id: "openrouter", name: "OpenRouter", dialect: "openai", baseUrl: "https://openrouter.ai/api/v1", env: "OPENROUTER", authorize: "bearer",
  renames: { max_completion_tokens: "max_tokens" },
  completions: true,
  source: "https://openrouter.ai/docs/api-reference/chat-completion",
};
