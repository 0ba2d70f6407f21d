import type { ProviderProfile } from "../adapter.ts";

export const xai: ProviderProfile = {
  id: "xai", name: "xAI", dialect: "openai", baseUrl: "https://api.x.ai/v1", env: "XAI", authorize: "bearer", responses: true,
  source: "https://docs.x.ai/docs/api-reference",
};
