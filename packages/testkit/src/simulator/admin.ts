// The simulator's own controls under /_admin: standing faults and the journal. No provider has these paths.

import type { IncomingMessage, ServerResponse } from "node:http";
import { drained } from "./delivery.ts";
import { FaultSyntaxError } from "./faults.ts";
import type { SimulatedPrices } from "./organization-accounts.ts";
import { readBody } from "./read-body.ts";
import type { Simulation } from "./simulation.ts";

interface AdminVisit {
  simulation: Simulation;
  request: IncomingMessage;
  response: ServerResponse;
  pathname: string;
  query: URLSearchParams;
}

/** Journal lines written at once, so that a long journal neither blocks the loop nor fills memory. */
const LINES_PER_WRITE = 2000;

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function replaceFaults({ simulation, request, response }: AdminVisit): Promise<void> {
  try {
    simulation.standing.replace(JSON.parse((await readBody(request)).toString("utf8")));
  } catch (error) {
    if (!(error instanceof FaultSyntaxError || error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return sendJson(response, 400, { error: { message: error.message, type: "invalid_request_error", param: null, code: null } });
  }
  sendJson(response, 200, simulation.standing.all());
}

async function sendJournal({ simulation, response, query }: AdminVisit): Promise<void> {
  // A response whose last byte the reader already has may still be a turn of the loop away from its entry.
  await new Promise((resolve) => setImmediate(resolve));
  const requestId = query.get("requestId");
  const entries = simulation.journal.all().filter((entry) => requestId === null || entry.requestId === requestId);
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  for (let start = 0; start < entries.length && !response.destroyed; start += LINES_PER_WRITE) {
    const lines = entries.slice(start, start + LINES_PER_WRITE).map((entry) => `${JSON.stringify(entry)}\n`);
    if (response.write(lines.join(""))) await new Promise((resolve) => setImmediate(resolve));
    else await drained(response);
  }
  response.end();
}

/** Answers one request under /_admin. */
export async function handleAdmin(visit: AdminVisit): Promise<void> {
  const { simulation, request, response, pathname } = visit;
  switch (`${request.method} ${pathname}`) {
    case "GET /_admin/faults": return sendJson(response, 200, simulation.standing.all());
    case "PUT /_admin/faults": return replaceFaults(visit);
    case "DELETE /_admin/faults":
      simulation.standing.clear();
      return sendJson(response, 200, {});
    case "PUT /_admin/prices":
      simulation.prices = JSON.parse((await readBody(request)).toString("utf8")) as SimulatedPrices;
      return sendJson(response, 200, simulation.prices);
    case "GET /_admin/journal": return sendJournal(visit);
    case "DELETE /_admin/journal":
      simulation.journal.clear();
      return sendJson(response, 200, {});
    default: return sendJson(response, 404, { error: { message: `Invalid URL (${request.method} ${pathname})`, type: "invalid_request_error", param: null, code: null } });
  }
}
