import type { ExportRow } from "@trunkline/db/worker";

/** Stripe counts an identifier once in a rolling 24 h; past this age a repeat might be counted again, so a person decides. */
export const AMBIGUOUS_RETRY_MAX_MS = 20 * 3_600_000;

export type Disposition = "send" | "stop";

/**
 * What to do with a row that is not sent. A row without `sendingAt` was never in doubt. One with it (a crash between `sending` and
 * `sent`, or an answer that never came) goes again under the same identifier while Stripe is certain to recognise it, and stops then.
 */
export function dispositionOf(row: Pick<ExportRow, "sendingAtMs">, nowMs: number): Disposition {
  return row.sendingAtMs !== null && nowMs - row.sendingAtMs >= AMBIGUOUS_RETRY_MAX_MS ? "stop" : "send";
}
