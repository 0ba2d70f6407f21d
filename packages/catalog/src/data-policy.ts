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
  fireworks: { trains: false, retains: false, source: "https://docs.fireworks.ai/guides/security_compliance/data_handling" },
}));

const UNKNOWN: DataPolicy = { trains: true, retains: true, source: "" };

export function dataPolicyOf(provider: string): DataPolicy {
  return POLICIES.get(provider) ?? UNKNOWN;
}
