// Invalidations over LISTEN/NOTIFY. One connection listens, proves every few seconds that it is alive, and is made anew when
// it is not; after each new one the subscribers hear of the gap. Publishing uses a connection of its own.
import pg from "pg";
import type { InvalidationBus } from "./bus.ts";
import { DependencyUnavailable } from "./dependency-unavailable.ts";
import { encodeInvalidation, HEARTBEAT_MS, INVALIDATION_CHANNEL, Listeners } from "./invalidation.ts";

/** A publish or a ping waits no longer than this for Postgres. */
const TIMEOUT_MS = 2_000;
const RECONNECT_FIRST_MS = 100;
/** The gap after Postgres is back is at most this long. */
const RECONNECT_MAX_MS = 2_000;

/** `databaseUrl` must be a session connection: a pooler in transaction mode loses LISTEN. Connects on first use. */
export function createPostgresBus({ databaseUrl }: { databaseUrl: string }): InvalidationBus {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1, connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS, application_name: "trunkline-kv", allowExitOnIdle: true });
  pool.on("error", () => {});
  const listeners = new Listeners();
  const listener = createListener(databaseUrl, listeners);
  const ask = async (text: string, values: string[]): Promise<void> => {
    try { await pool.query(text, values); } catch (error) { throw new DependencyUnavailable("postgres", error); }
  };
  return {
    publish: (topic, id) => ask("SELECT pg_notify($1, $2)", [INVALIDATION_CHANNEL, encodeInvalidation(topic, id)]),
    async subscribe(onMessage, onGap) {
      await listener.start();
      listeners.add(onMessage, onGap);
    },
    ping: () => ask("SELECT 1", []),
    async close() {
      await Promise.all([listener.stop(), pool.end()]);
    },
  };
}

interface Listener { start(): Promise<void>; stop(): Promise<void> }

function createListener(databaseUrl: string, listeners: Listeners): Listener {
  let client: pg.Client | null = null;
  let started: Promise<void> | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let reconnectMs = RECONNECT_FIRST_MS;

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS, keepAlive: true, application_name: "trunkline-kv-listen" });
    next.on("error", () => lost(next));
    next.on("end", () => lost(next));
    next.on("notification", (notice) => { if (notice.payload !== undefined) listeners.message(notice.payload); });
    try {
      await next.connect();
      await next.query(`LISTEN ${INVALIDATION_CHANNEL}`);
    } catch (error) {
      next.end().catch(() => {});
      throw new DependencyUnavailable("postgres", error);
    }
    if (stopped) return void next.end().catch(() => {});
    client = next;
    reconnectMs = RECONNECT_FIRST_MS;
    beat(next);
  }

  function beat(current: pg.Client): void {
    timer = setTimeout(() => {
      current.query("SELECT 1").then(() => { if (client === current) beat(current); }, () => lost(current));
    }, HEARTBEAT_MS);
    timer.unref();
  }

  function lost(gone: pg.Client): void {
    if (client !== gone || stopped) return;
    client = null;
    clearTimeout(timer);
    gone.end().catch(() => {});
    retry();
  }

  function retry(): void {
    timer = setTimeout(() => {
      connect().then(() => { if (!stopped) listeners.gap(); }, () => {
        reconnectMs = Math.min(reconnectMs * 2, RECONNECT_MAX_MS);
        if (!stopped) retry();
      });
    }, reconnectMs);
    timer.unref();
  }

  return {
    start: () => (started ??= connect().catch((error: unknown) => { started = null; throw error; })),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
