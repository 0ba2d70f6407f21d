import type { Profile } from "../adapter.ts";

export const xai: Profile = {
  id: "xai", name: "xAI", dialect: "openai", baseUrl: "https://api.x.ai/v1", env: "XAI", authorize: "bearer", responses: true,
  omits: ["service_tier"],
  source: "https://docs.x.ai/docs/api-reference",
};
