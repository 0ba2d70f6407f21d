export const EFFORTS = ["", "low", "medium", "high"] as const;
export type Effort = (typeof EFFORTS)[number];

/** Shared by all columns. Numbers and JSON stand as they were typed. */
export interface Prompt {
  readonly system: string; readonly user: string; readonly images: readonly string[]; readonly tools: string; readonly schema: string;
  readonly effort: Effort; readonly temperature: string; readonly maxTokens: string;
}
export const EMPTY_PROMPT: Prompt = { system: "", user: "", images: [], tools: "", schema: "", effort: "", temperature: "", maxTokens: "" };
