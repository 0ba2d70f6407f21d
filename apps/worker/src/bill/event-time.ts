// Decides which moment a meter event names, and with it which billing period holds it. It promises that usage is named within its window where the
// invoice of that time can still take it in, and else now: Stripe bills nothing that it is told of after the invoice is final.

/** Stripe makes an invoice final an hour after its period has ended; ten minutes are left for the way. */
export const INVOICE_OPEN_MS = 50 * 60_000;
const SECOND_MS = 1_000;

/** `notBeforeMs`: credit has paid for what was not told before. A repeat may name another moment than the try before it: the identifier alone decides whether it counts. */
export function eventTimeOf({ windowEndMs, notBeforeMs, nowMs }: { readonly windowEndMs: number; readonly notBeforeMs: number; readonly nowMs: number }): number {
  const own = windowEndMs - SECOND_MS;
  const named = nowMs - windowEndMs <= INVOICE_OPEN_MS ? own : Math.floor(nowMs / SECOND_MS) * SECOND_MS;
  return Math.max(named, Math.ceil(notBeforeMs / SECOND_MS) * SECOND_MS);
}
