/** Prompts and answers of projects that store them. Gateways only write; the dashboard reads. */
import type { NewStoredPrompt } from "../records.ts";
import type { Statement } from "./prepared.ts";

/** A repeated request is the same request. A project that switched storing off meanwhile gets nothing. */
export const STORE_PROMPT: Statement<Record<string, never>> = {
  name: "gateway_store_prompt",
  text: `
INSERT INTO stored_prompt ("organizationId", "projectId", "requestId", sealed, "expiresAt")
SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT FROM project WHERE id = $2 AND "organizationId" = $1 AND "promptPercent" > 0)
ON CONFLICT ("organizationId", "requestId") DO NOTHING`,
};

export const promptParameters = ({ organizationId, projectId, requestId, sealed, expiresAtMs }: NewStoredPrompt): readonly unknown[] => [organizationId, projectId, requestId, sealed, new Date(expiresAtMs)];
