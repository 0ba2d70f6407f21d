/**
 * The OpenTelemetry names for calls of models. The conventions are still in development and will be renamed again: only this file knows them.
 * Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ (and its attribute registry).
 */
export const GEN_AI = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  responseId: "gen_ai.response.id",
  finishReasons: "gen_ai.response.finish_reasons",
  conversation: "gen_ai.conversation.id",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheWriteTokens: "gen_ai.usage.cache_creation.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  errorType: "error.type",
  httpStatus: "http.response.status_code",
} as const;

/** Our provider ids under the conventions' well-known names; whoever is not among them keeps ours. */
const PROVIDERS: Readonly<Record<string, string>> = {
  gemini: "gcp.gemini", vertex: "gcp.vertex_ai", "vertex-anthropic": "gcp.vertex_ai", bedrock: "aws.bedrock", "bedrock-anthropic": "aws.bedrock", "azure-openai": "azure.ai.openai",
  mistral: "mistral_ai", xai: "x_ai", moonshot: "moonshot_ai",
};
export const genAiProvider = (provider: string): string => PROVIDERS[provider] ?? provider;
