import { describe, expect, it } from "vitest";
import type { SeriesView, UsageCounts, UsageView } from "../../../server/views.ts";
import { rank } from "../../shell/usage-series.ts";
import { breakdownCells, breakdownOf, nestedCells } from "./breakdown.ts";
import { toCsv } from "./csv.ts";
import { METRICS } from "./metrics.ts";
import { rangeOf } from "./ranges.ts";

const counts = (spendUsd: string, requests: number, failed = 0): UsageCounts => ({ spendUsd, absorbedUsd: "0.25", requests, failed, rescued: 0, inputTokens: 60, cacheReadTokens: 40, cacheWriteTokens: 0, outputTokens: 10, reasoningTokens: 5, ttftMsSum: 0, ttftCount: 0 });
const series = (key: string, totals: UsageCounts, before: UsageCounts | null): SeriesView => ({ key, label: key, points: [totals], totals, before });
const usage: UsageView = {
  timeZone: "Europe/Berlin", from: "2026-11-01T00:00:00Z", to: "2026-11-08T00:00:00Z", granularity: "day", buckets: ["2026-11-01T00:00:00Z"],
  series: [series("a", counts("3.00", 10, 1), counts("2.00", 5)), series('=evil"', counts("1.00", 30), null)], totals: counts("4.00", 40, 1), previous: { from: "", to: "", totals: counts("2.00", 5), points: [] },
};
const spend = (one: UsageCounts): number => Number(one.spendUsd);

describe("breakdown", () => {
  it("shares sum to the whole, and each row is compared with itself before", () => {
    const { rows, total } = breakdownOf(usage, rank(usage, spend), "spend");
    expect(rows.map((row) => [row.key, row.share, row.now, row.before])).toEqual([["a", 0.75, 3, 2], ['=evil"', 0.25, 1, null]]);
    expect(total).toMatchObject({ share: 1, now: 4, before: 2 });
  });
  it("gives a rate the share of its requests, because rates do not sum", () => {
    const { rows } = breakdownOf(usage, rank(usage, spend), "failed");
    expect(rows.map((row) => [row.share, row.now])).toEqual([[0.25, 0.1], [0.75, 0]]);
  });
  it("exports the rows of the table, exact, and lets no name become a formula", () => {
    const text = toCsv(breakdownCells(usage, "model", breakdownOf(usage, rank(usage, spend), "spend")));
    const lines = text.split("\r\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe("model,spend_usd,share,change,requests,spend_usd_per_request,input_tokens,output_tokens,cache_hit,failed,rescued,absorbed_usd,from,to,time_zone");
    expect(lines[1]).toBe("a,3.00,0.75,0.5,10,0.3,100,15,0.4,0.1,0,0.25,2026-11-01T00:00:00Z,2026-11-08T00:00:00Z,Europe/Berlin");
    expect(lines[2]?.startsWith(`"'=evil""",1.00`)).toBe(true);
    expect(lines[3]?.startsWith("Total,4.00,1,1,40")).toBe(true);
  });

  it("leaves with both levels, each part with its group, and the same total", () => {
    const parts = [{ label: "a", thenLabel: "key one", totals: counts("3.00", 10, 1) }, { label: "b", thenLabel: "key one", totals: counts("1.00", 30) }];
    const lines = toCsv(nestedCells(usage, ["model", "key"], { parts, metric: "spend" })).split("\r\n");
    expect(lines[0]).toBe("model,key,spend_usd,share,requests,spend_usd_per_request,input_tokens,output_tokens,cache_hit,failed,rescued,absorbed_usd,from,to,time_zone");
    expect(lines[1]?.startsWith("a,key one,3.00,0.75,10,0.3,100,15,0.4,0.1,0,")).toBe(true);
    expect(lines[3]?.startsWith("Total,,4.00,1,40,")).toBe(true);
  });
});

describe("metrics", () => {
  it("say nothing where nothing was measured", () => {
    const none = { ...counts("0.00", 0), inputTokens: 0, cacheReadTokens: 0 };
    expect([METRICS.failed.value(none), METRICS.ttft.value(none), METRICS.cached.value(none)]).toEqual([null, null, null]);
  });
});

describe("ranges", () => {
  const book = { mode: "live" as const, timeZone: "Europe/Berlin", monthStart: "2026-10-31T23:00:00.000Z", dayStart: "2026-11-21T23:00:00.000Z" };
  const nowMs = Date.parse("2026-11-22T15:12:30Z");
  it("begin at the reporting zone's midnight and include today", () => {
    expect(rangeOf("7d", book, nowMs)).toEqual({ from: "2026-11-15T23:00:00.000Z", to: "2026-11-22T15:13:00.000Z", granularity: "day" });
    expect(rangeOf("mtd", book, nowMs).from).toBe(book.monthStart);
  });
  it("of a day have 24 hours, the one under way included", () => {
    expect(rangeOf("24h", book, nowMs)).toEqual({ from: "2026-11-21T16:00:00.000Z", to: "2026-11-22T15:13:00.000Z", granularity: "hour" });
  });
});
