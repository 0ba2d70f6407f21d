// Who runs a call that may be sent twice, and what it answered. A claim is taken by one caller at a time; an answer is kept for its time
// and then forgotten. It is a guard against repetition, not a record: what must never happen twice needs a unique row.
import { asked, createCommandClient, firstReady } from "./redis-client.ts";

/** `claimed`: the caller runs the call, and must `finish` or `release` it. `running`: somebody else does. `done`: what `finish` was given. */
export type Claim = { readonly state: "claimed" } | { readonly state: "running" } | { readonly state: "done"; readonly value: string };

export interface ReplayStore {
  /** The claim lapses after `claimMs`, so that a caller who died does not block the key for ever. */
  claim(key: string, claimMs: number): Promise<Claim>;
  finish(key: string, value: string, keepMs: number): Promise<void>;
  /** Forgets the claim: the next caller runs the call. */
  release(key: string): Promise<void>;
  close(): Promise<void>;
}

/** Answers of a management API are a few kB: at most some tens of MB. Beyond it the oldest is forgotten first. */
const ENTRIES_MAX = 10_000;
const PREFIX = "trunkline:replay:";
/** No value is empty: the caller stores an encoded answer. */
const RUNNING = "";

/** Shared by all processes over Redis where an address is given, else in this process's memory. While Redis is away every call rejects with `DependencyUnavailable`. */
export function createReplayStore({ redisUrl, clock = Date.now }: { readonly redisUrl?: string | undefined; readonly clock?: () => number }): ReplayStore {
  return redisUrl ? redisStore(redisUrl) : memoryStore(clock);
}

const claimOf = (held: string): Claim => (held === RUNNING ? { state: "running" } : { state: "done", value: held });

function redisStore(url: string): ReplayStore {
  const client = createCommandClient(url);
  let connecting: Promise<void> | null = null;
  const ready = (): Promise<void> => (connecting ??= asked(firstReady(client)).catch((error: unknown) => { connecting = null; throw error; }));
  return {
    async claim(key, claimMs) {
      await ready();
      // Between the two commands the key can lapse: then it is free, and the claim is tried again.
      for (;;) {
        if (await asked(client.set(PREFIX + key, RUNNING, "PX", claimMs, "NX")) === "OK") return { state: "claimed" };
        const held = await asked(client.get(PREFIX + key));
        if (held !== null) return claimOf(held);
      }
    },
    async finish(key, value, keepMs) { await ready(); await asked(client.set(PREFIX + key, value, "PX", keepMs)); },
    async release(key) { await ready(); await asked(client.del(PREFIX + key)); },
    close() { client.disconnect(); return Promise.resolve(); },
  };
}

function memoryStore(clock: () => number): ReplayStore {
  const entries = new Map<string, { readonly value: string; readonly endsAtMs: number }>();
  const put = (key: string, value: string, lifeMs: number): void => {
    entries.delete(key);
    entries.set(key, { value, endsAtMs: clock() + lifeMs });
    const oldest = entries.size > ENTRIES_MAX ? entries.keys().next().value : undefined;
    if (oldest !== undefined) entries.delete(oldest);
  };
  return {
    claim(key, claimMs) {
      const held = entries.get(key);
      if (held && held.endsAtMs > clock()) return Promise.resolve(claimOf(held.value));
      put(key, RUNNING, claimMs);
      return Promise.resolve({ state: "claimed" });
    },
    finish(key, value, keepMs) { put(key, value, keepMs); return Promise.resolve(); },
    release(key) { entries.delete(key); return Promise.resolve(); },
    close: () => Promise.resolve(),
  };
}
