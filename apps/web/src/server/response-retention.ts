import { z } from "zod";

/** As long as OpenAI keeps them; what must live longer belongs in the caller's own store. */
export const RESPONSE_RETENTION_DAYS_MAX = 30;
export const responseRetentionInput = z.int().min(0).max(RESPONSE_RETENTION_DAYS_MAX).describe("Days for which answers of POST /v1/responses and the input that asked for them are kept, encrypted, so that previous_response_id works. 0, the default: no body is stored, and what was stored is deleted.");
