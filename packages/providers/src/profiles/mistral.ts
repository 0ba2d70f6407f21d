import type { Profile } from "../adapter.ts";

export const mistral: Profile = {
  id: "mistral", name: "Mistral", dialect: "openai", baseUrl: "https://api.mistral.ai/v1", env: "MISTRAL", authorize: "bearer",
  billsAfterCancel: true,
  renames: { max_completion_tokens: "max_tokens", seed: "random_seed" },
  // QUIRK(mistral): unknown fields are a 422; usage comes with the last chunk unasked.
  omits: ["stream_options", "user", "logprobs", "top_logprobs", "logit_bias", "store", "service_tier"],
  source: "https://docs.mistral.ai/api",
};
