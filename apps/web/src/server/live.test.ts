import { describe, expect, it } from "vitest";
import { changesOf } from "./live.ts";

class Gone extends Error {}

/** A clock that stores requests at given times and takes the listener away at the end. */
function watched(storedAtMs: readonly number[], untilMs: number) {
  let nowMs = 0;
  const count = async (): Promise<bigint> => BigInt(storedAtMs.filter((at) => at <= nowMs).length);
  const pause = async (ms: number): Promise<void> => { nowMs += ms; if (nowMs >= untilMs) throw new Gone(); };
  return { ports: { count, pause }, nowMs: () => nowMs };
}

async function collect(storedAtMs: readonly number[], untilMs: number): Promise<{ count: number; atMs: number }[]> {
  const { ports, nowMs } = watched(storedAtMs, untilMs);
  const seen: { count: number; atMs: number }[] = [];
  try {
    for await (const count of changesOf(ports)) seen.push({ count, atMs: nowMs() });
  } catch (error) {
    if (!(error instanceof Gone)) throw error;
  }
  return seen;
}

describe("changesOf", () => {
  it("tells of the first stored request within 200 ms", async () => {
    const [start, first] = await collect([4_321], 60_000);
    expect(start).toEqual({ count: 0, atMs: 0 });
    expect(first?.count).toBe(1);
    expect(first?.atMs).toBeLessThanOrEqual(4_521);
  });
  it("is silent while nothing happens", async () => {
    expect(await collect([], 60_000)).toHaveLength(1);
  });
  it("tells at most once in a while under constant traffic, and never forgets the last", async () => {
    const stored = Array.from({ length: 500 }, (_, at) => 1_000 + at * 20);
    const seen = await collect(stored, 60_000);
    expect(seen.at(-1)?.count).toBe(500);
    expect(seen.length).toBeLessThan(12);
  });
});
