import type { Profile } from "../adapter.ts";

export const deepinfra: Profile = {
  id: "deepinfra", name: "DeepInfra", dialect: "openai", baseUrl: "https://api.deepinfra.com/v1/openai", env: "DEEPINFRA", authorize: "bearer",
  renames: { max_completion_tokens: "max_tokens" },
  completions: true,
  source: "https://deepinfra.com/docs/advanced/openai_api",
};
