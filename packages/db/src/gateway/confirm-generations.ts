import type { UsageEvent } from "@trunkline/contracts";
import { receipt } from "../generation-receipt.ts";
import type { Statement } from "./prepared.ts";

/** $1 request ids. Asks primary keys only: the spool lets go of what this names, rows that were taken away since among it. */
/** One row, the ids as a JSON list: a row an id costs both sides more than looking it up. */
export const CONFIRM_GENERATIONS: Statement<{ readonly ids: string }> = {
  name: "gateway_confirm_generations",
  text: `SELECT to_json(ARRAY(SELECT id FROM generation WHERE id = ANY($1::text[]) UNION ALL SELECT id FROM generation_tombstone WHERE id = ANY($1::text[])))::text AS ids`,
};

/** The receipt of an event that is still on its way to Postgres, in the shape that the stored row will have. */
export function receiptOfEvent(event: UsageEvent): Record<string, unknown> {
  const { usage } = event;
  return { ...receipt({
    ...event, createdAt: new Date(event.createdAtMs), usageBasis: usage.basis, usageParts: usage.parts ?? null, credentialId: event.credentialId ?? null, ownSpendNanoUsd: event.ownSpendNanoUsd ?? "0", ownKeyFeeNanoUsd: event.ownKeyFeeNanoUsd ?? "0",
    inputTokens: String(usage.inputTokens), cacheReadTokens: String(usage.cacheReadTokens), cacheWriteTokens: String(usage.cacheWriteTokens),
    outputTokens: String(usage.outputTokens), reasoningTokens: String(usage.reasoningTokens),
  }), signed_receipt: null };
}
