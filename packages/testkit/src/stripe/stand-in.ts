// A Stripe that keeps state, on a real socket: what the official client library can tell apart from Stripe in the calls we make is a
// fault of this file. Limits are enforced; prices are not computed; state survives the process only where a file is named.
import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Call, Route } from "./call.ts";
import { checkoutRoutes, completeSession } from "./checkout.ts";
import { customerRoutes } from "./customers.ts";
import { deliver, eventRoutes, fileEvent, fileMeterError, listens } from "./events.ts";
import { parseForm } from "./form.ts";
import type { FormObject } from "./form.ts";
import { closePeriod, invoiceRoutes, type PeriodEnd } from "./invoices.ts";
import { meterRoutes } from "./meters.ts";
import { checkoutPage, portalPage } from "./pages.ts";
import { dispute, failRefund, paymentRoutes } from "./payments.ts";
import { priceRoutes } from "./prices.ts";
import { StateFile } from "./state-file.ts";
import { createState, find, invalid, missing, StripeFault } from "./state.ts";
import type { Fault, State, StripeObject } from "./state.ts";

export interface StripeStandInOptions {
  /** 0 or absent: any free port. Always on loopback. */
  readonly port?: number;
  readonly webhookUrl?: string;
  readonly webhookSecret?: string;
  /** JSON file that carries the state over a restart, for a database that outlives this process. Absent: memory only. */
  readonly stateFile?: string;
  /** Milliseconds; the virtual clock of identifiers, timestamps and signatures. */
  readonly clock?: () => number;
}

export interface StripeStandIn {
  readonly url: string;
  readonly state: State;
  setFaults(faults: readonly Fault[]): void;
  /** Resolves when every webhook delivery under way has been answered or has failed. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1 << 20;
const ROUTES: readonly Route[] = [...customerRoutes, ...priceRoutes, ...meterRoutes, ...checkoutRoutes, ...invoiceRoutes, ...paymentRoutes, ...eventRoutes];

interface StandIn { readonly state: State; readonly clock: () => number; readonly file: StateFile | null; readonly deliveries: Set<Promise<void>>; origin: string }
interface Answer { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }

/** Starts the server; rejects when the port is taken. */
export async function createStripeStandIn({ port = 0, webhookUrl, webhookSecret, stateFile, clock = Date.now }: StripeStandInOptions = {}): Promise<StripeStandIn> {
  const file = stateFile === undefined ? null : StateFile.open(stateFile);
  const self: StandIn = { state: file?.state ?? createState(), clock, file, deliveries: new Set(), origin: "" };
  if (webhookUrl !== undefined && webhookSecret !== undefined) self.state.webhooks.push({ id: "we_standin", url: webhookUrl, secret: webhookSecret, types: ["*"] });
  const server = createServer((request, response) => { void serve(self, request, response); });
  await new Promise<void>((resolve, reject) => { server.once("error", reject).listen(port, "127.0.0.1", resolve); });
  self.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settled = async (): Promise<void> => { while (self.deliveries.size > 0) await Promise.all(self.deliveries); };
  return {
    url: self.origin, state: self.state, settled,
    setFaults(faults) { self.state.faults = faults.map((fault) => ({ ...fault })); },
    async close() { await stop(server); await settled(); },
  };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); });
}

async function serve(self: StandIn, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(request.url ?? "/", self.origin);
    const text = await readBody(request);
    if (url.pathname === "/healthz") return send(response, { status: 200, body: { status: "ok" } });
    if (url.pathname.startsWith("/_admin/")) {
      const answer = admin(self, request, { path: url.pathname, text });
      remember(self, request, url.pathname);
      return send(response, answer);
    }
    if (/^\/(checkout|portal)\//.test(url.pathname)) return visit(self, request, { url, response });
    self.state.requests += 1;
    const fault = takeFault(self.state, url.pathname);
    if (fault !== null && fault.kind !== "drop") return send(response, faultAnswer(fault.kind));
    const answer = await answerApi(self, request, { url, text });
    remember(self, request, url.pathname);
    if (fault?.kind === "drop") { request.socket.destroy(); return; }
    send(response, answer);
  } catch (error) {
    send(response, failure(error));
  }
}

