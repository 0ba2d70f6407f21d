import { afterEach, describe, expect, it, vi } from "vitest";
import type { BudgetLine, Kv, LimitsAsk, RateBucket } from "./kv.ts";

/** A moment in 2026; tests move it by hand. */
const START_MS = 1_780_000_000_000;
const DELIVERY_MS = 4_000;
let serial = 0;
const fresh = (name: string): string => `{test${process.pid}}:${name}:${Date.now()}:${++serial}`;

interface LineOptions { readonly limit: bigint; readonly spent?: bigint; readonly key?: string; readonly budgetId?: string }
function line({ limit, spent = 0n, key = fresh("budget"), budgetId = "bud_1" }: LineOptions): BudgetLine & { loadSpent: ReturnType<typeof vi.fn<() => Promise<bigint>>> } {
  return { bookedOf: () => Promise.resolve(new Set()), budgetId, key, limitNanoUsd: limit, expiresAtMs: START_MS + 3_600_000, loadSpent: vi.fn(() => Promise.resolve(spent)) };
}
const bucket = (limitPerMinute: number, name = "key"): RateBucket => ({ key: fresh("rate"), limitPerMinute, name });

/** Every form must keep these. `create` is given a clock that the test moves. */
export function counterContract(create: (clock: () => number) => Kv): void {
  let nowMs = START_MS;
  let open: Kv | null = null;
  const start = (): Kv => { nowMs = START_MS; return (open = create(() => nowMs)); };
  afterEach(async () => { await open?.close(); open = null; });

  describe("takeLimits", () => {
    const ask = (more: Partial<LimitsAsk> = {}): LimitsAsk => ({ call: "req_1", requests: [], tokens: [], tokenCount: 0, slots: [], slotMs: 60_000, ...more });

    it("takes tokens at once and gives back at the end what was not used", async () => {
      const kv = start();
      const one = ask({ tokens: [bucket(1_000, "tokens")], tokenCount: 600 });
      expect(await kv.takeLimits(one)).toMatchObject({ refused: null, tokens: { limit: 1_000, remaining: 400, resetMs: 36_000 }, requests: null });
      expect(await kv.takeLimits(one)).toMatchObject({ refused: { name: "tokens", unit: "tokens", limit: 1_000, retryAfterMs: 12_000 }, tokens: { remaining: 400 } });
      await kv.returnLimits(one, 100);
      expect(await kv.takeLimits(one)).toMatchObject({ refused: null, tokens: { remaining: 300 } });
    });

    it("takes what was used beyond the estimate, and no call shuts a bucket for longer than two minutes", async () => {
      const kv = start();
      const one = ask({ tokens: [bucket(1_000)], tokenCount: 100 });
      await kv.takeLimits(one);
      await kv.returnLimits(one, 500);
      expect(await kv.takeLimits({ ...one, tokenCount: 501 })).toMatchObject({ refused: { retryAfterMs: 60 }, tokens: { remaining: 500 } });
      await kv.returnLimits(one, 1_000_000);
      expect(await kv.takeLimits(one)).toMatchObject({ refused: { retryAfterMs: 66_000 }, tokens: { remaining: 0 } });
    });

    it("admits a call larger than the whole bucket when the bucket is full", async () => {
      const kv = start();
      const one = ask({ tokens: [bucket(1_000)], tokenCount: 5_000 });
      expect(await kv.takeLimits(one)).toMatchObject({ refused: null, tokens: { remaining: 0 } });
      expect(await kv.takeLimits(one)).toMatchObject({ refused: { retryAfterMs: 60_000 } });
    });

    it("lets so many calls run at a time, and frees a slot at the end or when it has expired", async () => {
      const kv = start();
      const slots = [{ key: fresh("slots"), limit: 2, name: "calls of the key" }];
      for (const call of ["a", "b"]) expect((await kv.takeLimits(ask({ call, slots }))).refused).toBeNull();
      expect((await kv.takeLimits(ask({ call: "c", slots }))).refused).toEqual({ name: "calls of the key", limit: 2, unit: "calls", retryAfterMs: 1_000 });
      await kv.returnLimits(ask({ call: "a", slots }), 0);
      await kv.returnLimits(ask({ call: "a", slots }), 0);
      expect((await kv.takeLimits(ask({ call: "c", slots }))).refused).toBeNull();
      expect((await kv.takeLimits(ask({ call: "d", slots }))).refused).not.toBeNull();
      nowMs += 60_001;
      expect((await kv.takeLimits(ask({ call: "d", slots }))).refused).toBeNull();
    });

    it("takes nothing of any limit when one refuses", async () => {
      const kv = start();
      const all = ask({ requests: [bucket(10, "requests")], tokens: [bucket(1_000, "tokens")], tokenCount: 100, slots: [{ key: fresh("slots"), limit: 1, name: "calls" }] });
      expect(await kv.takeLimits(all)).toMatchObject({ refused: null, requests: { remaining: 9 }, tokens: { remaining: 900 } });
      expect(await kv.takeLimits({ ...all, call: "other" })).toMatchObject({ refused: { unit: "calls" }, requests: { remaining: 9 }, tokens: { remaining: 900 } });
      await kv.returnLimits(all, 100);
      expect(await kv.takeLimits({ ...all, tokenCount: 901 })).toMatchObject({ refused: { unit: "tokens" }, requests: { remaining: 9 } });
      expect((await kv.takeLimits({ ...all, call: "other" })).refused).toBeNull();
    });

    it("shares its buckets of requests with takeRate", async () => {
      const kv = start();
      const rate = bucket(2);
      await kv.takeRate([rate]);
      expect(await kv.takeLimits(ask({ requests: [rate] }))).toMatchObject({ refused: null, requests: { remaining: 0, resetMs: 60_000 } });
      expect(await kv.takeRate([rate])).toMatchObject({ admitted: false, retryAfterMs: 30_000 });
    });
  });

  describe("takeRate", () => {
    it("admits a burst of the whole limit, then one request per interval", async () => {
      const kv = start();
      const rate = bucket(60);
      const burst = await Promise.all(Array.from({ length: 61 }, () => kv.takeRate([rate])));
      expect(burst.filter((decision) => decision.admitted)).toHaveLength(60);
      expect(burst[60]).toEqual({ admitted: false, bucket: "key", retryAfterMs: 1_000, tightest: { name: "key", limit: 60, remaining: 0, resetMs: 60_000 } });
      nowMs += 999;
      expect(await kv.takeRate([rate])).toMatchObject({ admitted: false, retryAfterMs: 1 });
      nowMs += 1;
      expect(await kv.takeRate([rate])).toMatchObject({ admitted: true });
      expect(await kv.takeRate([rate])).toMatchObject({ admitted: false, retryAfterMs: 1_000 });
    });

    it("never admits more than the limit of a rate that does not divide a minute", async () => {
      const kv = start();
      const rate = bucket(7);
      let admitted = 0;
      for (let i = 0; i < 600; i++) {
        if ((await kv.takeRate([rate])).admitted) admitted++;
        nowMs += 1_000;
      }
      expect(admitted).toBeLessThanOrEqual(7 + 70);
      expect(admitted).toBeGreaterThanOrEqual(7 + 69);
    });

    it("takes from no bucket when one of them refuses", async () => {
      const kv = start();
      const wide = bucket(10, "organization");
      const narrow = bucket(1, "key");
      expect(await kv.takeRate([wide, narrow])).toEqual({ admitted: true, tightest: { name: "key", limit: 1, remaining: 0, resetMs: 60_000 } });
      expect(await kv.takeRate([wide, narrow])).toMatchObject({ admitted: false, bucket: "key", retryAfterMs: 60_000 });
      expect(await kv.takeRate([wide])).toMatchObject({ admitted: true, tightest: { remaining: 8 } });
    });

    it.each([0, -1, Number.NaN])("admits nothing under a limit of %d", async (limit) => {
      const kv = start();
      expect(await kv.takeRate([bucket(10, "organization"), bucket(limit)])).toMatchObject({ admitted: false, bucket: "key", retryAfterMs: 60_000, tightest: { remaining: 0 } });
    });

    it("admits without a bucket", async () => {
      expect(await start().takeRate([])).toEqual({ admitted: true, tightest: null });
    });
  });

  describe("reserve and settle", () => {
    it("never over-admits under 500 concurrent reservations, and loads the spend once", async () => {
      const kv = start();
      const budget = line({ limit: 1_000n, spent: 300n });
      const decisions = await Promise.all(Array.from({ length: 500 }, (_, i) => kv.reserve([budget], `req_${i}`, [10n], 60_000)));
      expect(decisions.filter((decision) => decision.reserved)).toHaveLength(70);
      expect(decisions.find((decision) => !decision.reserved)).toEqual({ reserved: false, budgetId: "bud_1", spentNanoUsd: 300n, heldNanoUsd: 700n });
      expect(budget.loadSpent).toHaveBeenCalledTimes(1);
    });

    it("keeps every nano-dollar of large amounts", async () => {
      const kv = start();
      const budget = line({ limit: 9_007_199_254_740_991n, spent: 9_007_199_254_740_001n });
      expect(await kv.reserve([budget], "a", [990n], 60_000)).toEqual({ reserved: true });
      expect(await kv.reserve([budget], "b", [1n], 60_000)).toEqual({ reserved: false, budgetId: "bud_1", spentNanoUsd: 9_007_199_254_740_001n, heldNanoUsd: 990n });
    });

    it("settles once by hold id, however often it is called", async () => {
      const kv = start();
      const budget = line({ limit: 100n });
      await kv.reserve([budget], "a", [80n], 60_000);
      await Promise.all([kv.settle([budget], "a", [30n]), kv.settle([budget], "a", [30n]), kv.settle([budget], "a", [30n])]);
      expect(await kv.reserve([budget], "b", [71n], 60_000)).toMatchObject({ reserved: false, spentNanoUsd: 30n, heldNanoUsd: 0n });
      expect(await kv.reserve([budget], "b", [70n], 60_000)).toEqual({ reserved: true });
    });

    it("counts what was spent beyond the hold", async () => {
      const kv = start();
      const budget = line({ limit: 100n });
      await kv.reserve([budget], "a", [10n], 60_000);
      await kv.settle([budget], "a", [95n]);
      expect(await kv.reserve([budget], "b", [6n], 60_000)).toMatchObject({ reserved: false, spentNanoUsd: 95n });
    });

    it("replaces the hold of a repeated reservation, and keeps it when the new amount is refused", async () => {
      const kv = start();
      const budget = line({ limit: 100n });
      await kv.reserve([budget], "a", [60n], 60_000);
      expect(await kv.reserve([budget], "a", [90n], 60_000)).toEqual({ reserved: true });
      expect(await kv.reserve([budget], "a", [101n], 60_000)).toMatchObject({ reserved: false, heldNanoUsd: 0n });
      expect(await kv.reserve([budget], "b", [11n], 60_000)).toMatchObject({ reserved: false, heldNanoUsd: 90n });
      expect(await kv.reserve([budget], "b", [10n], 60_000)).toEqual({ reserved: true });
    });

    it("frees an expired hold, and still adds its late settlement, once", async () => {
      const kv = start();
      const budget = line({ limit: 100n });
      await kv.reserve([budget], "a", [100n], 5_000);
      expect(await kv.reserve([budget], "b", [50n], 60_000)).toMatchObject({ reserved: false });
      nowMs += 5_000;
      expect(await kv.reserve([budget], "b", [50n], 60_000)).toEqual({ reserved: true });
      await kv.settle([budget], "a", [40n]);
      await kv.settle([budget], "a", [40n]);
      expect(await kv.reserve([budget], "c", [11n], 60_000)).toMatchObject({ reserved: false, spentNanoUsd: 40n, heldNanoUsd: 50n });
    });

    it("holds on no line when one of two refuses", async () => {
      const kv = start();
      const wide = line({ limit: 1_000n, budgetId: "bud_org" });
      const narrow = line({ limit: 100n, spent: 95n, budgetId: "bud_key" });
      expect(await kv.reserve([wide, narrow], "a", [10n, 10n], 60_000)).toEqual({ reserved: false, budgetId: "bud_key", spentNanoUsd: 95n, heldNanoUsd: 0n });
      expect(await kv.reserve([wide], "b", [1_000n], 60_000)).toEqual({ reserved: true });
    });

    it("holds and settles on each line the amount at its own place", async () => {
      const kv = start();
      const charges = line({ limit: 100n, budgetId: "bud_charges" });
      const everything = line({ limit: 100n, budgetId: "bud_everything" });
      expect(await kv.reserve([charges, everything], "a", [5n, 90n], 60_000)).toEqual({ reserved: true });
      expect(await kv.reserve([charges, everything], "b", [5n, 11n], 60_000)).toEqual({ reserved: false, budgetId: "bud_everything", spentNanoUsd: 0n, heldNanoUsd: 90n });
      await kv.settle([charges, everything], "a", [3n, 60n]);
      expect(await kv.reserve([charges, everything], "b", [98n, 0n], 60_000)).toEqual({ reserved: false, budgetId: "bud_charges", spentNanoUsd: 3n, heldNanoUsd: 0n });
      expect(await kv.reserve([charges, everything], "b", [97n, 40n], 60_000)).toEqual({ reserved: true });
      expect(await kv.reserve([everything], "c", [1n], 60_000)).toMatchObject({ reserved: false, spentNanoUsd: 60n, heldNanoUsd: 40n });
    });

    it("reserves nothing without an amount for each line", async () => {
      const kv = start();
      await expect((async () => kv.reserve([line({ limit: 10n }), line({ limit: 10n })], "a", [1n], 60_000))()).rejects.toThrow(RangeError);
    });

    it("gives the whole hold back on release", async () => {
      const kv = start();
      const budget = line({ limit: 100n });
      await kv.reserve([budget], "a", [100n], 60_000);
      await kv.release([budget], "a");
      await kv.release([budget], "a");
      await kv.settle([budget], "a", [50n]);
      expect(await kv.reserve([budget], "b", [100n], 60_000)).toEqual({ reserved: true });
    });

    it("refuses to reserve while the spend cannot be loaded, and asks again next time", async () => {
      const kv = start();
      const budget = line({ limit: 100n });
      budget.loadSpent.mockRejectedValueOnce(new Error("ledger away"));
      await expect(kv.reserve([budget], "a", [1n], 60_000)).rejects.toThrow("ledger away");
      expect(await kv.reserve([budget], "a", [1n], 60_000)).toEqual({ reserved: true });
      expect(budget.loadSpent).toHaveBeenCalledTimes(2);
    });

    it("counts a spend of before the counter was made once: as the ledger has it, or else as it was told", async () => {
      const kv = start();
      const budget = { ...line({ limit: 100n, spent: 40n }), bookedOf: (ids: readonly string[]) => Promise.resolve(new Set(ids.filter((id) => id === "booked"))) };
      for (const id of ["booked", "on its way", "on its way"]) await kv.announceSpent([budget], id, [25n]);
      expect(await kv.reserve([budget], "b", [36n], 60_000)).toEqual({ reserved: false, budgetId: "bud_1", spentNanoUsd: 65n, heldNanoUsd: 0n });
      await kv.announceSpent([budget], "on its way", [25n]);
      expect(await kv.reserve([budget], "b", [35n], 60_000)).toEqual({ reserved: true });
    });

    it("counts a hold and a spend of nothing for nothing", async () => {
      const kv = start();
      const budget = line({ limit: 100n });
      await kv.announceSpent([budget], "before", [0n]);
      expect(await kv.reserve([budget], "a", [0n], 5_000)).toEqual({ reserved: true });
      expect(await kv.reserve([budget], "a", [100n], 5_000)).toEqual({ reserved: true });
      expect(await kv.reserve([budget], "a", [0n], 5_000)).toEqual({ reserved: true });
      expect(await kv.reserve([budget], "b", [0n], 5_000)).toEqual({ reserved: true });
      nowMs += 5_001;
      expect(await kv.reserve([budget], "c", [0n], 60_000)).toEqual({ reserved: true });
      await kv.settle([budget], "c", [0n]);
      await kv.release([budget], "b");
      expect(await kv.reserve([budget], "d", [101n], 60_000)).toMatchObject({ reserved: false, spentNanoUsd: 0n, heldNanoUsd: 0n });
    });

    it("asks again while spends are booked between its two questions", async () => {
      const kv = start();
      const booked = new Set<string>();
      let spent = 0n;
      const budget = { ...line({ limit: 100n }), bookedOf: () => Promise.resolve(new Set(booked)), loadSpent: vi.fn(() => { const seen = spent; if (!booked.has("a")) { booked.add("a"); spent = 30n; } return Promise.resolve(seen); }) };
      await kv.announceSpent([budget], "a", [30n]);
      expect(await kv.reserve([budget], "b", [71n], 60_000)).toMatchObject({ reserved: false, spentNanoUsd: 30n });
      expect(budget.loadSpent).toHaveBeenCalledTimes(2);
    });

    it("ends the hold of a spend that is told, and adds it once", async () => {
      const kv = start();
      const budget = line({ limit: 100n });
      await kv.reserve([budget], "a", [80n], 60_000);
      for (let times = 0; times < 2; times++) await kv.announceSpent([budget], "a", [30n]);
      await kv.settle([budget], "a", [30n]);
      expect(await kv.reserve([budget], "b", [71n], 60_000)).toMatchObject({ reserved: false, spentNanoUsd: 30n, heldNanoUsd: 0n });
    });

    it("refuses a limit that cannot be compared exactly", async () => {
      const kv = start();
      await expect((async () => kv.reserve([line({ limit: 9_007_199_254_740_992n })], "a", [1n], 60_000))()).rejects.toThrow(RangeError);
    });
  });
}

/** `create` opens one more process on the same stores. */
export function invalidationContract(create: () => Kv): void {
  it("delivers an invalidation to every other process, in order", async () => {
    const [sender, first, second] = [create(), create(), create()];
    try {
      const heard: string[] = [];
      await first.subscribe((topic, id) => heard.push(`1 ${topic} ${id}`), () => {});
      await second.subscribe((topic, id) => heard.push(`2 ${topic} ${id}`), () => {});
      const id = fresh("key");
      await sender.publish("api-key", id);
      await sender.publish("catalog", "");
      await sender.publish("circuit", '["gw","openai","openai/gpt-5",5000]');
      await vi.waitFor(() => expect(heard.filter((text) => text.includes(id) || text.includes("catalog") || text.includes("circuit"))).toHaveLength(6), DELIVERY_MS);
      expect(heard.filter((text) => text.startsWith("1"))).toEqual([`1 api-key ${id}`, "1 catalog ", '1 circuit ["gw","openai","openai/gpt-5",5000]']);
    } finally {
      await Promise.all([sender.close(), first.close(), second.close()]);
    }
  });

  it("answers a ping", async () => {
    const kv = create();
    await kv.ping();
    await kv.close();
  });
}
