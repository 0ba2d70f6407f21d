// Which store carries the queues, and how its connections behave: a producer's fail fast, a consumer's wait and come back.
import { assertSchemaCompatibility, createPostgresBackend, Queue, withBackend, Worker } from "bullmq";
import type { PgQueryable, PostgresConnectionOptions, Processor, QueueOptions, WorkerOptions } from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";
import { PatientPool } from "./patient-pool.ts";

/** The schema that `migrateQueue` makes. */
export const POSTGRES_SCHEMA = "bullmq";
/** Braces: in a Redis cluster all keys of the queues share a slot, as their scripts need. */
const REDIS_PREFIX = "{trunkline}";
const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_STEP_MS = 50;
const RECONNECT_MAX_MS = 1_000;
/** Queries of a producer, beside nothing else. */
const PRODUCER_POOL_MAX = 2;
/** Beside one listening connection a queue. */
const CONSUMER_QUERIES_MAX = 4;

export interface StoreOptions { readonly redisUrl?: string | undefined; readonly databaseUrl: string }
export interface Store {
  readonly dependency: "redis" | "postgres";
  /**
   * Redis: waits for the very first connection; later, a lost one rejects at once. Postgres: rejects until the queue's schema has been
   * found once. BullMQ objects made before it stay broken.
   */
  ready(): Promise<void>;
  queue(name: string): Queue;
  worker(name: string, process: Processor, options: Omit<WorkerOptions, "connection" | "prefix">): Worker;
  close(): Promise<void>;
}

export function openStore(options: StoreOptions, role: "producer" | "consumer", queueCount: number): Store {
  return options.redisUrl ? redisStore(options.redisUrl, role) : postgresStore(options.databaseUrl, role, queueCount);
}

function redisStore(url: string, role: "producer" | "consumer"): Store {
  const client = new Redis(url, {
    connectionName: `trunkline-queue-${role}`,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: role === "consumer",
    // A worker's blocking read must outlive any outage; a producer must not.
    maxRetriesPerRequest: role === "consumer" ? null : 1,
    retryStrategy: (attempt) => Math.min(attempt * RECONNECT_STEP_MS, RECONNECT_MAX_MS),
  });
  client.on("error", () => {});
  let everReady = false;
  const firstReady = new Promise<void>((resolve) => client.once("ready", () => { everReady = true; resolve(); }));
  const base: Pick<QueueOptions, "connection" | "prefix"> = { connection: client, prefix: REDIS_PREFIX };
  return {
    dependency: "redis",
    ready: () => (everReady && client.status !== "ready" ? Promise.reject(new Error(`connection ${client.status}`)) : firstReady),
    queue: (name) => new Queue(name, { ...base, skipWaitingForReady: role === "producer" }),
    worker: (name, process, options) => new Worker(name, process, { ...options, ...base }),
    close() { client.disconnect(); return Promise.resolve(); },
  };
}

function postgresStore(databaseUrl: string, role: "producer" | "consumer", queueCount: number): Store {
  const bound = withBackend(createPostgresBackend);
  const Pool = role === "consumer" ? PatientPool : pg.Pool;
  const pool = new Pool({
    connectionString: databaseUrl,
    options: `-c search_path=${POSTGRES_SCHEMA}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    max: role === "producer" ? PRODUCER_POOL_MAX : queueCount + CONSUMER_QUERIES_MAX,
  });
  pool.on("error", () => {});
  // BullMQ describes the part of a pool that it uses in types of its own, which pg's overloads do not meet.
  const connection = pool as unknown as PostgresConnectionOptions;
  let schemaFound = false;
  return {
    dependency: "postgres",
    async ready() {
      if (schemaFound) return;
      await assertSchemaCompatibility(pool as unknown as PgQueryable, POSTGRES_SCHEMA);
      schemaFound = true;
    },
    queue: (name) => new bound.Queue(name, { connection }) as unknown as Queue,
    worker: (name, process, options) => new bound.Worker(name, process, { ...options, connection }) as unknown as Worker,
    close: () => pool.end(),
  };
}
