import { snapshotFrom, SEED } from "@trunkline/catalog";
import { BUILT_IN_PRESETS } from "@trunkline/router-core";
import { describe, expect, it } from "vitest";
import { runDay, type Day } from "./market-day.ts";
import { outages, requests, TASKS } from "./market-world.ts";

const EVERY = 100;
/** Work, not waiting: a machine that does much else may take several times the usual second. */
const PATIENCE_MS = 60_000;
const prompts = new Map(Object.keys(TASKS).map((task) => [task, ["Say something short about this."]]));
const dayOf = (seed: string): Day => ({ seed, catalog: snapshotFrom(SEED), traffic: requests(seed, prompts).filter(({ id }) => id % EVERY === 0), spells: outages(seed) });
const balanced = { preset: BUILT_IN_PRESETS.get("balanced") ?? null, model: null };

describe("a day of the market", () => {
  it("is the same day again for the same seed, and another for another", async () => {
    const [first, again, other] = [await runDay(dayOf("7"), balanced), await runDay(dayOf("7"), balanced), await runDay(dayOf("8"), balanced)];
    expect(again).toEqual(first);
    expect(other.costUsd).not.toBe(first.costUsd);
  }, PATIENCE_MS);
  it("loses requests at a single provider that `balanced` serves, through the gateway's own pipeline", async () => {
    const alone = await runDay(dayOf("7"), { preset: null, model: "openai/gpt-5.2", provider: "openai" });
    const preset = await runDay(dayOf("7"), balanced);
    expect(alone.successRate).toBeLessThan(0.95);
    expect(Object.keys(alone.lostTo)).toEqual(expect.arrayContaining(["network", "timeout"]));
    expect(preset.successRate).toBeGreaterThan(0.99);
    expect(preset.amplification).toBeLessThan(1.2);
  }, PATIENCE_MS);
  it("leaves the process with its own timers", async () => {
    const { setTimeout: before } = globalThis;
    await runDay(dayOf("7"), balanced);
    expect(globalThis.setTimeout).toBe(before);
  }, PATIENCE_MS);
});
