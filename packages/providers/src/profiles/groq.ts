import type { Profile } from "../adapter.ts";

export const groq: Profile = {
  id: "groq", name: "Groq", dialect: "openai", baseUrl: "https://api.groq.com/openai/v1", env: "GROQ", authorize: "bearer",
  billsAfterCancel: true,
  source: "https://console.groq.com/docs/api-reference",
};
