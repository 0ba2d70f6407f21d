import type { Profile } from "../adapter.ts";

export const anthropic: Profile = {
  id: "anthropic", name: "Anthropic", dialect: "anthropic", baseUrl: "https://api.anthropic.com/v1", env: "ANTHROPIC", authorize: "x-api-key",
  source: "https://docs.anthropic.com/en/api/messages",
};
