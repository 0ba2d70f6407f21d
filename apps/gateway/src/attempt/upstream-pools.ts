import { guardedLookup, type AddressRules } from "@trunkline/outbound";
import { Pool, type Dispatcher } from "undici";

/** Also the concurrency limit towards one origin. */
const CONNECTIONS_MAX = 512;
/** Requests waiting for a connection; beyond this the gateway says that it is overloaded instead of queueing without bound. */
const QUEUED_MAX = 1_024;
const CONNECT_TIMEOUT_MS = 2_000;
/** Quiet tenants must not pay TCP and TLS on every call; the default is 4 s. */
const KEEP_ALIVE_MS = 60_000;
const KEEP_ALIVE_MAX_MS = 600_000;

/** `waiting` counts requests that are not on a connection yet; undici's own statistics visit every connection to say it. */
export interface UpstreamPool { readonly dispatcher: Dispatcher; waiting: number }

/** One pool an origin, kept for the life of the process. Timeouts of answers belong to the attempt, so undici's own are off. */
export class UpstreamPools {
  readonly #pools = new Map<string, UpstreamPool>();

  /** `guard`: the origins are chosen by tenants, and what their names resolve to is held to it. */
  constructor(readonly guard: AddressRules | null = null) {}

  /** Null when the origin's queue is full. */
  find(origin: string): UpstreamPool | null {
    let pool = this.#pools.get(origin);
    if (!pool) {
      const dispatcher = new Pool(origin, {
        connections: CONNECTIONS_MAX, pipelining: 1, connect: { timeout: CONNECT_TIMEOUT_MS, ...(this.guard && { lookup: guardedLookup(this.guard) }) }, keepAliveTimeout: KEEP_ALIVE_MS,
        keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS, headersTimeout: 0, bodyTimeout: 0,
      });
      pool = { dispatcher, waiting: 0 };
      this.#pools.set(origin, pool);
    }
    return pool.waiting > QUEUED_MAX ? null : pool;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map(({ dispatcher }) => dispatcher.destroy()));
    this.#pools.clear();
  }
}
