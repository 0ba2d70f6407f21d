// Turns ledger sums of closed windows into export rows. It promises that the rows of a (customer, meter) together never hold more
// than its ledger, and exactly as much once every window is closed; late usage opens the next sequence of its window, and no row
// that exists is ever edited. Sending is left to bill/.
import { EXPORT_UNIT_NANO_USD, meterEventIdentifier, METERS, nextExport } from "@trunkline/billing";
import type { OpenExports, WindowRange } from "../stages.ts";

/** Share of a window by which closing waits for the spools to ship: 2 minutes of an hour. Whatever is later is late usage. */
const GRACE_SHARE = 30;
const DAY_MS = 86_400_000;
/** Stripe refuses timestamps older than 35 days; a day is left for repeats. */
export const LOOKBACK_MS = 34 * DAY_MS;

/** The closed windows that may still be sent: both ends fall on window bounds. */
export function closedWindows({ nowMs, windowMs, lookbackMs = LOOKBACK_MS }: { readonly nowMs: number; readonly windowMs: number; readonly lookbackMs?: number }): WindowRange {
  const toMs = Math.floor((nowMs - windowMs / GRACE_SHARE) / windowMs) * windowMs;
  return { fromMs: Math.ceil((nowMs - lookbackMs) / windowMs) * windowMs, toMs, windowMs };
}

/** Opens a row for each closed window with usage that no row covers. Returns how many. */
export const openExports: OpenExports = async (book, options) => {
  const { meter, customerId, range, nowMs } = options;
  const windows = await book.findUnexported(range);
  if (windows.length === 0) return 0;
  const totals = await book.loadTotals();
  let carried = meter === "spend" ? totals.quantity - totals.value * EXPORT_UNIT_NANO_USD : 0n;
  for (const window of windows) {
    const split = meter === "spend" ? nextExport({ amountNanoUsd: window.quantity, carriedRemainder: carried }) : { valueMicroUsd: window.quantity, remainder: 0n };
    carried = split.remainder;
    const identifier = meterEventIdentifier({ customerId, meter: METERS[meter].eventName, windowStartMs: window.windowStartMs, sequence: window.sequence });
    await book.open({ ...window, identifier, stripeCustomerId: customerId, value: split.valueMicroUsd, remainderNanoUsd: split.remainder }, nowMs);
  }
  return windows.length;
};
