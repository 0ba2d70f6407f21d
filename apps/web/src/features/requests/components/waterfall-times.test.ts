import { describe, expect, it } from "vitest";
import type { AttemptView } from "../../../server/views.ts";
import { waterfallOf } from "./waterfall-times.ts";

const attempt = (startedAtMs: number, durationMs: number, change: Partial<AttemptView> = {}): AttemptView => ({ attempt: 1, provider: "p", model: "m", upstreamModel: "m", status: 200, failureClass: null, message: null, startedAtMs, durationMs, timeToFirstTokenMs: null, costUsd: "0.00", ...change });

describe("waterfallOf", () => {
  it("places every attempt within one time line of round quarters", () => {
    const { totalMs, ticksMs, bars } = waterfallOf([attempt(1_000, 412, { failureClass: "server_error", status: 503 }), attempt(1_412, 2_650, { timeToFirstTokenMs: 536 })]);
    expect(ticksMs).toEqual([0, 800, 1600, 2400, 3200]);
    expect(bars.map(({ offsetMs, waitMs, streamMs }) => [offsetMs, waitMs, streamMs])).toEqual([[0, 412, 0], [412, 536, 2114]]);
    for (const bar of bars) expect(bar.offsetMs + bar.waitMs + bar.streamMs).toBeLessThanOrEqual(totalMs);
  });
  it("draws an answer that took no time, and a first token later than its end", () => {
    expect(waterfallOf([attempt(5, 0)]).totalMs).toBeGreaterThan(0);
    expect(waterfallOf([attempt(0, 10, { timeToFirstTokenMs: 12 })]).bars[0]).toMatchObject({ waitMs: 10, streamMs: 0 });
  });
});
