// The simulator's order of work: read the body, find the route, choose the fault, make the answer, deliver it,
// write the journal. Each step is decided elsewhere; here they are wired.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";
import { createAnswer } from "./answer.ts";
import { handleAdmin } from "./admin.ts";
import type { Fields, SimulatedCall } from "./call.ts";
import { fieldsOf, InvalidCall } from "./call.ts";
import type { Delivery } from "./delivery.ts";
import { createOutcome, deliverPlain, deliverStream, failureOf, joinFrames, sendFailure, streamContentType, withstandsFaultsBeforeHeaders } from "./delivery.ts";
import type { Fault, FaultRule } from "./faults.ts";
import { FaultSyntaxError, parseFaults, selectFault } from "./faults.ts";
import type { JournalEntry } from "./journal.ts";
import { countBody, embed, findModel, listModels } from "./lookups.ts";
import { anewOf, beginPrediction, followPrediction } from "./predictions.ts";
import { answerAccounts, isAccountPath } from "./organization-accounts.ts";
import { readBody } from "./read-body.ts";
import type { ReadyAnswer } from "./ready-answers.ts";
import type { Route } from "./routes.ts";
import { findRoute } from "./routes.ts";
import type { Simulation } from "./simulation.ts";
import { drawOf } from "./tokens.ts";
import { anthropicWire } from "./wires/anthropic.ts";
import { bedrockWire } from "./wires/bedrock.ts";
import { cohereWire } from "./wires/cohere.ts";
import { completionsWire } from "./wires/completions.ts";
import { geminiWire } from "./wires/gemini.ts";
import { bedrockAnthropicWire, vertexAnthropicWire } from "./wires/hosted-anthropic.ts";
import { openaiWire } from "./wires/openai.ts";
import { replicateWire } from "./wires/replicate.ts";
import { responsesWire } from "./wires/responses.ts";
import type { Wire } from "./wires/wire.ts";

/** Every wire the simulator speaks. */
export const WIRES: Record<Route["wire"], Wire> = {
  openai: openaiWire, completions: completionsWire, responses: responsesWire, anthropic: anthropicWire, gemini: geminiWire, bedrock: bedrockWire, bedrock_anthropic: bedrockAnthropicWire, vertex_anthropic: vertexAnthropicWire, cohere: cohereWire, replicate: replicateWire,
};

interface Visit {
  simulation: Simulation;
  request: IncomingMessage;
  route: Route;
  query: URLSearchParams;
  wire: Wire;
  delivery: Delivery;
  entry: JournalEntry;
  /** Another request tells how this one's answer went, and writes the journal. */
  parked?: boolean;
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : (value ?? null);
}

function openEntry(simulation: Simulation, request: IncomingMessage, route: Route): JournalEntry {
  const attempt = Number(headerOf(request, "x-trunkline-attempt") ?? 1);
  return {
    requestId: headerOf(request, "x-trunkline-request-id"),
    attempt: Number.isInteger(attempt) ? attempt : 1,
    provider: route.provider, wire: route.wire, model: "", stream: false,
    startedAtMs: simulation.nowMs(), endedAtMs: 0, status: null, fault: null,
    promptTokens: 0, outputTokensGenerated: 0, outputTokensSent: 0,
    usageReported: false, usage: null, completed: false, aborted: false,
  };
}

/** Writes the journal when the response is over, however it ended. */
function closeEntryWith(visit: Visit): void {
  const { delivery, entry, simulation } = visit;
  const { response, outcome } = delivery;
  response.once("close", () => {
    entry.endedAtMs = simulation.nowMs();
    entry.status = outcome.status;
    entry.outputTokensSent = outcome.outputTokensSent;
    entry.usageReported = outcome.usageSent && entry.usage !== null;
    if (!entry.usageReported) entry.usage = null;
    entry.completed = outcome.whole && response.writableFinished;
    entry.aborted = !entry.completed && !outcome.brokenByOrder;
    if (!visit.parked) simulation.journal.append(entry);
  });
}

function openVisit(simulation: Simulation, request: IncomingMessage, response: ServerResponse, target: { route: Route; query: URLSearchParams }): Visit {
  const wire = WIRES[target.route.wire];
  simulation.taken += 1;
  const requestId = `req_sim${simulation.taken.toString(36).padStart(10, "0")}`;
  const delivery: Delivery = { response, wire, fault: {}, requestId, nowMs: simulation.nowMs, outcome: createOutcome() };
  return { simulation, request, ...target, wire, delivery, entry: openEntry(simulation, request, target.route) };
}

