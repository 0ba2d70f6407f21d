import type { Profile } from "../adapter.ts";

export const fireworks: Profile = {
  id: "fireworks", name: "Fireworks AI", dialect: "openai", baseUrl: "https://api.fireworks.ai/inference/v1", env: "FIREWORKS", authorize: "bearer",
  renames: { max_completion_tokens: "max_tokens" },
  completions: true,
  source: "https://docs.fireworks.ai/api-reference/post-chatcompletions",
};
