// Who runs a call that may be sent twice, and what it answered. A claim is taken by one caller at a time; an answer is kept for its time
// and then forgotten. It is a guard against repetition, not a record: what must never happen twice needs a unique row.
import { asked, createCommandClient, firstReady } from "./redis-client.ts";

/** `claimed`: the caller runs the call, and must `finish` or `release` it. `running`: somebody else does. `done`: what `finish` was given. */
export type Claim = { readonly state: "claimed" } | { readonly state: "running" } | { readonly state: "done"; readonly value: string };

export interface ReplayStore {
  /** The claim lapses after `claimMs`, so that a caller who died does not block the key for ever. */
  claim(key: string, claimMs: number): Promise<Claim>;
  /** The claim of a call that still runs lapses `claimMs` from now. */
  extend(key: string, claimMs: number): Promise<void>;
  finish(key: string, value: string, keepMs: number): Promise<void>;
  /** Forgets the claim: the next caller runs the call. */
  release(key: string): Promise<void>;
  close(): Promise<void>;
}

/** Bounds of the memory form: beyond either the oldest answer is forgotten first, and never a call that runs. */
const ENTRIES_MAX = 10_000;
const VALUE_CHARS_MAX = 64 * 1024 * 1024;
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
    async extend(key, claimMs) { await ready(); await asked(client.pexpire(PREFIX + key, claimMs)); },
    async finish(key, value, keepMs) { await ready(); await asked(client.set(PREFIX + key, value, "PX", keepMs)); },
    async release(key) { await ready(); await asked(client.del(PREFIX + key)); },
    close() { client.disconnect(); return Promise.resolve(); },
  };
}

function memoryStore(clock: () => number): ReplayStore {
  const entries = new Map<string, { readonly value: string; readonly endsAtMs: number }>();
  let chars = 0;
  const drop = (key: string): void => {
    chars -= entries.get(key)?.value.length ?? 0;
    entries.delete(key);
  };
  const put = (key: string, value: string, lifeMs: number): void => {
    drop(key);
    entries.set(key, { value, endsAtMs: clock() + lifeMs });
    chars += value.length;
    for (const [oldest, entry] of entries) {
      if (entries.size <= ENTRIES_MAX && chars <= VALUE_CHARS_MAX) break;
      if (entry.value !== RUNNING || entry.endsAtMs <= clock()) drop(oldest);
    }
  };
  return {
    claim(key, claimMs) {
      const held = entries.get(key);
      if (held && held.endsAtMs > clock()) return Promise.resolve(claimOf(held.value));
      put(key, RUNNING, claimMs);
      return Promise.resolve({ state: "claimed" });
    },
    extend(key, claimMs) { if (entries.has(key)) put(key, RUNNING, claimMs); return Promise.resolve(); },
    finish(key, value, keepMs) { put(key, value, keepMs); return Promise.resolve(); },
    release(key) { drop(key); return Promise.resolve(); },
    close: () => Promise.resolve(),
  };
}
