// The simulator: an HTTP upstream that speaks the providers' wires, for development, tests and test-mode keys.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Journal } from "./journal.ts";
import type { JournalEntry } from "./journal.ts";
import type { SimulatedPrices } from "./organization-accounts.ts";
import { handleRequest } from "./server.ts";
import { createSimulation } from "./simulation.ts";
import { StandingFaults } from "./standing-faults.ts";
import type { StandingOrders } from "./standing-faults.ts";

export type { JournalEntry } from "./journal.ts";
export type { SimulatedPrice, SimulatedPrices } from "./organization-accounts.ts";
export type { Fault, FaultRule } from "./faults.ts";
export { FAULT_TERMS, FaultSyntaxError, parseFaults } from "./faults.ts";
export type { Framing, RecordedStream } from "./framing.ts";
export { framesOf, partsOf } from "./framing.ts";
export type { Replay, ReplayedRequest, ReplayHandle, ReplayServer } from "./replay.ts";
export { createReplayServer } from "./replay.ts";

export interface SimulatorOptions {
  /** 0 takes a free port. */
  port?: number;
  host?: string;
  /** Journal file: appended to, and read back at the start. */
  journalFile?: string;
  /** Milliseconds since the epoch; for time stamps and HTTP-dates, not for waiting. */
  clock?: () => number;
}

export interface Simulator {
  /** `http://host:port`; a provider's base URL is `${url}/openai/v1`, `${url}/anthropic`, `${url}/gemini/v1beta`. */
  url: string;
  port: number;
  /** Ends every connection, those in the middle of an answer too. */
  close(): Promise<void>;
  /** What was served so far, oldest first. */
  journal(): JournalEntry[];
  clearJournal(): void;
  /** Predictions that their callers ended, and that had not been told to the end. */
  cancelledPredictions(): number;
  /** Replaces the standing faults: provider or `*` → order. @throws FaultSyntaxError */
  setFaults(orders: StandingOrders): void;
  /** What the providers' own accounts bill by, in nano-USD per million tokens: provider → model or `*`. */
  setPrices(prices: SimulatedPrices): void;
}

export { findRoute } from "./routes.ts";
export { WIRES } from "./server.ts";

/** Idle connections are kept longer than any client's pool keeps them, so that only ordered faults break one. */
const KEEP_ALIVE_MS = 120_000;

/** Starts a simulator. Rejects where the port is taken. */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 8788, host = "127.0.0.1", journalFile, clock = Date.now } = options;
  const journal = new Journal(journalFile ?? null);
  const standing = new StandingFaults();
  const simulation = createSimulation({ journal, standing, nowMs: clock });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    handleRequest(simulation, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: () => new Promise((resolve) => {
      server.close(() => {
        journal.close();
        resolve();
      });
      server.closeAllConnections();
    }),
    journal: () => journal.all(),
    cancelledPredictions: () => [...simulation.predictions.values()].filter(({ status }) => status === "canceled").length,
    clearJournal: () => journal.clear(),
    setFaults: (orders) => standing.replace(orders),
    setPrices: (prices) => { simulation.prices = prices; },
  };
}
