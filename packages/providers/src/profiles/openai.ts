import type { Profile } from "../adapter.ts";

export const openai: Profile = {
  id: "openai", name: "OpenAI", dialect: "openai", baseUrl: "https://api.openai.com/v1", env: "OPENAI", authorize: "bearer", responses: true, base64Embeddings: true,
  source: "https://platform.openai.com/docs/api-reference/chat",
};
