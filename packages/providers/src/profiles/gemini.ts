import type { Profile } from "../adapter.ts";

export const gemini: Profile = {
  id: "gemini", name: "Google Gemini", dialect: "gemini", baseUrl: "https://generativelanguage.googleapis.com/v1beta", env: "GEMINI", authorize: "x-goog-api-key",
  billsAfterCancel: true,
  source: "https://ai.google.dev/api/generate-content",
};
