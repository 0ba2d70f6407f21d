import { Redis } from "ioredis";
import type { ClientContext, Result } from "ioredis";
import { DependencyUnavailable } from "./dependency-unavailable.ts";
import { ANNOUNCE } from "./scripts/announce.ts";
import { RELEASE } from "./scripts/release.ts";
import { RESERVE } from "./scripts/reserve.ts";
import { EPOCH, SEED } from "./scripts/seed.ts";
import { SETTLE } from "./scripts/settle.ts";
import { RETURN_LIMITS, TAKE_LIMITS } from "./scripts/take-limits.ts";
import { TAKE_RATE } from "./scripts/take-rate.ts";

/** A command without an answer by then has failed. */
const COMMAND_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_STEP_MS = 50;
/** The gap after Redis is back is at most this long. */
const RECONNECT_MAX_MS = 1_000;


declare module "ioredis" {
  interface RedisCommander<Context extends ClientContext = { type: "default" }> {
    trunklineTakeRate(keyCount: number, ...args: (string | number)[]): Result<unknown, Context>;
    trunklineTakeLimits(keyCount: number, ...args: (string | number)[]): Result<unknown, Context>;
    trunklineReturnLimits(keyCount: number, ...args: (string | number)[]): Result<unknown, Context>;
    trunklineReserve(keyCount: number, ...args: (string | number)[]): Result<unknown, Context>;
    trunklineSettle(keyCount: number, ...args: (string | number)[]): Result<unknown, Context>;
    trunklineRelease(keyCount: number, ...args: (string | number)[]): Result<unknown, Context>;
    trunklineAnnounce(keyCount: number, ...args: (string | number)[]): Result<unknown, Context>;
    trunklineSeed(keyCount: number, ...args: (string | number)[]): Result<unknown, Context>;
    trunklineEpoch(keyCount: number, ...args: (string | number)[]): Result<unknown, Context>;
  }
}

const CONNECTION = {
  enableOfflineQueue: false,
  connectTimeout: CONNECT_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  maxRetriesPerRequest: 1,
  retryStrategy: (attempt: number) => Math.min(attempt * RECONNECT_STEP_MS, RECONNECT_MAX_MS),
} as const;

/** Commands of one loop tick travel as one pipeline. Never shared with the queue, whose blocking reads would hold them up. */
export function createCommandClient(url: string): Redis {
  const client = new Redis(url, {
    ...CONNECTION,
    enableAutoPipelining: true,
    connectionName: "trunkline-kv",
    scripts: { trunklineTakeRate: { lua: TAKE_RATE }, trunklineTakeLimits: { lua: TAKE_LIMITS }, trunklineReturnLimits: { lua: RETURN_LIMITS }, trunklineReserve: { lua: RESERVE }, trunklineSettle: { lua: SETTLE }, trunklineRelease: { lua: RELEASE }, trunklineAnnounce: { lua: ANNOUNCE }, trunklineSeed: { lua: SEED }, trunklineEpoch: { lua: EPOCH } },
  });
  client.on("error", () => {});
  return client;
}

/** Resubscribing is left to the caller, who must know when the new subscription holds. */
export function createSubscriberClient(url: string): Redis {
  const client = new Redis(url, { ...CONNECTION, autoResubscribe: false, lazyConnect: true, connectionName: "trunkline-kv-subscriber" });
  client.on("error", () => {});
  return client;
}

/** Waits for the very first connection only; later, a lost one fails at once. */
export function firstReady(client: Redis): Promise<void> {
  return new Promise((resolve, reject) => {
    const ready = (): void => { clearTimeout(timer); resolve(); };
    const timer = setTimeout(() => { client.off("ready", ready); reject(new Error("no connection yet")); }, CONNECT_TIMEOUT_MS);
    if (client.status === "ready") ready();
    else client.once("ready", ready);
  });
}

/** Errors of the connection become `DependencyUnavailable`; an error of the server's own (a wrong type, out of memory) too, for neither is the caller's doing. */
export async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof DependencyUnavailable ? error : new DependencyUnavailable("redis", error);
  }
}

/** A script's array reply, checked. */
export function integers(reply: unknown): number[] {
  if (!Array.isArray(reply)) throw new DependencyUnavailable("redis", new TypeError("a script answered with something else than a list"));
  return reply.map(Number);
}
