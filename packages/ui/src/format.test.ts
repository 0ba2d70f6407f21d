import { describe, expect, it } from "vitest";
import { axisUsd, callUsd, compact, daySpan, duration, percent, shortUsd } from "./format.ts";

describe("figures", () => {
  it("shows money below a cent with the digits that matter, and never as zero", () => {
    expect(["0", "0.000123", "0.0118752", "0.5", "12", "1234.567"].map(shortUsd)).toEqual(["$0.00", "$0.000123", "$0.0119", "$0.50", "$12.00", "$1,234.57"]);
    expect(["-0.00022", "-5"].map(shortUsd)).toEqual(["-$0.00022", "-$5.00"]);
  });
  it("sets the costs of calls with their points below one another", () => {
    expect(["0", "0.0000455", "0.00062", "0.0118752", "1.5", "12.3456"].map(callUsd)).toEqual(["$0", "$0.0000455", "$0.000620", "$0.011875", "$1.500000", "$12.35"]);
  });
  it("writes a span of days with the same spaces on a server and in a browser", () => {
    expect(daySpan("2026-11-01T00:00:00Z", "2026-11-24T00:00:00Z", "UTC")).toBe("1 – 23 Nov");
    expect(daySpan("2026-10-27T23:00:00Z", "2026-11-03T23:00:00Z", "Europe/Berlin")).toBe("28 Oct – 3 Nov");
  });
  it("keeps an axis short", () => {
    expect([0, 0.00015, 0.5, 1, 1.5, 45, 1500].map(axisUsd)).toEqual(["$0", "$0.00015", "$0.50", "$1.00", "$1.50", "$45", "$1,500"]);
    expect([836_900_000, 86_100, 900].map(compact)).toEqual(["836.9M", "86.1k", "900"]);
  });
  it("does not round a rare failure to none", () => {
    expect([0, 0.00004, 0.0044, 0.404, 1].map(percent)).toEqual(["0%", "<0.01%", "0.44%", "40.4%", "100.0%"]);
  });
  it("changes from milliseconds to seconds at one second", () => {
    expect([2, 412.4, 999, 1000, 3060, 30_900].map(duration)).toEqual(["2 ms", "412 ms", "999 ms", "1.00 s", "3.06 s", "30.9 s"]);
  });
});
