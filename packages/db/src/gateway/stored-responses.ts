/** Answers of the Responses API that an organization lets the gateway keep. Every statement names its organization, project and book; what has expired is not there. */
import type { Statement } from "./prepared.ts";
import type { NewSealedResponse, ResponseScope, SealedResponse } from "../records.ts";

/** $1 organization, $2 project, $3 mode, $4 id, $5 depth, $6 bytes. Oldest first. A conversation beyond either bound comes back without its beginning. */
export const LOAD_RESPONSE_CHAIN: Statement<SealedResponse> = {
  name: "gateway_load_response_chain",
  text: `
WITH RECURSIVE chain AS (
  SELECT id, "previousId", sealed, bytes::bigint AS total, 1 AS depth FROM stored_response
  WHERE "organizationId" = $1 AND "projectId" = $2 AND mode = $3 AND id = $4 AND "expiresAt" > now()
  UNION ALL
  SELECT r.id, r."previousId", r.sealed, c.total + r.bytes, c.depth + 1 FROM chain c JOIN stored_response r ON r.id = c."previousId"
  WHERE r."organizationId" = $1 AND r."projectId" = $2 AND r.mode = $3 AND r."expiresAt" > now() AND c.depth < $5 AND c.total + r.bytes <= $6
)
SELECT id, "previousId", sealed FROM chain ORDER BY depth DESC`,
};

/** $1 organization, $2 project, $3 mode, $4 ids of items, $5 answers, $6 bytes. Latest first; what goes beyond either bound stays out. */
export const LOAD_RESPONSES_OF_ITEMS: Statement<SealedResponse> = {
  name: "gateway_load_responses_of_items",
  text: `
SELECT id, "previousId", sealed FROM (
  SELECT id, "previousId", sealed, sum(bytes) OVER (ORDER BY "createdAt" DESC, id) AS total, "createdAt" FROM stored_response
  WHERE "organizationId" = $1 AND "projectId" = $2 AND mode = $3 AND "itemIds" && $4::text[] AND "expiresAt" > now()
) found WHERE total <= $6 ORDER BY "createdAt" DESC, id LIMIT $5`,
};

/** An id comes from the provider; the same one again is the same answer given again. */
export const STORE_RESPONSE: Statement<Record<string, never>> = {
  name: "gateway_store_response",
  text: `
INSERT INTO stored_response ("organizationId", "projectId", mode, id, "previousId", sealed, bytes, "expiresAt", "itemIds") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT ("organizationId", "projectId", mode, id) DO UPDATE SET "previousId" = excluded."previousId", sealed = excluded.sealed, bytes = excluded.bytes, "expiresAt" = excluded."expiresAt", "itemIds" = excluded."itemIds"`,
};

export const REMOVE_RESPONSE: Statement<{ readonly id: string }> = {
  name: "gateway_remove_response",
  text: `DELETE FROM stored_response WHERE "organizationId" = $1 AND "projectId" = $2 AND mode = $3 AND id = $4 RETURNING id`,
};

export const scopeParameters = ({ organizationId, projectId, mode }: ResponseScope): readonly string[] => [organizationId, projectId, mode];
export const responseParameters = (scope: ResponseScope, row: NewSealedResponse): readonly unknown[] => [...scopeParameters(scope), row.id, row.previousId, row.sealed, row.bytes, new Date(row.expiresAtMs), row.itemIds];
