import fc from "fast-check";
import { expect, it } from "vitest";
import { stretchesOf, withWeeks } from "./usage-stretches.ts";

const MINUTE_MS = 60_000;
const STEP_MS = { log: MINUTE_MS, hour: 60 * MINUTE_MS, day: 1440 * MINUTE_MS, week: 7 * 1440 * MINUTE_MS };
const NOW_MS = Date.parse("2026-03-10T12:34:56.789Z");
const at = (minutesAgo: number): Date => new Date(NOW_MS - minutesAgo * 7_777);

it("covers every range exactly once, in parts that their sums can answer", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 900_000 }), fc.integer({ min: 1, max: 900_000 }), (a, b) => {
    const [from, to] = [at(Math.max(a, b)), at(Math.min(a, b))];
    const parts = stretchesOf(from, to, NOW_MS);
    const minute = (ms: number): number => Math.ceil(ms / MINUTE_MS) * MINUTE_MS;
    for (const [index, part] of parts.entries()) {
      expect(part.fromMs).toBe(index === 0 ? minute(from.getTime()) : parts[index - 1]?.toMs);
      expect([part.fromMs % STEP_MS[part.span], part.toMs % STEP_MS[part.span]]).toEqual([0, 0]);
      expect(part.toMs).toBeGreaterThan(part.fromMs);
    }
    expect(parts.at(-1)?.toMs ?? minute(from.getTime())).toBe(minute(to.getTime()));
    expect(parts.filter((part) => part.span === "log").reduce((sum, part) => sum + part.toMs - part.fromMs, 0), "less than two hours of the log").toBeLessThan(2 * STEP_MS.hour);
  }));
});

it("ends a range that reaches the present with its day, which the sums by day know whole", () => {
  expect(stretchesOf(new Date("2026-03-01T00:00:00Z"), new Date(NOW_MS), NOW_MS)).toEqual([{ span: "day", fromMs: Date.parse("2026-03-01T00:00:00Z"), toMs: Date.parse("2026-03-11T00:00:00Z") }]);
});

it("reads a whole week in the place of its days only where it is summed, and covers the same", () => {
  const month = stretchesOf(new Date("2026-02-01T00:37:00Z"), new Date("2026-03-03T00:00:00Z"), NOW_MS);
  const weeks = withWeeks(month, (weekMs) => weekMs !== Date.parse("2026-02-16T00:00:00Z"));
  const days = (from: string, to: string, span: string) => ({ span, fromMs: Date.parse(`${from}T00:00:00Z`), toMs: Date.parse(`${to}T00:00:00Z`) });
  expect(weeks.filter(({ span }) => span === "day" || span === "week")).toEqual([days("2026-02-02", "2026-02-16", "week"), days("2026-02-16", "2026-02-23", "day"), days("2026-02-23", "2026-03-02", "week"), days("2026-03-02", "2026-03-03", "day")]);
  expect(weeks.filter(({ span }) => span === "log" || span === "hour")).toEqual(month.filter(({ span }) => span !== "day"));
  for (const [index, part] of weeks.entries()) if (index > 0) expect(part.fromMs).toBe(weeks[index - 1]?.toMs);
});
