import { GatewayError, type CatalogSnapshot, type UsageEvent } from "@trunkline/contracts";
import { receiptOfEvent, type ApiKeyRecord, type GatewayDb } from "@trunkline/db/gateway";
import type { RegionsOf } from "@trunkline/router-core";
import type { Exchange, Inbound, Soon } from "../stages.ts";
import { writeJson, writeJsonBytes, type Ask, type Route } from "../server.ts";
import { describeCredits, describeKey } from "./key-info.ts";
import { createReceiptKeys } from "./receipt-keys.ts";
import { findModelEntry, listEndpoints, listModels } from "./models.ts";

export interface RouteOptions {
  readonly serve: (inbound: Inbound) => Promise<void>;
  readonly readChatCompletions: (ask: Ask) => Promise<Inbound>;
  readonly readMessages: (ask: Ask) => Promise<Inbound>;
  readonly readResponses: (ask: Ask) => Promise<Inbound>;
  readonly readEmbeddings: (ask: Ask) => Promise<Inbound>;
  readonly readCompletions: (ask: Ask) => Promise<Inbound>;
  readonly countTokens: (ask: Ask) => Promise<object>;
  readonly explainRoute: (ask: Ask) => Promise<Record<string, unknown>>;
  readonly authenticate: (exchange: Exchange) => Soon<ApiKeyRecord>;
  readonly catalog: { readonly snapshot: CatalogSnapshot };
  readonly availableProviders: (key: ApiKeyRecord) => ReadonlySet<string>;
  readonly regionsOf: (key: ApiKeyRecord) => RegionsOf;
  readonly db: Pick<GatewayDb, "findGeneration" | "loadReceiptKeys" | "loadEndpointStats" | "loadSpent">;
  readonly findUnshipped: (id: string) => Promise<UsageEvent | null>;
  /** Names of the dependencies that do not answer. */
  readonly dependenciesAway: () => Promise<readonly string[]>;
  readonly renderMetrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly openapi: () => Record<string, unknown>;
  readonly now: () => number;
}

/** Ids hold a slash, which clients send as it is or encoded. */
const MODEL = /^\/models\/([^/]+(?:\/[^/]+)?)$/;
const MODEL_ENDPOINTS = /^\/models\/([^/]+(?:\/[^/]+)?)\/endpoints$/;
const GENERATION = /^\/generations\/([^/]+)$/;

/** Every endpoint of the data plane. */
export function createRoutes(options: RouteOptions): readonly Route[] {
  return [...inferenceRoutes(options), ...readingRoutes(options), ...operatingRoutes(options)];
}

function inferenceRoutes(options: RouteOptions): readonly Route[] {
  /** No body is read for a key that may not call: a flood of wrong keys costs headers only, and a wrong key is told before a wrong body. */
  const known = (serve: (ask: Ask) => Promise<void>) => (ask: Ask): Promise<void> => {
    const key = options.authenticate(ask.exchange);
    return key instanceof Promise ? key.then(() => serve(ask)) : serve(ask);
  };
  const post = (path: string, read: (ask: Ask) => Promise<Inbound>): Route => ({ method: "POST", path, serve: known((ask) => read(ask).then(options.serve)) });
  return [
    post("/chat/completions", options.readChatCompletions),
    post("/messages", options.readMessages),
    post("/responses", options.readResponses),
    post("/completions", options.readCompletions),
    post("/embeddings", options.readEmbeddings),
    { method: "POST", path: "/messages/count_tokens", serve: known(async (ask) => writeJson(ask.exchange, await options.countTokens(ask))) },
    { method: "POST", path: "/route/explain", serve: known(async (ask) => writeJson(ask.exchange, await options.explainRoute(ask))) },
  ];
}

