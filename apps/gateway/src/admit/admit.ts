import { GatewayError, type Budget } from "@trunkline/contracts";
import type { Kv } from "@trunkline/kv";
import type { AuthenticatedCall, Reservation, Stages } from "../stages.ts";
import { LimitedReservation, takeLimits } from "./call-limits.ts";
import { takeRate } from "./rate-limit.ts";
import { createReservation, NO_RESERVATION, type ReservationStores } from "./reservation.ts";

export interface AdmitOptions extends ReservationStores {
  readonly kv: Pick<Kv, "takeRate" | "takeLimits" | "returnLimits" | "reserve" | "settle" | "release">;
  /** False while the spool cannot take another record: nothing is served unmetered. */
  readonly spoolHasRoom: () => boolean;
  onRateStoreAway(): void;
  /** Such a refusal leaves no receipt; it is counted. */
  onRateLimited(): void;
}

const NO_BUDGETS: readonly Budget[] = [];

/**
 * Input: a genuine key. Output: the request is within its rate limits and carries a reservation, which attempts will fill.
 * Fails with GatewayError 429 tenant.rate_limited or 503 gateway.overloaded. Test keys bind no budget, because they cost nothing.
 */
export function createAdmit(options: AdmitOptions): Stages["admit"] {
  return async (call: AuthenticatedCall) => {
    assertRecordable(options);
    const { limits } = call.key;
    let taken;
    try {
      taken = limits ? await takeLimits(options.kv, call, { limits, onStoreAway: options.onRateStoreAway }) : await takeRate(options.kv, call, options.onRateStoreAway);
    } catch (error) {
      if (error instanceof GatewayError && error.code === "tenant.rate_limited") options.onRateLimited();
      throw error;
    }
    const reservation = reservationFor(call, options);
    return { exchange: call.exchange, call: call.call, facts: call.facts, key: call.key, mode: call.mode, reservation: taken ? new LimitedReservation(reservation, taken, options.kv) : reservation };
  };
}

/** For a copy of a request: its budgets bind it, its requests a minute are its callers' own. Fails as the above where usage cannot be recorded. */
export function createAdmitUnlimited(options: Pick<AdmitOptions, keyof ReservationStores | "spoolHasRoom">): Stages["admit"] {
  return (call) => {
    assertRecordable(options);
    return { ...call, reservation: reservationFor(call, options) };
  };
}

function assertRecordable({ spoolHasRoom }: Pick<AdmitOptions, "spoolHasRoom">): void {
  if (!spoolHasRoom()) throw new GatewayError("gateway.overloaded", "The gateway cannot record usage right now, so it takes no new requests. Retry in a few seconds.", { retryAfterMs: 5000 });
}

function reservationFor({ mode, key, exchange, facts }: AuthenticatedCall, stores: ReservationStores): Reservation {
  const budgets = mode === "test" ? NO_BUDGETS : key.budgets;
  return budgets.length === 0 ? NO_RESERVATION : createReservation({ id: exchange.requestId, endUser: facts.endUser }, budgets, stores);
}
