import fc from "fast-check";
import { expect, it } from "vitest";
import { stretchesOf, withWeeks, type Stretch } from "./usage-stretches.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const STEP_MS = { log: MINUTE_MS, hour: 60 * MINUTE_MS, day: DAY_MS, week: 7 * DAY_MS };
const ORIGIN_MS = { log: 0, hour: 0, day: 0, week: 4 * DAY_MS };
const NOW_MS = Date.parse("2026-03-10T12:34:56.789Z");
const at = (minutesAgo: number): Date => new Date(NOW_MS - minutesAgo * 7_777);
const minute = (ms: number): number => Math.ceil(ms / MINUTE_MS) * MINUTE_MS;

/** How often each piece between two ends is counted, what is taken off counting less. */
function counted(parts: readonly Stretch[], ends: readonly number[]): readonly (readonly [number, number])[] {
  const cuts = [...new Set([...parts.flatMap(({ fromMs, toMs }) => [fromMs, toMs]), ...ends])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((from) => [from, parts.reduce((sum, part) => sum + (part.fromMs <= from && from < part.toMs ? (part.isLess ? -1 : 1) : 0), 0)]);
}
const rowsOf = (parts: readonly Stretch[], span: string): number => parts.reduce((sum, part) => sum + (part.span === span ? (part.toMs - part.fromMs) / STEP_MS[part.span] : 0), 0);

it("covers every range exactly once, in parts that their sums can answer, with or without weeks", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 900_000 }), fc.integer({ min: 1, max: 900_000 }), fc.func(fc.boolean()), (a, b, hasWeek) => {
    const [from, to] = [at(Math.max(a, b)), at(Math.min(a, b))];
    const [fromMs, toMs] = [minute(from.getTime()), minute(to.getTime())];
    const days = stretchesOf(from, to, NOW_MS);
    for (const parts of [days, withWeeks(days, hasWeek), withWeeks(days, () => true)]) {
      for (const [piece, times] of counted(parts, [fromMs, toMs])) expect(times, new Date(piece).toISOString()).toBe(fromMs <= piece && piece < toMs ? 1 : 0);
      for (const part of parts) {
        const [step, origin] = [STEP_MS[part.span], ORIGIN_MS[part.span]];
        expect([(part.fromMs - origin) % step, (part.toMs - origin) % step, part.toMs > part.fromMs]).toEqual([0, 0, true]);
        expect(part.span === "log" && part.isLess === true, "the log, whose rows may be gone, is taken off from nothing").toBe(false);
      }
      expect(rowsOf(parts, "log"), "less than two hours of the log").toBeLessThan(120);
      expect(rowsOf(parts, "hour"), "of a day at either end no more than half").toBeLessThanOrEqual(24);
    }
    expect(rowsOf(withWeeks(days, () => true), "day"), "of a week at either end no more than half").toBeLessThanOrEqual(8);
  }));
});

it("ends a range that reaches the present with its day, which the sums by day know whole", () => {
  expect(stretchesOf(new Date("2026-03-01T00:00:00Z"), new Date(NOW_MS), NOW_MS)).toEqual([{ span: "day", fromMs: Date.parse("2026-03-01T00:00:00Z"), toMs: Date.parse("2026-03-11T00:00:00Z") }]);
});

const day = (from: string, to: string, span: string): object => ({ span, fromMs: Date.parse(`${from}T00:00:00Z`), toMs: Date.parse(`${to}T00:00:00Z`) });

it("takes a day whole and its first hour off, rather than read the 23 others", () => {
  expect(stretchesOf(new Date("2026-02-01T00:37:00Z"), new Date("2026-02-03T00:00:00Z"), NOW_MS)).toEqual([
    { span: "log", fromMs: Date.parse("2026-02-01T00:37:00Z"), toMs: Date.parse("2026-02-01T01:00:00Z") },
    { span: "hour", fromMs: Date.parse("2026-02-01T00:00:00Z"), toMs: Date.parse("2026-02-01T01:00:00Z"), isLess: true },
    day("2026-02-01", "2026-02-03", "day"),
  ]);
});

it("reads a week in the place of its days only where it is summed and mostly asked for", () => {
  const month = stretchesOf(new Date("2026-02-04T00:00:00Z"), new Date("2026-03-04T00:00:00Z"), NOW_MS);
  expect(withWeeks(month, (weekMs) => weekMs !== Date.parse("2026-02-16T00:00:00Z"))).toEqual([
    { ...day("2026-02-02", "2026-02-04", "day"), isLess: true }, day("2026-02-02", "2026-02-16", "week"), day("2026-02-16", "2026-02-23", "day"), day("2026-02-23", "2026-03-02", "week"), day("2026-03-02", "2026-03-04", "day"),
  ]);
});
