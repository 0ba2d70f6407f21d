import type { Profile } from "../adapter.ts";

export const moonshot: Profile = {
  id: "moonshot", name: "Moonshot AI", dialect: "openai", baseUrl: "https://api.moonshot.ai/v1", env: "MOONSHOT", authorize: "bearer",
  omits: ["service_tier"],
  renames: { max_completion_tokens: "max_tokens" },
  source: "https://platform.kimi.ai/docs/api/chat.md",
};
