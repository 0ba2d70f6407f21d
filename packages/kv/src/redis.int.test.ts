import { Redis } from "ioredis";
import { describe, expect, it, vi } from "vitest";
import { inspectRedis } from "./inspect-redis.ts";
import { counterContract, invalidationContract } from "./kv.contract.ts";
import type { BudgetLine } from "./kv.ts";
import { createRedisKv } from "./redis-kv.ts";

const url = process.env["REDIS_URL"] ?? "";
if (!url) throw new Error("REDIS_URL is not set: these tests need a real Redis");
const budget = (key: string): BudgetLine => ({ budgetId: "bud_1", key, limitNanoUsd: 1_000n, expiresAtMs: null, loadSpent: () => Promise.resolve(0n), bookedOf: () => Promise.resolve(new Set()) });

describe("redis kv", () => {
  counterContract((clock) => createRedisKv({ url, clock }));
  invalidationContract(() => createRedisKv({ url }));

  it("never over-admits when two gateways reserve from one budget by the server's clock", async () => {
    const gateways = [createRedisKv({ url }), createRedisKv({ url })];
    const line = budget(`two-gateways-${process.pid}-${Date.now()}`);
    const decisions = await Promise.all(Array.from({ length: 500 }, (_, i) => gateways[i % 2]?.reserve([line], `req_${i}`, [10n], 60_000)));
    expect(decisions.filter((decision) => decision?.reserved)).toHaveLength(100);
    const rate = { key: line.key, limitPerMinute: 50, name: "key" };
    const rates = await Promise.all(Array.from({ length: 60 }, (_, i) => gateways[i % 2]?.takeRate([rate])));
    expect(rates.filter((decision) => decision?.admitted).length).toBeGreaterThanOrEqual(50);
    expect(rates.filter((decision) => decision?.admitted).length).toBeLessThanOrEqual(51);
    await Promise.all(gateways.map((gateway) => gateway.close()));
  });

  it("keeps working after the server forgot its scripts, and keeps a spend whose counter vanished", async () => {
    const kv = createRedisKv({ url });
    const admin = new Redis(url);
    const line = budget(`forgetful-${process.pid}-${Date.now()}`);
    expect(await kv.reserve([line], "a", [400n], 60_000)).toEqual({ reserved: true });
    await admin.script("FLUSH");
    await admin.del(`trunkline:spent:{${line.key}}`);
    await kv.settle([line], "a", [400n]);
    expect(await kv.reserve([line], "b", [601n], 60_000)).toMatchObject({ reserved: false, spentNanoUsd: 400n });
    admin.disconnect();
    await kv.close();
  });

  it("admits nothing beyond a budget after the store was emptied: live holds are put back, and so is what was spent and not booked", async () => {
    const gateways = [createRedisKv({ url }), createRedisKv({ url })] as const;
    const [first, second] = gateways;
    const admin = new Redis(url);
    const line = budget(`emptied-${process.pid}-${Date.now()}`);
    first.onEmptied(() => first.announceSpent([line], "spent", [200n]));
    expect(await first.reserve([line], "live", [300n], 60_000)).toEqual({ reserved: true });
    expect(await second.reserve([line], "other", [400n], 60_000)).toEqual({ reserved: true });
    const before = first.epoch;
    await admin.flushall();
    expect(await second.reserve([line], "late", [101n], 60_000)).toEqual({ reserved: false, budgetId: "bud_1", spentNanoUsd: 200n, heldNanoUsd: 700n });
    expect(first.epoch).not.toBe(before);
    await first.settle([line], "live", [50n]);
    await second.release([line], "other");
    expect(await second.reserve([line], "late", [751n], 60_000)).toMatchObject({ reserved: false, spentNanoUsd: 250n, heldNanoUsd: 0n });
    expect(await second.reserve([line], "late", [750n], 60_000)).toEqual({ reserved: true });
    admin.disconnect();
    await Promise.all(gateways.map((gateway) => gateway.close()));
  });

  it("puts a hold back that was settled before anybody saw the store emptied", async () => {
    const kv = createRedisKv({ url });
    const admin = new Redis(url);
    const line = budget(`unseen-${process.pid}-${Date.now()}`);
    kv.onEmptied(() => kv.announceSpent([line], "a", [600n]));
    await kv.reserve([line], "a", [800n], 60_000);
    await admin.flushall();
    await kv.settle([line], "a", [600n]);
    expect(await kv.reserve([line], "b", [401n], 60_000)).toMatchObject({ reserved: false, spentNanoUsd: 600n });
    admin.disconnect();
    await kv.close();
  });

  it("reports a gap after the subscriber was cut, and hears again", async () => {
    const kv = createRedisKv({ url });
    const admin = new Redis(url);
    const heard: string[] = [];
    const gap = vi.fn();
    await kv.subscribe((_topic, id) => heard.push(id), gap);
    for (const row of String(await admin.client("LIST")).split("\n")) {
      const id = /^id=(\d+)/.exec(row)?.[1];
      if (id && row.includes("name=trunkline-kv-subscriber")) await admin.client("KILL", "ID", id);
    }
    await vi.waitFor(() => expect(gap).toHaveBeenCalledTimes(1), 5_000);
    await kv.publish("preset", "org_after_gap");
    await vi.waitFor(() => expect(heard).toContain("org_after_gap"), 5_000);
    admin.disconnect();
    await kv.close();
  });

  it("says that Redis is away, by name, within the connect timeout", async () => {
    const kv = createRedisKv({ url: "redis://127.0.0.1:1" });
    const startedAt = performance.now();
    await expect(kv.takeRate([{ key: "k", limitPerMinute: 1, name: "key" }])).rejects.toMatchObject({ name: "DependencyUnavailable", dependency: "redis" });
    await expect(kv.reserve([budget("away")], "a", [1n], 1_000)).rejects.toMatchObject({ dependency: "redis" });
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    await kv.close();
  });

  it("reports the server's fitness", async () => {
    expect((await inspectRedis(url)).version).toMatch(/^\d+\.\d+/);
  });
});
