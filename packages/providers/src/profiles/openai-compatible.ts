import type { Profile } from "../adapter.ts";

/** Any server that speaks Chat Completions, with or without a key: the operator names the address. */
export const openaiCompatible: Profile = {
  id: "openai-compatible", name: "OpenAI-compatible server", dialect: "openai", baseUrl: "https://server.invalid/v1", env: "OPENAI_COMPATIBLE", authorize: "bearer",
  keyless: true, baseUrlIsExample: true,
  completions: true,
  source: "https://platform.openai.com/docs/api-reference/chat",
};
