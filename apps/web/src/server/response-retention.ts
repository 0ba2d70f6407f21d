import { z } from "zod";
import { RESPONSE_RETENTION_DAYS_MAX } from "./prompt-bounds.ts";

export const responseRetentionInput = z.int().min(0).max(RESPONSE_RETENTION_DAYS_MAX).describe("Days for which answers of POST /v1/responses and the input that asked for them are kept, encrypted, so that previous_response_id works. 0, the default: no body is stored, and what was stored is deleted.");