/** The fault of this call: standing orders, and above them what the request brings. @throws FaultSyntaxError */
function chooseFault(visit: Visit): Fault {
  const { simulation, request, route, entry } = visit;
  if (hasRefusedCredential(request)) { entry.fault = "refused credential"; return { status: 401 }; }
  const order = headerOf(request, "x-simulate");
  const standing = simulation.standing.rules;
  if (order === null && standing.length === 0) return {};
  const identity = `${entry.requestId ?? simulation.taken}|${entry.attempt}|${route.provider}`;
  const choose = (rules: readonly FaultRule[], salt: string): Fault => selectFault(rules, {
    provider: route.provider, attempt: entry.attempt, draw: (index) => drawOf(`${identity}|${salt}${index}`),
  });
  const fault = { ...choose(standing, "standing"), ...choose(order === null ? [] : parseFaults(order), "order") };
  // `text=` is an answer and stays out of the journal.
  if (Object.keys(fault).length > 0) entry.fault = JSON.stringify({ ...fault, ...(fault.text === undefined ? {} : { text: "…" }) });
  return fault;
}

/** A credential with this word in it is turned away, as a revoked one would be. Any other is taken. */
const REFUSED_CREDENTIAL = "refused";
const CREDENTIAL_HEADERS = ["authorization", "x-api-key", "x-goog-api-key", "api-key"] as const;

const hasRefusedCredential = (request: IncomingMessage): boolean => CREDENTIAL_HEADERS.some((name) => headerOf(request, name)?.includes(REFUSED_CREDENTIAL) === true);

function parseBody(bytes: Buffer): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new InvalidCall("We could not parse the JSON body of your request.");
  }
  const body = fieldsOf(parsed);
  if (body === null) throw new InvalidCall("The body must be a JSON object.");
  return body;
}

function openAnswer(visit: Visit, body: Fields): { call: SimulatedCall; answer: Answer } {
  const { simulation, route, wire, delivery, entry, request, query } = visit;
  const call = wire.parse({ provider: route.provider, path: route.path, query, headers: request.headers, body });
  const cache = simulation.cache.use(`${route.provider}|${call.model}`, call.prompt);
  const answer = createAnswer(call, delivery.fault, cache);
  Object.assign(entry, {
    model: call.model, stream: call.stream, promptTokens: call.prompt.tokens,
    outputTokensGenerated: answer.outputTokens, usage: call.stream && !call.includeUsage ? null : answer.usage,
  });
  return { call, answer };
}

async function generate(visit: Visit, body: Fields, key: string | null): Promise<void> {
  const { simulation, route, wire, delivery, entry } = visit;
  const { call, answer } = openAnswer(visit, body);
  if (!(await withstandsFaultsBeforeHeaders(delivery))) return;
  const rendering = { provider: route.provider, call, answer, createdAtSeconds: Math.floor(simulation.nowMs() / 1000) };
  if (route.wire === "replicate" && beginPrediction(visit, rendering)) return;
  if (entry.fault !== null || route.wire === "replicate") {
    if (call.stream) await deliverStream(delivery, { frames: wire.frames(rendering), anew: () => wire.frames(anewOf(rendering)), asArray: call.streamsAsArray });
    else await deliverPlain(delivery, wire.plain(rendering), answer.outputTokens);
    return;
  }
  const made: ReadyAnswer = {
    bytes: call.stream ? joinFrames(wire.frames(rendering)) : Buffer.from(JSON.stringify(wire.plain(rendering))),
    streamContentType: call.stream ? streamContentType(wire, call.streamsAsArray) : null,
    model: call.model, promptTokens: call.prompt.tokens, outputTokens: answer.outputTokens, usage: entry.usage,
  };
  sendReady(visit, made);
  if (key !== null && call.prompt.markedSegments === null) simulation.ready.keep(key, made);
}

