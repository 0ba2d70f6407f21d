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

/** Files the event; returns it. The object is copied, because later calls change it. */
export function fileEvent(state: State, nowMs: number, { type, object }: { readonly type: string; readonly object: unknown }): StripeObject {
  const event: StripeObject = { id: nextId(state, "evt"), object: "event", api_version: API_VERSION, created: seconds(nowMs), livemode: false, pending_webhooks: state.webhooks.length, request: { id: null, idempotency_key: null }, type, data: { object: structuredClone(object) } };
  state.events.push(event);
  return event;
}

/** Sends the event to one webhook, signed as Stripe signs; records what came back, never rejects. */
export async function deliver(state: State, event: StripeObject, { target, nowMs }: { readonly target: WebhookTarget; readonly nowMs: number }): Promise<void> {
  const payload = JSON.stringify(event);
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

export const eventRoutes: readonly Route[] = [
  { method: "GET", path: "/v1/events", run: (call) => {
    const type = textAt(call.query, "type");
    return page(call, "/v1/events", call.state.events.filter((event) => type === undefined || event["type"] === type).reverse());
  } },
  { method: "GET", path: "/v1/events/:id", run: (call, [id = ""]) => {
    const event = call.state.events.find((candidate) => candidate.id === id);
    if (event === undefined) throw missing(`No such event: '${id}'`);
    return event;
  } },
  { method: "POST", path: "/v1/webhook_endpoints", run: createEndpoint },
  { method: "GET", path: "/v1/webhook_endpoints", run: (call) => page(call, "/v1/webhook_endpoints", call.state.webhooks.map(endpointOf)) },
  { method: "DELETE", path: "/v1/webhook_endpoints/:id", run: removeEndpoint },
];
