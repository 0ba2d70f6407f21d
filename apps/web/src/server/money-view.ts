import { nanoFromUsdText, usdTextFromNano } from "@trunkline/contracts";
import { z } from "zod";

/** Decimal text of US dollars, as every view carries money. */
export const usd = usdTextFromNano;

/** Two decimals of a per cent; a limit of zero is always full. */
export function percentOf(part: bigint, whole: bigint): number {
  return whole <= 0n ? 100 : Number((part * 10_000n) / whole) / 100;
}

export function shareOf(part: bigint, whole: bigint): number {
  return whole <= 0n ? 0 : Number((part * 10_000n) / whole) / 10_000;
}

/** A positive dollar amount as text (`"12.50"`) or number, parsed to nano-USD. */
export const usdInput = z.union([z.string(), z.number().nonnegative()]).transform((value, context): bigint => {
  try {
    const nano = nanoFromUsdText(typeof value === "number" ? value.toFixed(9) : value);
    if (nano > 0n) return nano;
  } catch {
    // falls through to the one message below
  }
  context.addIssue({ code: "custom", message: "must be a positive dollar amount such as 12.50" });
  return z.NEVER;
});
