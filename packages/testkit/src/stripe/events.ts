import { createHash } from "node:crypto";
import Stripe from "stripe";
import { page, seconds } from "./call.ts";
import type { Call, Route } from "./call.ts";
import { listAt, textAt } from "./form.ts";
import { invalid, missing, nextId } from "./state.ts";
import type { State, StripeObject, WebhookTarget } from "./state.ts";

/** A receiver that has not answered by then is counted as failed, as Stripe does. */
const DELIVERY_TIMEOUT_MS = 10_000;
const API_VERSION = "2026-10-28.endive";
const THIN = "v2.core.event";

/** Files the event; returns it. The object is copied, because later calls change it. */
export function fileEvent(state: State, nowMs: number, { type, object }: { readonly type: string; readonly object: unknown }): StripeObject {
  const event: StripeObject = { id: nextId(state, "evt"), object: "event", api_version: API_VERSION, created: seconds(nowMs), livemode: false, pending_webhooks: state.webhooks.length, request: { id: null, idempotency_key: null }, type, data: { object: structuredClone(object) } };
  state.events.push(event);
  return event;
}

/**
 * Files the report that a meter event, accepted before, could not be counted: the event is taken out of the meter. Returns null for an
 * unknown identifier. A thin event: deliveries carry no data, `GET /v2/core/events/:id` does.
 */
export function fileMeterError(state: State, nowMs: number, identifier: string): StripeObject | null {
  const at = state.meterEvents.findIndex((event) => event.identifier === identifier);
  const [lost] = at < 0 ? [] : state.meterEvents.splice(at, 1);
  if (lost === undefined) return null;
  const meter = [...state.objects.values()].find((object) => object.object === "billing.meter" && object["event_name"] === lost.eventName);
  const event: StripeObject = {
    id: nextId(state, "evt"), object: THIN, created: new Date(nowMs).toISOString(), livemode: false, context: null, reason: null, type: "v1.billing.meter.error_report_triggered",
    related_object: { id: meter?.id ?? "", type: "billing.meter", url: `/v1/billing/meters/${meter?.id ?? ""}` },
    data: {
      developer_message_summary: "There is 1 invalid event", validation_start: new Date(nowMs).toISOString(), validation_end: new Date(nowMs).toISOString(),
      reason: { error_count: 1, error_types: [{ code: "meter_event_customer_not_found", error_count: 1, sample_errors: [{ error_message: "Customer mapping key not found.", request: { identifier } }] }] },
    },
  };
  state.events.push(event);
  return event;
}

/** Sends the event to one webhook, signed as Stripe signs; records what came back, never rejects. */
export async function deliver(state: State, event: StripeObject, { target, nowMs }: { readonly target: WebhookTarget; readonly nowMs: number }): Promise<void> {
  const { data, ...thin } = event;
  const payload = JSON.stringify(event.object === THIN ? thin : { ...thin, data });
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: target.secret, timestamp: seconds(nowMs) });
  const status = await fetch(target.url, { method: "POST", headers: { "content-type": "application/json; charset=utf-8", "stripe-signature": signature }, body: payload, redirect: "manual", signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS) })
    .then(async (response) => { await response.arrayBuffer(); return response.status; }, () => null);
  state.deliveries.push({ eventId: event.id, url: target.url, status });
}

export const listens = (target: WebhookTarget, type: string): boolean => target.types.includes("*") || target.types.includes(type);

function createEndpoint(call: Call): unknown {
  const url = textAt(call.body, "url");
  if (url === undefined || !URL.canParse(url)) throw invalid("Invalid URL: an absolute URL is needed.", { param: "url" });
  const id = nextId(call.state, "we");
  const secret = `whsec_${createHash("sha256").update(`${id} ${url}`).digest("hex").slice(0, 32)}`;
  const types = listAt(call.body, "enabled_events").filter((type): type is string => typeof type === "string");
  call.state.webhooks.push({ id, url, secret, types });
  return { id, object: "webhook_endpoint", url, secret, enabled_events: types, status: "enabled", livemode: false, created: seconds(call.nowMs), metadata: {} };
}

const endpointOf = ({ id, url, types }: WebhookTarget): StripeObject => ({ id, object: "webhook_endpoint", url, enabled_events: types, status: "enabled", livemode: false, metadata: {} });

function removeEndpoint(call: Call, [id = ""]: readonly string[]): unknown {
  const index = call.state.webhooks.findIndex((target) => target.id === id);
  if (index < 0) throw missing(`No such webhook endpoint: '${id}'`);
  call.state.webhooks.splice(index, 1);
  return { id, object: "webhook_endpoint", deleted: true };
}

function findEvent(state: State, id: string, object: string): StripeObject {
  const event = state.events.find((candidate) => candidate.id === id && candidate.object === object);
  if (event === undefined) throw missing(`No such event: '${id}'`);
  return event;
}

export const eventRoutes: readonly Route[] = [
  { method: "GET", path: "/v1/events", run: (call) => {
    const type = textAt(call.query, "type");
    return page(call, "/v1/events", call.state.events.filter((event) => event.object !== THIN && (type === undefined || event["type"] === type)).reverse());
  } },
  { method: "GET", path: "/v1/events/:id", run: (call, [id = ""]) => findEvent(call.state, id, "event") },
  { method: "GET", path: "/v2/core/events/:id", run: (call, [id = ""]) => findEvent(call.state, id, THIN) },
  { method: "POST", path: "/v1/webhook_endpoints", run: createEndpoint },
  { method: "GET", path: "/v1/webhook_endpoints", run: (call) => page(call, "/v1/webhook_endpoints", call.state.webhooks.map(endpointOf)) },
  { method: "DELETE", path: "/v1/webhook_endpoints/:id", run: removeEndpoint },
];
