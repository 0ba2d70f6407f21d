// Meters and their events, with the limits that an exporter must survive: whole numbers, identifiers counted once in a rolling day,
// timestamps between 35 days ago and 5 minutes ahead, one call at a time for a customer and meter.
import { page, seconds } from "./call.ts";
import type { Call, Route } from "./call.ts";
import { objectAt, textAt } from "./form.ts";
import type { FormObject } from "./form.ts";
import { all, find, invalid, nextId, StripeFault, store } from "./state.ts";
import type { MeterEventRecord, StripeObject } from "./state.ts";

const DAY_MS = 86_400_000;
const IDENTIFIER_WINDOW_MS = DAY_MS;
const PAST_MAX_MS = 35 * DAY_MS;
const FUTURE_MAX_MS = 5 * 60_000;
const IDENTIFIER_CHARACTERS_MAX = 100;
const WHOLE = /^-?\d{1,15}$/;

function createMeter(call: Call): StripeObject {
  const { body, state } = call;
  const eventName = textAt(body, "event_name");
  const displayName = textAt(body, "display_name");
  if (eventName === undefined || displayName === undefined) throw invalid("Missing required param: event_name or display_name.", { code: "parameter_missing" });
  if (activeMeter(call, eventName)) throw invalid(`An active meter already exists for event_name ${eventName}.`, { param: "event_name" });
  const mapping = objectAt(body, "customer_mapping");
  return store(state, {
    id: nextId(state, "mtr"), object: "billing.meter", created: seconds(call.nowMs), updated: seconds(call.nowMs), livemode: false, status: "active",
    display_name: displayName, event_name: eventName, event_time_window: textAt(body, "event_time_window") ?? null, status_transitions: { deactivated_at: null },
    default_aggregation: { formula: textAt(objectAt(body, "default_aggregation"), "formula") ?? "sum" },
    customer_mapping: { type: "by_id", event_payload_key: textAt(mapping, "event_payload_key") ?? "stripe_customer_id" },
    value_settings: { event_payload_key: textAt(objectAt(body, "value_settings"), "event_payload_key") ?? "value" },
  });
}

function activeMeter(call: Call, eventName: string): StripeObject | undefined {
  return all(call.state, "billing.meter").find((meter) => meter["event_name"] === eventName && meter["status"] === "active");
}

const payloadKey = (meter: StripeObject, field: "customer_mapping" | "value_settings"): string => (meter[field] as { event_payload_key: string }).event_payload_key;

/** Validates and records one event; throws the refusal. Shared by both versions of the endpoint, which differ in the wire alone. */
function record(call: Call, form: FormObject, timestampMs: number): MeterEventRecord {
  const { state, nowMs } = call;
  const eventName = textAt(form, "event_name") ?? "";
  const meter = activeMeter(call, eventName);
  if (meter === undefined) throw invalid(`No active meter found for event_name ${eventName}.`, { code: "no_meter" });
  const payload = objectAt(form, "payload") as Readonly<Record<string, string>>;
  const customerId = payload[payloadKey(meter, "customer_mapping")] ?? "";
  if (state.objects.get(customerId)?.object !== "customer") throw invalid(`No such customer: '${customerId}'`, { code: "meter_event_customer_not_found" });
  const value = payload[payloadKey(meter, "value_settings")] ?? "";
  if (!WHOLE.test(value)) throw invalid("The value of a meter event must be a whole number.", { code: "meter_event_invalid_value" });
  if (!(timestampMs >= nowMs - PAST_MAX_MS)) throw invalid("The timestamp is more than 35 calendar days in the past.", { code: "timestamp_too_far_in_past" });
  if (timestampMs > nowMs + FUTURE_MAX_MS) throw invalid("The timestamp is more than 5 minutes in the future.", { code: "timestamp_in_future" });
  const identifier = textAt(form, "identifier") ?? nextId(state, "mev");
  if (identifier.length > IDENTIFIER_CHARACTERS_MAX) throw invalid("The identifier may have 100 characters.", { param: "identifier" });
  if (state.meterEvents.some((event) => event.identifier === identifier && event.receivedAtMs > nowMs - IDENTIFIER_WINDOW_MS)) {
    throw invalid(`An event already exists with identifier ${identifier}.`, { code: "duplicate_meter_event" });
  }
  const accepted = { eventName, identifier, customerId, value: Number(value), timestampMs, receivedAtMs: nowMs, payload };
  state.meterEvents.push(accepted);
  return accepted;
}

