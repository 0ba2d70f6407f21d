// A provider that says what another one once said: it replays recorded answers over a socket, whatever is asked,
// and keeps what was asked, so that a test can look at both sides of an adapter.

import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Framing, RecordedStream } from "./framing.ts";
import { partsOf } from "./framing.ts";
import { readBody } from "./read-body.ts";

export type Replay =
  | { kind: "body"; body: string; status?: number; headers?: Record<string, string> }
  | { kind: "stream"; stream: RecordedStream; framing?: Framing; headers?: Record<string, string> };

/** A request that came in for a replay. */
export interface ReplayedRequest {
  method: string;
  /** Path below the replay's base URL, with query. */
  target: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface ReplayHandle {
  /** Every request below this URL gets the answer. */
  baseUrl: string;
  /** What was asked, oldest first; at most `REQUESTS_KEPT_MAX`. */
  requests: ReplayedRequest[];
}

export interface ReplayServer {
  url: string;
  /** Adds an answer under a base URL of its own. */
  serve(replay: Replay): ReplayHandle;
  close(): Promise<void>;
}

/** Requests kept for each replay: a test looks at a few, a loop must not fill memory. */
export const REQUESTS_KEPT_MAX = 100;

async function sendStream(response: ServerResponse, replay: Replay & { kind: "stream" }): Promise<void> {
  const framing = replay.framing ?? "whole";
  response.writeHead(200, { "content-type": "text/event-stream", ...replay.headers });
  for (const part of partsOf(replay.stream, framing)) {
    if (response.destroyed) return;
    await new Promise<void>((resolve) => {
      response.once("close", resolve);
      response.write(part, () => {
        response.off("close", resolve);
        // A turn of the event loop apart, so that the parts stay parts on their way.
        setImmediate(resolve);
      });
    });
  }
  if (typeof framing === "object" && "cutAfterFrames" in framing) response.socket?.destroy();
  else response.end();
}

async function send(response: ServerResponse, replay: Replay): Promise<void> {
  if (replay.kind === "stream") return sendStream(response, replay);
  const bytes = Buffer.from(replay.body);
  response.writeHead(replay.status ?? 200, { "content-type": "application/json", "content-length": bytes.length, ...replay.headers });
  response.end(bytes);
}

/** Starts a replay server on loopback; port 0 takes a free one. */
export async function createReplayServer(options: { port?: number; host?: string } = {}): Promise<ReplayServer> {
  const { port = 0, host = "127.0.0.1" } = options;
  const replays: { replay: Replay; requests: ReplayedRequest[] }[] = [];
  const server = createServer((request, response) => {
    const [, index, target = "/"] = /^\/(\d+)(\/.*)?$/.exec(request.url ?? "") ?? [];
    const found = replays[Number(index)];
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { method = "GET", headers } = request;
    readBody(request).then((body) => {
      if (found.requests.length < REQUESTS_KEPT_MAX) found.requests.push({ method, target, headers, body: body.toString("utf8") });
      return send(response, found.replay);
    }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    serve: (replay) => {
      const requests: ReplayedRequest[] = [];
      replays.push({ replay, requests });
      return { baseUrl: `${url}/${replays.length - 1}`, requests };
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
