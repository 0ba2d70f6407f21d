import type { Profile } from "../adapter.ts";

export const deepseek: Profile = {
  id: "deepseek", name: "DeepSeek", dialect: "openai", baseUrl: "https://api.deepseek.com/v1", env: "DEEPSEEK", authorize: "bearer",
  omits: ["service_tier"],
  renames: { max_completion_tokens: "max_tokens" },
  source: "https://api-docs.deepseek.com/api/create-chat-completion",
};
