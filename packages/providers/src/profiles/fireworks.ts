import type { ProviderProfile } from "../adapter.ts";

export const fireworks: ProviderProfile = {
  id: "fireworks", name: "Fireworks AI", dialect: "openai", baseUrl: "https://api.fireworks.ai/inference/v1", env: "FIREWORKS", authorize: "bearer",
  renames: { max_completion_tokens: "max_tokens" },
  source: "https://docs.fireworks.ai/api-reference/post-chatcompletions",
};
