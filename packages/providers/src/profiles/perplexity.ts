import type { Profile } from "../adapter.ts";

export const perplexity: Profile = {
  id: "perplexity", name: "Perplexity", dialect: "openai", baseUrl: "https://api.perplexity.ai", env: "PERPLEXITY", authorize: "bearer",
  billsAfterCancel: true,
  renames: { max_completion_tokens: "max_tokens" },
  // QUIRK(perplexity): every chunk carries usage unasked.
  omits: ["stream_options", "service_tier"],
  source: "https://docs.perplexity.ai/guides/chat-completions-guide",
};
