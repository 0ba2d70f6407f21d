import type { Profile } from "../adapter.ts";

export const vllm: Profile = {
  id: "vllm", name: "vLLM", dialect: "openai", baseUrl: "http://127.0.0.1:8000/v1", env: "VLLM", authorize: "bearer", keyless: true,
  omits: ["service_tier"],
  base64Embeddings: true,
  completions: true,
  source: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
};
