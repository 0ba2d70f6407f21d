// The bad line between worker and Stripe's stand-in in `crash --stripe-faults`: meter events arrive, and the answer comes late, for a second
// delivery of the same bytes, as a server error, or not at all. It decides nothing about the events; the stand-in counts what arrives.
import { createServer } from "node:http";

const METER_EVENTS = "/v2/billing/meter_events";
/** Longer than several windows and ticks of the worker in a crash run, shorter than its patience with Stripe. */
const LATE_MS = 3_000;
/** Every other meter event has a fault, so that the run comes to its end. */
const FAULTS = ["late", null, "twice", null, "error", null, "hang-up", null];

/** Listens on a free port of the loopback; `counts` says how often each fault struck. */
export async function startStripeLine(target) {
  const counts = { late: 0, twice: 0, error: 0, "hang-up": 0 };
  let events = 0;
  const server = createServer(async (request, response) => {
    try {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const fault = request.method === "POST" && request.url.startsWith(METER_EVENTS) ? FAULTS[events++ % FAULTS.length] : null;
      if (fault) counts[fault]++;
      let answer = await forward(target, request, body);
      if (fault === "twice") answer = await forward(target, request, body);
      if (fault === "late") await new Promise((resolve) => setTimeout(resolve, LATE_MS));
      if (fault === "hang-up") return void request.socket.destroy();
      if (fault === "error") return void response.writeHead(500, { "content-type": "application/json" }).end('{"error":{"type":"api_error","message":"an error after accepting"}}');
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" }).end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      // The stand-in or the worker went away in the middle of a call.
      request.socket.destroy();
    }
    return undefined;
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: server.address().port, counts, stop: () => { server.closeAllConnections(); server.close(); } };
}

function forward(target, request, body) {
  const { host: _host, connection: _connection, "content-length": _length, "transfer-encoding": _encoding, ...headers } = request.headers;
  return fetch(`${target}${request.url}`, { method: request.method, headers, redirect: "manual", ...(body.length ? { body } : {}) });
}
