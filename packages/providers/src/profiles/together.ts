import type { Profile } from "../adapter.ts";

export const together: Profile = {
  id: "together", name: "Together AI", dialect: "openai", baseUrl: "https://api.together.xyz/v1", env: "TOGETHER", authorize: "bearer",
  omits: ["service_tier"],
  renames: { max_completion_tokens: "max_tokens" },
  completions: true,
  source: "https://docs.together.ai/reference/chat-completions",
};
