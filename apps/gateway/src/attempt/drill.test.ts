import type { PresetDrill } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { drilledProvider } from "./drill.ts";

type Routed = Parameters<typeof drilledProvider>[1];
const DRILL = { id: "drl_1", provider: "openai", percent: 25, mode: "live", startsAtMs: 1_000, endsAtMs: 2_000 } as PresetDrill;
const drills = (draw: number, drill: PresetDrill | undefined = DRILL) => ({ drillOf: () => drill, random: () => draw });
const routed = (sessionId: string | null = null, mode = "live") => ({ plan: { presetSlug: "mine" }, key: { organizationId: "org_1" }, mode, facts: { sessionId, endUser: null } }) as unknown as Routed;

describe("who takes part in a drill", () => {
  it("is the drawn share of requests that belong to no session", () => {
    expect([0, 0.249, 0.25, 0.99].map((draw) => drilledProvider(drills(draw), routed(), 1_500))).toEqual(["openai", "openai", null, null]);
  });
  it("is a whole session or none of it, whatever is drawn", () => {
    const sessions = Array.from({ length: 400 }, (_, index) => `s${index}`);
    const drawn = (draw: number) => sessions.map((session) => drilledProvider(drills(draw), routed(session), 1_500));
    expect(drawn(0)).toEqual(drawn(0.99));
    const share = drawn(0).filter((provider) => provider !== null).length / sessions.length;
    expect(share).toBeGreaterThan(0.17);
    expect(share).toBeLessThan(0.33);
  });
  it("is nobody before it begins, once it is over, in the other book, or without one", () => {
    expect([drilledProvider(drills(0), routed(), 999), drilledProvider(drills(0), routed(), 2_000), drilledProvider(drills(0), routed(null, "test"), 1_500), drilledProvider({ drillOf: () => undefined, random: () => 0 }, routed(), 1_500)]).toEqual([null, null, null, null]);
  });
});
