import type { ProviderProfile } from "../adapter.ts";

export const openai: ProviderProfile = {
  id: "openai", name: "OpenAI", dialect: "openai", baseUrl: "https://api.openai.com/v1", env: "OPENAI", authorize: "bearer", responses: true, base64Embeddings: true,
  source: "https://platform.openai.com/docs/api-reference/chat",
};
