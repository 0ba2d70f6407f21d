import { textPatternsSchema } from "@trunkline/contracts";
import { z } from "zod";
import { PROMPT_RETENTION_DAYS_MAX } from "./prompt-bounds.ts";

/** What a project stores of its prompts. */
export const promptStorageInputs = {
  promptPercent: z.int().min(0).max(100).optional().describe("Share of requests of which prompt and answer are stored, redacted and encrypted. 0, the default: none, and what was stored is deleted."),
  promptRetentionDays: z.int().min(1).max(PROMPT_RETENTION_DAYS_MAX).optional().describe("Days after which a stored prompt is deleted."),
  promptPatterns: textPatternsSchema.optional().describe("Texts to take out of stored prompts, besides e-mail addresses, phone and card numbers and keys. # is a digit, one * a run of letters and digits; no regular expressions."),
};

export interface PromptStorageChange { readonly promptPercent?: number; readonly promptRetentionDays?: number; readonly promptPatterns?: string[] }
/** Only what was named. */
export const promptStorageIn = ({ promptPercent, promptRetentionDays, promptPatterns }: { promptPercent?: number | undefined; promptRetentionDays?: number | undefined; promptPatterns?: string[] | undefined }): PromptStorageChange => ({
  ...(promptPercent === undefined ? {} : { promptPercent }), ...(promptRetentionDays === undefined ? {} : { promptRetentionDays }), ...(promptPatterns === undefined ? {} : { promptPatterns }),
});