async function lookUp(visit: Visit, body: Fields): Promise<void> {
  const { route, wire, delivery, entry, request, query } = visit;
  if (route.operation === "embed") {
    // Vectors have no finish: their failure is an error body.
    if (delivery.fault.errorFinish === true) delivery.fault = { ...delivery.fault, overloadedFirst: true };
    const embedded = embed(route.wire, body, { path: route.path, fault: delivery.fault });
    entry.model = typeof body["model"] === "string" ? body["model"] : "";
    entry.promptTokens = embedded.promptTokens;
    entry.usage = embedded.usageTokens === null ? null : { inputTokens: embedded.usageTokens, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
    if (await withstandsFaultsBeforeHeaders(delivery)) await deliverPlain(delivery, embedded.body, 0);
    return;
  }
  const counted = fieldsOf(body["generateContentRequest"]) ?? body;
  const call = wire.parse({ provider: route.provider, path: route.path, query, headers: request.headers, body: counted });
  entry.model = call.model;
  entry.promptTokens = call.prompt.tokens;
  if (await withstandsFaultsBeforeHeaders(delivery)) await deliverPlain(delivery, countBody(route.wire, call.prompt.tokens), 0);
}

function refuse(visit: Visit, error: unknown): void {
  const { delivery } = visit;
  if (delivery.response.headersSent || delivery.response.destroyed) return;
  if (error instanceof FaultSyntaxError) {
    return sendFailure(delivery, { ...failureOf(400, {}, delivery.requestId), message: error.message, param: "x-simulate" });
  }
  if (error instanceof InvalidCall) {
    return sendFailure(delivery, { ...failureOf(error.status, {}, delivery.requestId), message: error.message, param: error.param });
  }
  throw error;
}

/** Sends an answer in one write; made before, it goes out without parsing, so that no bench measures the simulator. */
function sendReady(visit: Visit, ready: ReadyAnswer): void {
  const { delivery, entry, wire } = visit;
  const { streamContentType: streamed, model, promptTokens, outputTokens, usage } = ready;
  Object.assign(entry, { model, stream: streamed !== null, promptTokens, outputTokensGenerated: outputTokens, usage });
  Object.assign(delivery.outcome, { status: 200, outputTokensSent: outputTokens, usageSent: true, whole: true });
  const headers = streamed === null
    ? { "content-type": "application/json", "content-length": ready.bytes.length }
    : { "content-type": streamed, "cache-control": "no-cache" };
  delivery.response.writeHead(200, { ...headers, ...wire.headers(delivery.requestId) });
  delivery.response.end(ready.bytes);
}

async function serve(visit: Visit): Promise<void> {
  const { simulation, request, route, delivery } = visit;
  closeEntryWith(visit);
  try {
    if (route.wire === "replicate" && route.operation !== "generate") return await followPrediction(visit);
    const bytes = await readBody(request);
    delivery.fault = chooseFault(visit);
    const key = visit.entry.fault === null ? simulation.ready.keyOf(route, { target: request.url ?? "", version: headerOf(request, "anthropic-version") }, bytes) : null;
    const ready = key === null ? undefined : simulation.ready.find(key);
    if (ready !== undefined) return sendReady(visit, ready);
    const body = parseBody(bytes);
    if (route.operation !== "generate") return await lookUp(visit, body);
    await generate(visit, body, key);
  } catch (error) {
    refuse(visit, error);
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length });
  response.end(bytes);
}

function refuseCredential(response: ServerResponse, wire: Wire): void {
  sendFailure({ response, wire, fault: {}, requestId: "req_simrefused", nowMs: Date.now, outcome: createOutcome() }, failureOf(401, {}, "req_simrefused"));
}

function tellAccounts(simulation: Simulation, { request, response, pathname, query }: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly pathname: string; readonly query: URLSearchParams }): void {
  const [, provider = "", ...rest] = pathname.split("/");
  const credential = headerOf(request, "x-api-key") ?? headerOf(request, "authorization")?.replace(/^Bearer /, "") ?? "";
  const { status, body } = answerAccounts({ provider, path: `/${rest.join("/")}`, query, credential }, { entries: simulation.journal.all(), prices: simulation.prices });
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length });
  response.end(bytes);
}

/** Answers one request of any kind. Never rejects but where the caller left while sending. */
export async function handleRequest(simulation: Simulation, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.url ?? "/";
  const queryAt = target.indexOf("?");
  const pathname = queryAt < 0 ? target : target.slice(0, queryAt);
  const query = new URLSearchParams(queryAt < 0 ? "" : target.slice(queryAt + 1));
  if (pathname === "/healthz" || pathname === "/readyz") return sendJson(response, 200, { ok: true });
  if (pathname.startsWith("/_admin/")) return handleAdmin({ simulation, request, response, pathname, query });
  const method = request.method ?? "GET";
  if (method === "GET" && isAccountPath(pathname)) return tellAccounts(simulation, { request, response, pathname, query });
  const route = findRoute(method, pathname);
  if (route === null) {
    return sendJson(response, 404, { error: { message: `Invalid URL (${method} ${pathname})`, type: "invalid_request_error", param: null, code: null } });
  }
  if (route.operation === "account") return hasRefusedCredential(request) ? refuseCredential(response, WIRES[route.wire]) : sendJson(response, 200, { type: "organization", username: "simulator", name: "Simulator" });
  if (route.operation === "models" && hasRefusedCredential(request)) return refuseCredential(response, WIRES[route.wire]);
  if (route.operation === "models") return sendJson(response, 200, listModels(route.wire, route.provider));
  if (route.operation === "model") return sendJson(response, 200, findModel(route.wire, route.provider, route.path));
  return serve(openVisit(simulation, request, response, { route, query }));
}
