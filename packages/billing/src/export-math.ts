import { createHash } from "node:crypto";

/** Stripe meters whole numbers; the spend meter counts micro-USD. */
export const EXPORT_UNIT_NANO_USD = 1_000n;

/**
 * Splits nano-USD into the whole micro-USD to send now and the nano-USD to carry. For any sequence of amounts, each carrying the
 * remainder of the one before: Σ sent × 1000 + last remainder = Σ amounts, and 0 ≤ remainder < 1000.
 */
export function nextExport({ amountNanoUsd, carriedRemainder }: { readonly amountNanoUsd: bigint; readonly carriedRemainder: bigint }): { readonly valueMicroUsd: bigint; readonly remainder: bigint } {
  const total = amountNanoUsd + carriedRemainder;
  // Floor, not truncation, so that the remainder of a correction is not negative either.
  const remainder = ((total % EXPORT_UNIT_NANO_USD) + EXPORT_UNIT_NANO_USD) % EXPORT_UNIT_NANO_USD;
  return { valueMicroUsd: (total - remainder) / EXPORT_UNIT_NANO_USD, remainder };
}

/**
 * The identifier under which Stripe counts a value once (64 hexadecimal characters; Stripe allows 100). Derived, so that whoever
 * sends the row again after a crash sends the same one.
 */
export function meterEventIdentifier(key: { readonly customerId: string; readonly meter: string; readonly windowStartMs: number; readonly sequence: number }): string {
  return createHash("sha256").update(JSON.stringify([key.customerId, key.meter, key.windowStartMs, key.sequence])).digest("hex");
}