/** A call holds its (customer, meter) for about as long as one takes at Stripe's edge; calls that overlap are refused. */
const CALL_MS = 15;

async function exclusively<T>(call: Call, form: FormObject, work: () => T): Promise<T> {
  const key = `${textAt(objectAt(form, "payload"), "stripe_customer_id") ?? ""} ${textAt(form, "event_name") ?? ""}`;
  if (call.state.busy.has(key)) throw new StripeFault(429, { type: "invalid_request_error", code: "too_many_concurrent_requests", message: "Another call for this customer and meter is under way." });
  call.state.busy.add(key);
  try {
    await new Promise((resolve) => setTimeout(resolve, CALL_MS));
    return work();
  } finally {
    call.state.busy.delete(key);
  }
}

async function createEventV1(call: Call): Promise<unknown> {
  const stamp = textAt(call.body, "timestamp");
  const event = await exclusively(call, call.body, () => record(call, call.body, stamp === undefined ? call.nowMs : Number(stamp) * 1000));
  return { object: "billing.meter_event", created: seconds(call.nowMs), event_name: event.eventName, identifier: event.identifier, livemode: false, payload: event.payload, timestamp: seconds(event.timestampMs) };
}

async function createEventV2(call: Call): Promise<unknown> {
  const stamp = textAt(call.body, "timestamp");
  const event = await exclusively(call, call.body, () => record(call, call.body, stamp === undefined ? call.nowMs : Date.parse(stamp)));
  return { object: "v2.billing.meter_event", created: new Date(call.nowMs).toISOString(), event_name: event.eventName, identifier: event.identifier, livemode: false, payload: event.payload, timestamp: new Date(event.timestampMs).toISOString() };
}

function listSummaries(call: Call, [id = ""]: readonly string[]): unknown {
  const meter = find(call.state, id, "billing.meter");
  const start = Number(textAt(call.query, "start_time"));
  const end = Number(textAt(call.query, "end_time"));
  if (!(start % 60 === 0 && end % 60 === 0 && end > start)) throw invalid("start_time and end_time must be aligned with minute boundaries.");
  const window = textAt(call.query, "value_grouping_window");
  const unit = window === "day" ? 86_400 : window === "hour" ? 3_600 : end - start;
  if (window !== undefined && (start % unit !== 0 || end % unit !== 0)) throw invalid(`start_time and end_time must be aligned with ${window} boundaries.`);
  const within = call.state.meterEvents.filter((event) => event.eventName === meter["event_name"] && event.customerId === textAt(call.query, "customer")
    && event.timestampMs >= start * 1000 && event.timestampMs < end * 1000);
  const counts = (meter["default_aggregation"] as { formula: string }).formula === "count";
  const sums = new Map<number, number>(window === undefined ? [[start, 0]] : []);
  for (const event of within) {
    const from = window === undefined ? start : Math.floor(event.timestampMs / 1000 / unit) * unit;
    sums.set(from, (sums.get(from) ?? 0) + (counts ? 1 : event.value));
  }
  // Newest first; the id derives from the window, so that a cursor finds its place on the next page.
  return page(call, `/v1/billing/meters/${id}/event_summaries`, [...sums].sort(([a], [b]) => b - a).map(([from, value]) => ({ id: `mtrusg_${id}_${from}`, object: "billing.meter_event_summary", aggregated_value: value, start_time: from, end_time: from + unit, livemode: false, meter: id })));
}

export const meterRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/billing/meters", run: createMeter },
  { method: "GET", path: "/v1/billing/meters", run: (call) => {
    const status = textAt(call.query, "status");
    return page(call, "/v1/billing/meters", all(call.state, "billing.meter").filter((meter) => status === undefined || meter["status"] === status).reverse());
  } },
  { method: "GET", path: "/v1/billing/meters/:id", run: (call, [id = ""]) => find(call.state, id, "billing.meter") },
  { method: "POST", path: "/v1/billing/meters/:id/deactivate", run: (call, [id = ""]) => Object.assign(find(call.state, id, "billing.meter"), { status: "inactive", status_transitions: { deactivated_at: seconds(call.nowMs) } }) },
  { method: "GET", path: "/v1/billing/meters/:id/event_summaries", run: listSummaries },
  { method: "POST", path: "/v1/billing/meter_events", run: createEventV1 },
  { method: "POST", path: "/v2/billing/meter_events", run: createEventV2 },
];
