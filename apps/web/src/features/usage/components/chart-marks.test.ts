import { expect, it } from "vitest";
import { marksByBucket } from "./chart-marks.ts";

const mark = (at: string, text: string) => ({ at, text, kind: "publish" as const, path: "" });

it("puts what happened into the hour or day in which it happened, several into one line, and nothing before the first", () => {
  const buckets = ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"];
  expect(marksByBucket([mark("2026-03-03T00:00:00Z", "c"), mark("2026-03-01T23:59:59Z", "b"), mark("2026-03-01T00:00:00Z", "a"), mark("2026-02-28T00:00:00Z", "early")], buckets)).toEqual([{ at: 0, label: "b, a" }, { at: 2, label: "c" }]);
});
