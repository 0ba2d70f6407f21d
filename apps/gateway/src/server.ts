import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { GatewayError, type InboundApi } from "@trunkline/contracts";
import { openExchange } from "./exchange.ts";
import { inboundApiOf, resourcePath } from "./paths.ts";
import { CallerLeft, type ConnectedExchange, type Exchange } from "./stages.ts";

/** Longer than a balancer's idle time, so that it never sends into a closing connection. */
const KEEP_ALIVE_MS = 75_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** 32 MB from a slow line. */
const REQUEST_TIMEOUT_MS = 120_000;
const TIMEOUT_CHECK_MS = 5_000;
const BACKLOG = 4_096;
/** What browsers may keep of a preflight. */
const PREFLIGHT_SECONDS = "7200";
const DRAIN_CHECK_MS = 25;

export interface Ask { readonly request: IncomingMessage; readonly exchange: ConnectedExchange; readonly path: string }
/** One endpoint. It writes the answer itself, or throws GatewayError. */
export type Endpoint = (ask: Ask) => Promise<void>;
export interface Route { readonly method: "GET" | "POST" | "DELETE"; /** Matched against the whole resource path. */ readonly path: string | RegExp; readonly serve: Endpoint }

export interface ServerOptions {
  readonly routes: readonly Route[];
  readonly now: () => number;
  /** The envelope; handed in, because it belongs to the stage that answers. */
  readonly writeError: (exchange: Exchange, api: InboundApi, error: GatewayError) => void;
  /** Whether a page of this origin may send requests at all. */
  allowsOrigin(origin: string): Promise<boolean>;
  onUnexpected(error: unknown, requestId: string): void;
  /** Once a request, however it ended. `path` is the resource. */
  onAnswered(answer: { readonly path: string; readonly status: number; readonly durationMs: number }): void;
}

/** What the log of every proxy calls a caller who left before the answer had ended. */
const CALLER_LEFT_STATUS = 499;

export interface GatewayServer {
  /** Resolves with the port. */
  listen(port: number, host: string): Promise<number>;
  /** Refuses new connections, lets requests finish for `drainMs`, then cuts. */
  close(drainMs: number): Promise<void>;
  readonly draining: boolean;
  readonly inFlight: number;
}

export function createGatewayServer(options: ServerOptions): GatewayServer {
  const router = createRouter(options.routes);
  const inFlight = { count: 0 };
  let draining = false;
  const onClose = ({ response, callerGone, receivedAtMs }: ConnectedExchange): void => {
    inFlight.count--;
    options.onAnswered({ path: resourcePath(response.req.url ?? "/"), status: callerGone ? CALLER_LEFT_STATUS : response.statusCode, durationMs: options.now() - receivedAtMs });
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS, noDelay: true }, (request, response) => {
    inFlight.count++;
    const exchange = openExchange(request, response, { nowMs: options.now(), onClose });
    if (draining) exchange.answerHeaders.push("connection", "close");
    void handle(request, exchange, { options, router });
  });
  server.maxRequestsPerSocket = 0;
  return {
    get draining() { return draining; },
    get inFlight() { return inFlight.count; },
    listen: (port, host) => listen(server, port, host),
    async close(drainMs) {
      draining = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const deadline = Date.now() + drainMs;
      while (inFlight.count > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, DRAIN_CHECK_MS));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

async function handle(request: IncomingMessage, exchange: ConnectedExchange, { options, router }: { readonly options: ServerOptions; readonly router: Router }): Promise<void> {
  const path = resourcePath(request.url ?? "/");
  try {
    if (request.method === "OPTIONS") { await preflight(request, exchange.response, options); return; }
    await router(request.method ?? "GET", path)({ request, exchange, path });
  } catch (error) {
    if (error instanceof CallerLeft || exchange.callerGone) { exchange.response.destroy(); return; }
    if (!(error instanceof GatewayError)) options.onUnexpected(error, exchange.requestId);
    const known = error instanceof GatewayError ? error : new GatewayError("gateway.internal", `The gateway failed. It has been logged as ${exchange.requestId}; retry, and report that id if it stays.`);
    options.writeError(exchange, inboundApiOf(path), known);
  }
}

/** Throws GatewayError caller.not_found or caller.method_not_allowed. */
type Router = (method: string, path: string) => Endpoint;

function createRouter(routes: readonly Route[]): Router {
  const exact = new Map<string, Map<string, Endpoint>>();
  for (const { method, path, serve } of routes) if (typeof path === "string") exact.set(path, (exact.get(path) ?? new Map<string, Endpoint>()).set(method, serve));
  return (method, path) => {
    const asked = method === "HEAD" ? "GET" : method;
    return exact.get(path)?.get(asked) ?? endpointFor(asked, path, routes);
  };
}

function endpointFor(method: string, path: string, routes: readonly Route[]): Endpoint {
  const matching = routes.filter((route) => typeof route.path === "string" ? route.path === path : route.path.test(path));
  const route = matching.find((candidate) => candidate.method === method);
  if (route) return route.serve;
  if (matching.length > 0) throw new GatewayError("caller.method_not_allowed", `This path takes ${matching.map((candidate) => candidate.method).join(" or ")}.`, { headers: { allow: matching.map((candidate) => candidate.method).join(", ") } });
  throw new GatewayError("caller.not_found", "There is no such endpoint. /openapi.json lists all.");
}

/** Answered without a key; what is asked for is echoed. A page is allowed to go on where some key names its origin. */
async function preflight({ headers }: IncomingMessage, response: ServerResponse, { allowsOrigin }: Pick<ServerOptions, "allowsOrigin">): Promise<void> {
  const { origin } = headers;
  response.writeHead(204, {
    "access-control-allow-methods": "GET, POST, DELETE, OPTIONS", "access-control-max-age": PREFLIGHT_SECONDS, vary: "origin, access-control-request-headers",
    ...(origin !== undefined && await allowsOrigin(origin) ? { "access-control-allow-origin": origin } : {}),
    ...(headers["access-control-request-headers"] ? { "access-control-allow-headers": headers["access-control-request-headers"] } : {}),
  });
  response.end();
}

/** A JSON answer that is not a model's. */
export function writeJson(exchange: ConnectedExchange, body: unknown, headers?: Readonly<Record<string, string>>): void {
  writeJsonBytes(exchange, Buffer.from(JSON.stringify(body)), headers);
}

/** The same for JSON that is made already. */
export function writeJsonBytes({ response, answerHeaders }: ConnectedExchange, bytes: Buffer, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, [...answerHeaders, "content-type", "application/json; charset=utf-8", "content-length", String(bytes.length), ...Object.entries(headers).flat()]);
  response.end(response.req.method === "HEAD" ? undefined : bytes);
}
