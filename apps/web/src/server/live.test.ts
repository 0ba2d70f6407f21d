import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bookMarks, createLive } from "./live.ts";

beforeEach(() => { vi.useFakeTimers({ now: 0 }); });
afterEach(() => { vi.useRealTimers(); });

const pause = (ms: number, signal?: AbortSignal): Promise<void> => new Promise((resolve, reject) => {
  setTimeout(resolve, ms);
  signal?.addEventListener("abort", () => reject(new Error("left")));
});

/** A world in which requests are stored at given times, and pages that watch it. */
function world(storedAtMs: readonly number[]) {
  let reads = 0;
  let broken = false;
  const changesOf = createLive({ pause, nowMs: Date.now });
  const read = async (since: Date): Promise<ReadonlyMap<string, bigint>> => {
    reads += 1;
    if (broken) throw new Error("the store is away");
    const count = storedAtMs.filter((at) => at <= Date.now() && at >= since.getTime()).length;
    return new Map(count > 0 ? [["book", BigInt(count)]] : []);
  };
  const open = (book = "book") => {
    const left = new AbortController();
    const heard: number[] = [];
    const marks: string[] = [];
    const ended = (async () => {
      for await (const mark of changesOf({ organizationId: "org", book, read, signal: left.signal })) {
        heard.push(Date.now());
        marks.push(mark);
      }
    })().catch((error: unknown) => error);
    return { heard, marks, ended, leave: () => left.abort() };
  };
  return { open, mark: async () => (await bookMarks({ books: ["book"], read, nowMs: Date.now() }))[0], reads: () => reads, break: () => { broken = true; } };
}

describe("an open page", () => {
  it("hears of the first stored request within 200 ms", async () => {
    const page = world([4_321]).open();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(page.heard[0]).toBe(0);
    expect(page.heard[1]).toBeGreaterThanOrEqual(4_321);
    expect(page.heard[1]).toBeLessThanOrEqual(4_521);
  });

  it("hears nothing while nothing happens, also after hours, and nothing of another book", async () => {
    const there = world([50]);
    const pages = [there.open("other"), there.open()];
    await vi.advanceTimersByTimeAsync(90 * 60_000);
    expect(pages.map((page) => page.heard.length)).toEqual([1, 2]);
  });

  it("is told at most once in a while under constant traffic, and never misses the last", async () => {
    const page = world(Array.from({ length: 500 }, (_, at) => 1_000 + at * 20)).open();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(page.heard.at(-1)).toBeGreaterThanOrEqual(10_980);
    expect(page.heard.length).toBeLessThan(12);
  });

  it("is told the mark of its document while nothing was stored since, by whichever process made it, and another once something was", async () => {
    const stored = [500, 40_000];
    const [one, another] = [world(stored), world(stored)];
    await vi.advanceTimersByTimeAsync(1_000);
    const document = await one.mark();
    const page = another.open();
    await vi.advanceTimersByTimeAsync(38_000);
    expect(page.marks).toEqual([document]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(page.marks).toHaveLength(2);
    expect(page.marks[1]).not.toBe(document);
    expect(page.marks[1]).toBe(await one.mark());
  });

  it("costs nothing beside another page of its organization", async () => {
    const [one, many] = [world([]), world([])];
    one.open();
    for (let page = 0; page < 20; page += 1) many.open();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(many.reads()).toBe(one.reads());
  });

  it("leaves nobody asking when the last one has gone, and begins anew", async () => {
    const there = world([30_000]);
    const first = there.open();
    await vi.advanceTimersByTimeAsync(1_000);
    first.leave();
    await vi.advanceTimersByTimeAsync(1_000);
    const before = there.reads();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(there.reads()).toBe(before);
    const second = there.open();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(second.heard).toHaveLength(2);
  });

  it("is told to come back when the store goes away, whatever it was doing", async () => {
    const there = world([500]);
    const pages = [there.open(), there.open("other")];
    await vi.advanceTimersByTimeAsync(700);
    there.break();
    await vi.advanceTimersByTimeAsync(5_000);
    for (const page of pages) expect(await page.ended).toEqual(new Error("the store is away"));
  });
});
