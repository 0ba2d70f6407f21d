/**
 * What providers do with prompts and answers of their paid API, by their own published terms. Only what a page says is taken for granted: a
 * provider without an entry counts as one that trains on data and keeps it, because a promise to a caller must not rest on a guess.
 */
export interface DataPolicy {
  /** Prompts may be used to train models. */
  readonly trains: boolean;
  /** Prompts or answers are stored beyond the answer, abuse monitoring included, unless the operator has arranged otherwise. */
  readonly retains: boolean;
  readonly source: string;
}

const POLICIES: ReadonlyMap<string, DataPolicy> = new Map(Object.entries({
  openai: { trains: false, retains: true, source: "https://platform.openai.com/docs/guides/your-data" },
  anthropic: { trains: false, retains: true, source: "https://privacy.anthropic.com/en/articles/7996868" },
  gemini: { trains: false, retains: true, source: "https://ai.google.dev/gemini-api/terms" },
  groq: { trains: false, retains: true, source: "https://console.groq.com/docs/your-data" },
  // AWS, Microsoft and Google train on nothing; what they keep for the detection of abuse depends on model and agreement.
  bedrock: { trains: false, retains: true, source: "https://docs.aws.amazon.com/bedrock/latest/userguide/data-retention.html" },
  "bedrock-anthropic": { trains: false, retains: true, source: "https://docs.aws.amazon.com/bedrock/latest/userguide/data-retention.html" },
  "azure-openai": { trains: false, retains: true, source: "https://learn.microsoft.com/en-us/azure/ai-foundry/responsible-ai/openai/data-privacy" },
  vertex: { trains: false, retains: true, source: "https://cloud.google.com/vertex-ai/generative-ai/docs/data-governance" },
  "vertex-anthropic": { trains: false, retains: true, source: "https://cloud.google.com/vertex-ai/generative-ai/docs/data-governance" },
  // Of the open models that the catalogue has there; what it hands on to Google and Anthropic is theirs to keep.
  deepinfra: { trains: false, retains: false, source: "https://docs.deepinfra.com/account/data-privacy" },
  perplexity: { trains: false, retains: false, source: "https://docs.perplexity.ai/docs/resources/privacy-security" },
  fireworks: { trains: false, retains: false, source: "https://docs.fireworks.ai/guides/security_compliance/data_handling" },
}));

const UNKNOWN: DataPolicy = { trains: true, retains: true, source: "" };

export function dataPolicyOf(provider: string): DataPolicy {
  return POLICIES.get(provider) ?? UNKNOWN;
}
