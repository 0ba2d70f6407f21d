import type { Profile } from "../adapter.ts";

export const cerebras: Profile = {
  id: "cerebras", name: "Cerebras", dialect: "openai", baseUrl: "https://api.cerebras.ai/v1", env: "CEREBRAS", authorize: "bearer",
  // QUIRK(cerebras): these are a 400 whatever their value.
  omits: ["frequency_penalty", "presence_penalty", "logit_bias", "parallel_tool_calls", "service_tier"],
  source: "https://inference-docs.cerebras.ai/resources/openai",
};