const METER_EVENTS = /^\/v[12]\/billing\/meter_events$/;

/** Before the answer leaves: what was answered is known again after a kill. */
function remember({ file }: StandIn, request: IncomingMessage, path: string): void {
  if (file === null || request.method === "GET") return;
  if (METER_EVENTS.test(path)) file.append();
  else file.save();
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) throw invalid("The body is too large.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function failure(error: unknown): Answer {
  if (error instanceof StripeFault) return { status: error.status, body: { error: error.error } };
  return { status: 400, body: { error: { type: "invalid_request_error", message: error instanceof Error ? error.message : "unreadable request" } } };
}

function faultAnswer(status: 429 | 500): Answer {
  return { status, body: { error: { type: status === 429 ? "rate_limit_error" : "api_error", message: `fault switched on: ${status}` } } };
}

function takeFault(state: State, path: string): Fault | null {
  const fault = state.faults.find((candidate) => (candidate.path === undefined || path.startsWith(candidate.path)) && (candidate.times ?? 1) > 0);
  if (fault === undefined) return null;
  if (fault.times !== undefined) fault.times -= 1;
  return fault;
}

/** Authentication, idempotency, route, in Stripe's order. v1 replays every answer of a key; v2 runs failures again. */
async function answerApi(self: StandIn, request: IncomingMessage, { url, text }: { readonly url: URL; readonly text: string }): Promise<Answer> {
  if (!/^(Bearer|Basic) \S+/.test(request.headers.authorization ?? "")) throw new StripeFault(401, { type: "invalid_request_error", message: "You did not provide an API key." });
  const key = request.method === "POST" ? request.headers["idempotency-key"] : undefined;
  const fingerprint = createHash("sha256").update(`${url.pathname} ${text}`).digest("hex");
  const replay = typeof key === "string" ? self.state.replays.get(key) : undefined;
  if (replay !== undefined) {
    if (replay.fingerprint !== fingerprint) throw new StripeFault(400, { type: "idempotency_error", message: "Keys for idempotent requests can only be used with the same parameters they were first used with." });
    return { ...replay, headers: { "idempotent-replayed": "true" } };
  }
  const v2 = url.pathname.startsWith("/v2/");
  const answer = await route(self, request, { url, text }).then((body) => ({ status: 200, body: structuredClone(body) }), failure);
  // Refusals before execution, a concurrency conflict among them, are not kept under the key.
  if (typeof key === "string" && (answer.status === 200 || (!v2 && (answer.status >= 500 || answer.status === 402)))) self.state.replays.set(key, { ...answer, fingerprint });
  return answer;
}

async function route(self: StandIn, request: IncomingMessage, { url, text }: { readonly url: URL; readonly text: string }): Promise<unknown> {
  const json = url.pathname.startsWith("/v2/");
  const body = json && text !== "" ? (JSON.parse(text) as FormObject) : parseForm(text);
  for (const candidate of ROUTES) {
    const ids = candidate.method === request.method ? match(candidate.path, url.pathname) : null;
    if (ids !== null) return candidate.run(callOf(self, request, { url, body }), ids);
  }
  throw missing(`Unrecognized request URL (${request.method ?? ""}: ${url.pathname}).`);
}

function callOf(self: StandIn, request: IncomingMessage, { url, body }: { readonly url: URL; readonly body: FormObject }): Call {
  return {
    state: self.state, method: request.method ?? "GET", path: url.pathname, query: parseForm(url.search.slice(1)), body, nowMs: self.clock(), origin: self.origin,
    emit(type, object) { announce(self, fileEvent(self.state, self.clock(), { type, object })); },
  };
}

function announce(self: StandIn, event: StripeObject): void {
  for (const target of self.state.webhooks.filter((candidate) => listens(candidate, String(event["type"])))) {
    const delivery = deliver(self.state, event, { target, nowMs: self.clock() }).finally(() => self.deliveries.delete(delivery));
    self.deliveries.add(delivery);
  }
}

