import type { Profile } from "../adapter.ts";

export const ollama: Profile = {
  id: "ollama", name: "Ollama", dialect: "openai", baseUrl: "http://127.0.0.1:11434/v1", env: "OLLAMA", authorize: "bearer", keyless: true,
  omits: ["service_tier"],
  renames: { max_completion_tokens: "max_tokens" },
  completions: true,
  source: "https://docs.ollama.com/api/openai-compatibility",
};
