import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HttpPorts {
  /** One probe a dependency; a rejection means that it is away. */
  readonly probes: Readonly<Record<string, () => Promise<unknown>>>;
  readonly isDraining: () => boolean;
  readonly renderMetrics: () => Promise<string>;
}

/** A probe that hangs counts as away: shorter than the usual timeout of an orchestrator's probe. */
const PROBE_TIMEOUT_MS = 2_000;

/** `/healthz` (the process runs), `/readyz` (names each dependency, 503 when one is away or the worker drains), `/metrics`. */
export function createHttpServer(ports: HttpPorts): Server {
  return createServer((request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") return sendJson(response, 405, { error: "only GET" });
    const path = (request.url ?? "/").split("?")[0];
    if (path === "/healthz") return sendJson(response, 200, { status: "ok" });
    if (path === "/readyz") return void answerReady(ports, response);
    if (path === "/metrics") return void answerMetrics(ports, response);
    sendJson(response, 404, { error: "try /healthz, /readyz or /metrics" });
  });
}

async function answerReady(ports: HttpPorts, response: ServerResponse): Promise<void> {
  const names = Object.keys(ports.probes);
  const states = await Promise.all(names.map((name) => probe(ports.probes[name])));
  const dependencies = Object.fromEntries(names.map((name, index) => [name, states[index] === true ? "ok" : "away"]));
  const draining = ports.isDraining();
  const ready = !draining && states.every(Boolean);
  sendJson(response, ready ? 200 : 503, { status: ready ? "ready" : draining ? "draining" : "unavailable", dependencies });
}

async function probe(run: (() => Promise<unknown>) | undefined): Promise<boolean> {
  if (run === undefined) return false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => { timer = setTimeout(() => resolve(false), PROBE_TIMEOUT_MS); });
  try {
    return await Promise.race([run().then(() => true, () => false), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function answerMetrics(ports: HttpPorts, response: ServerResponse): Promise<void> {
  try {
    const text = await ports.renderMetrics();
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
  } catch {
    sendJson(response, 503, { error: "metrics could not be read" });
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify(body));
}

/** Resolves with the port that was bound; rejects when it is taken. */
export function listen(server: Server, { port, host }: { readonly port: number; readonly host: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