function match(pattern: string, path: string): readonly string[] | null {
  const want = pattern.split("/");
  const have = path.split("/");
  if (want.length !== have.length) return null;
  const ids: string[] = [];
  for (const [index, part] of want.entries()) {
    const value = have[index] ?? "";
    if (part.startsWith(":")) ids.push(decodeURIComponent(value));
    else if (part !== value) return null;
  }
  return ids;
}

/** The pages a person sees. The button of the checkout page completes the session and goes where the caller asked. */
function visit(self: StandIn, request: IncomingMessage, { url, response }: { readonly url: URL; readonly response: ServerResponse }): void {
  const [, area = "", id = "", action] = url.pathname.split("/");
  const session = find(self.state, id, area === "checkout" ? "checkout.session" : "billing_portal.session");
  if (area === "checkout" && action === "pay" && request.method === "POST") {
    const paid = completeSession(callOf(self, request, { url, body: {} }), id);
    remember(self, request, url.pathname);
    response.writeHead(303, { location: String(paid["success_url"]).replaceAll("{CHECKOUT_SESSION_ID}", id) }).end();
    return;
  }
  const html = area === "checkout" ? checkoutPage(session) : portalPage(session, [...self.state.objects.values()].filter((object) => object.object === "subscription" && object["customer"] === session["customer"]));
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(html);
}

/**
 * `PUT /_admin/faults` takes `{faults: Fault[]}` or one `Fault`; `POST /_admin/meter-errors` takes `{identifier}` of a meter event that is
 * to turn out invalid after it was accepted; `POST /_admin/invoices` takes `{subscription, paid}` and ends a billing period, over `cents` or over what its prices and meters come to;
 * `POST /_admin/disputes` takes `{paymentIntent}` or `{id, status}`, `POST /_admin/refunds/fail` takes `{id}`; `GET /_admin/state` shows everything that is remembered.
 */
function admin(self: StandIn, request: IncomingMessage, { path, text }: { readonly path: string; readonly text: string }): Answer {
  if (path === "/_admin/faults" && request.method === "PUT") {
    const parsed = JSON.parse(text === "" ? "{}" : text) as { faults?: Fault[] } & Partial<Fault>;
    const faults = parsed.faults ?? (parsed.kind === undefined ? [] : [parsed as Fault]);
    if (!faults.every((fault) => ["drop", 429, 500].includes(fault.kind))) throw invalid("A fault is drop, 429 or 500.");
    self.state.faults = faults;
    return { status: 200, body: { faults } };
  }
  if (path === "/_admin/meter-errors" && request.method === "POST") {
    const event = fileMeterError(self.state, self.clock(), String((JSON.parse(text) as { identifier?: unknown }).identifier));
    if (event === null) throw missing("No such meter event.");
    announce(self, event);
    return { status: 200, body: event };
  }
  if (path === "/_admin/invoices" && request.method === "POST") {
    const wish = JSON.parse(text) as PeriodEnd;
    const url = new URL(request.url ?? "/", self.origin);
    return { status: 200, body: closePeriod(callOf(self, request, { url, body: {} }), wish) };
  }
  if ((path === "/_admin/disputes" || path === "/_admin/refunds/fail") && request.method === "POST") {
    const wish = JSON.parse(text) as { id?: string; paymentIntent?: string; status?: string };
    const call = callOf(self, request, { url: new URL(request.url ?? "/", self.origin), body: {} });
    return { status: 200, body: path === "/_admin/disputes" ? dispute(call, wish) : failRefund(call, wish.id ?? "") };
  }
  if (path === "/_admin/state" && request.method === "GET") {
    const { objects, meterEvents, events, deliveries, faults, requests, busy } = self.state;
    return { status: 200, body: { now: self.clock(), requests, busy: [...busy], faults, meterEvents, events, deliveries, objects: [...objects.values()] } };
  }
  throw missing(`No such control: ${path}`);
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json", "request-id": `req_${randomUUID().replaceAll("-", "").slice(0, 14)}`, ...headers }).end(JSON.stringify(body));
}