function readingRoutes(options: RouteOptions): readonly Route[] {
  const keyOf = (ask: Ask): Soon<ApiKeyRecord> => options.authenticate(ask.exchange);
  return [
    { method: "GET", path: "/models", serve: async (ask) => {
      const key = await keyOf(ask);
      const { json, etag } = listModels(options.catalog.snapshot, { providers: options.availableProviders(key), access: key.access, regionsOf: options.regionsOf(key), nowMs: options.now() });
      if (ask.exchange.headers["if-none-match"] === etag) { ask.exchange.response.writeHead(304, { etag }).end(); return; }
      writeJsonBytes(ask.exchange, json, { etag, "cache-control": "private, max-age=60" });
    } },
    { method: "GET", path: MODEL_ENDPOINTS, serve: async (ask) => writeJson(ask.exchange, await endpointsOf(await keyOf(ask), captured(ask, MODEL_ENDPOINTS), options)) },
    { method: "GET", path: MODEL, serve: async (ask) => { await keyOf(ask); writeJson(ask.exchange, findModelEntry(options.catalog.snapshot, captured(ask, MODEL), options.now())); } },
    { method: "GET", path: "/key", serve: async (ask) => writeJson(ask.exchange, await fromStore(describeKey(await keyOf(ask), { db: options.db, nowMs: options.now() }))) },
    { method: "GET", path: "/credits", serve: async (ask) => writeJson(ask.exchange, await fromStore(describeCredits(await keyOf(ask), { db: options.db, nowMs: options.now() }))) },
    { method: "GET", path: GENERATION, serve: async (ask) => writeJson(ask.exchange, await findReceipt(await keyOf(ask), captured(ask, GENERATION), options)) },
    { method: "GET", path: "/generation", serve: async (ask) => writeJson(ask.exchange, { data: await findReceipt(await keyOf(ask), queryOf(ask).get("id") ?? "", options) }) },
  ];
}

function operatingRoutes(options: RouteOptions): readonly Route[] {
  const receiptKeys = createReceiptKeys(() => options.db.loadReceiptKeys(), options.now);
  return [
    { method: "GET", path: "/", serve: async (ask) => writeJson(ask.exchange, { name: "trunkline", documentation: "/openapi.json" }) },
    { method: "GET", path: "/healthz", serve: async (ask) => writeJson(ask.exchange, { status: "ok" }) },
    { method: "GET", path: "/readyz", serve: async (ask) => {
      const away = await options.dependenciesAway();
      if (away.length > 0) throw new GatewayError("gateway.dependency_unavailable", `Not ready: ${away.join(", ")} does not answer.`, { retryAfterMs: 2000, metadata: { away } });
      writeJson(ask.exchange, { status: "ready", away: [] });
    } },
    { method: "GET", path: "/metrics", serve: async (ask) => {
      const { contentType, text } = await options.renderMetrics();
      ask.exchange.response.writeHead(200, { "content-type": contentType }).end(text);
    } },
    { method: "GET", path: "/.well-known/receipt-keys.json", serve: async (ask) => writeJson(ask.exchange, { keys: await fromStore(receiptKeys()) }) },
    { method: "GET", path: "/openapi.json", serve: async (ask) => writeJson(ask.exchange, options.openapi()) },
  ];
}

/** The listing is worth more than its figures: without the store they are absent. */
async function endpointsOf(key: ApiKeyRecord, id: string, { catalog, db, now, regionsOf }: Pick<RouteOptions, "catalog" | "db" | "now" | "regionsOf">): Promise<Record<string, unknown>> {
  const nowMs = now();
  const model = String(findModelEntry(catalog.snapshot, id, nowMs)["id"]);
  const stats = await db.loadEndpointStats({ organizationId: key.organizationId, projectId: key.projectId, mode: key.kind === "test" ? "test" : "live", model, nowMs }).catch(() => []);
  return listEndpoints(catalog.snapshot, model, { nowMs, stats, regionsOf: regionsOf(key) });
}

/** Any id that the gateway or a provider gives; for others the database could not even be asked. */
const GENERATION_ID = /^[\x21-\x7e]{1,256}$/;

/** From Postgres, or from the spool while the event is on its way. Foreign ids look like absent ones. */
async function findReceipt(key: ApiKeyRecord, id: string, options: Pick<RouteOptions, "db" | "findUnshipped">): Promise<Record<string, unknown>> {
  if (!GENERATION_ID.test(id)) throw noGeneration();
  const unshipped = await options.findUnshipped(id);
  if (unshipped) { if (unshipped.organizationId === key.organizationId) return receiptOfEvent(unshipped); }
  else {
    const stored = await fromStore(options.db.findGeneration(key.organizationId, id));
    if (stored) return stored;
  }
  throw noGeneration();
}

const noGeneration = (): GatewayError => new GatewayError("caller.not_found", "There is no generation of this id in the organization of this key.");

async function fromStore<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError("gateway.dependency_unavailable", "The database does not answer. Retry in a few seconds.", { retryAfterMs: 2000 });
  }
}

const queryOf = ({ request }: Ask): URLSearchParams => new URLSearchParams((request.url ?? "").split("?")[1] ?? "");

function captured(ask: Ask, pattern: RegExp): string {
  const text = pattern.exec(ask.path)?.[1] ?? "";
  try { return decodeURIComponent(text); } catch { throw new GatewayError("caller.not_found", "The path is not valid."); }
}
