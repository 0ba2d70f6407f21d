import { SPEND_METER } from "@trunkline/contracts";
import Stripe from "stripe";
import type { StripeClient } from "./stripe.ts";

/** Event names of the two meters, and what their whole numbers count. */
export const METERS = {
  spend: { eventName: SPEND_METER, displayName: "Spend (micro-USD)" },
  requests: { eventName: "trunkline_requests", displayName: "Requests" },
} as const;
export type MeterName = keyof typeof METERS;

/** 1 micro-USD in cents. */
const CENTS_PER_MICRO_USD = "0.0001";
const SPEND_PRICE_LOOKUP_KEY = "trunkline_spend";
const METERS_PER_PAGE = 100;

/** Creates the meters that are not there; returns the id of each. */
export async function ensureMeters(stripe: StripeClient): Promise<Readonly<Record<MeterName, string>>> {
  const known = new Map<string, string>();
  for await (const meter of stripe.billing.meters.list({ status: "active", limit: METERS_PER_PAGE })) known.set(meter.event_name, meter.id);
  const ensure = async (name: MeterName): Promise<string> => {
    const { eventName, displayName } = METERS[name];
    const found = known.get(eventName);
    if (found !== undefined) return found;
    const created = await stripe.billing.meters.create({
      display_name: displayName, event_name: eventName, default_aggregation: { formula: "sum" },
      customer_mapping: { type: "by_id", event_payload_key: "stripe_customer_id" }, value_settings: { event_payload_key: "value" },
    }, { idempotencyKey: `meter-${eventName}` });
    return created.id;
  };
  return { spend: await ensure("spend"), requests: await ensure("requests") };
}

/** The monthly price that bills the spend meter one to one; found by its lookup key, else created with its product. Returns its id. */
export async function ensureSpendPrice(stripe: StripeClient, spendMeterId: string): Promise<string> {
  const found = await stripe.prices.list({ lookup_keys: [SPEND_PRICE_LOOKUP_KEY], active: true, limit: 1 });
  const price = found.data[0] ?? await stripe.prices.create({
    currency: "usd", unit_amount_decimal: Stripe.Decimal.from(CENTS_PER_MICRO_USD), billing_scheme: "per_unit", lookup_key: SPEND_PRICE_LOOKUP_KEY,
    product_data: { name: "Trunkline usage" }, recurring: { interval: "month", usage_type: "metered", meter: spendMeterId },
  }, { idempotencyKey: `price-${SPEND_PRICE_LOOKUP_KEY}-${spendMeterId}` });
  return price.id;
}

const MINUTE_S = 60;
/** Stripe takes events up to 35 days older than themselves: none can be older than that before its meter. */
const BEFORE_METER_S = 35 * 86_400;

/**
 * What Stripe has counted for a customer since the meter exists, from its event summaries. Events accepted in the last minutes may be
 * missing: Stripe aggregates after it has answered. Rejects with the library's error.
 */
export async function loadMeterTotal(stripe: StripeClient, { meterId, customerId, nowMs }: { readonly meterId: string; readonly customerId: string; readonly nowMs: number }): Promise<bigint> {
  const { created } = await stripe.billing.meters.retrieve(meterId);
  const toMinute = (seconds: number): number => Math.floor(seconds / MINUTE_S) * MINUTE_S;
  const range = { start_time: toMinute(created - BEFORE_METER_S), end_time: toMinute(nowMs / 1000) + MINUTE_S };
  let total = 0n;
  for await (const summary of stripe.billing.meters.listEventSummaries(meterId, { customer: customerId, ...range })) total += BigInt(summary.aggregated_value);
  return total;
}

const HOUR_S = 3_600;

/** What Stripe has counted, by the hour that the events name, in milliseconds; hours without an event are absent. Rejects with the library's error. */
export async function loadMeterHours(stripe: StripeClient, { meterId, customerId, fromMs, nowMs }: { readonly meterId: string; readonly customerId: string; readonly fromMs: number; readonly nowMs: number }): Promise<ReadonlyMap<number, bigint>> {
  const hours = new Map<number, bigint>();
  // By the hour, both ends must fall on one; an event may name a moment five minutes ahead.
  const range = { start_time: Math.floor(fromMs / 1000 / HOUR_S) * HOUR_S, end_time: (Math.floor(nowMs / 1000 / HOUR_S) + 2) * HOUR_S };
  for await (const summary of stripe.billing.meters.listEventSummaries(meterId, { customer: customerId, ...range, value_grouping_window: "hour", limit: METERS_PER_PAGE })) {
    if (summary.aggregated_value !== 0) hours.set(summary.start_time * 1000, BigInt(summary.aggregated_value));
  }
  return hours;
}

export interface MeterEvent {
  readonly eventName: string;
  readonly customerId: string;
  /** Whole number; the unit is the meter's. */
  readonly value: bigint;
  readonly timestampMs: number;
  readonly identifier: string;
}

/**
 * `accepted`: counted now. `duplicate`: this identifier had been counted before, which is success for the sender. `refused`: not
 * counted, for sure. `ambiguous`: no answer, or one that does not say; only the same identifier may be sent again.
 */
export type SendOutcome =
  | { readonly kind: "accepted" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "refused"; readonly status: number | null; readonly message: string }
  | { readonly kind: "ambiguous"; readonly status: number | null; readonly message: string };

/** Sends one event over the v2 endpoint, which validates at once. Never rejects for what Stripe or the network did. */
export async function sendMeterEvent(stripe: StripeClient, event: MeterEvent): Promise<SendOutcome> {
  try {
    await stripe.v2.billing.meterEvents.create({
      event_name: event.eventName, identifier: event.identifier, timestamp: new Date(event.timestampMs).toISOString(),
      payload: { stripe_customer_id: event.customerId, value: event.value.toString() },
      // With the moment: an event that Stripe gave back is sent again under its identifier, and its first answer must not stand for the second.
    }, { idempotencyKey: `${event.identifier}:${event.timestampMs}` });
    return { kind: "accepted" };
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return outcomeOf(error);
    throw error;
  }
}

/** Stripe refuses a repeated identifier by code on v2; some answers carry the sentence alone. */
const isDuplicate = (error: Stripe.errors.StripeError): boolean => error.code === "duplicate_meter_event" || /event already exists with identifier/i.test(error.message);

function outcomeOf(error: Stripe.errors.StripeError): SendOutcome {
  const status = error.statusCode ?? null;
  if (isDuplicate(error)) return { kind: "duplicate" };
  const refused = status !== null && status >= 400 && status < 500;
  return { kind: refused ? "refused" : "ambiguous", status, message: `${error.type} ${status ?? "without an answer"}: ${error.message}` };
}
