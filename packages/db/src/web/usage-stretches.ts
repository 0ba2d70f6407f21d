/**
 * Cuts a range into what kept sums can answer: whole weeks, days and hours, and what is left of an hour, which only the log knows. Of a week or day that lies in the range
 * for the most part, the whole is taken and the rest of it taken off. It promises that the parts cover the range exactly once, those taken off included; what they are read from is the caller's.
 */
export interface Stretch { readonly span: "week" | "day" | "hour" | "log"; readonly fromMs: number; readonly toMs: number; /** To be taken off, not added. */ readonly isLess?: true }

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;
/** Monday, 1970-01-05. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const up = (ms: number, step: number): number => Math.ceil(ms / step) * step;
const down = (ms: number, step: number): number => Math.floor(ms / step) * step;

/** As the rollups count: an instant within a minute is the next minute's. Nothing lies beyond `nowMs`, so a range that reaches it ends with its day. */
export function stretchesOf(from: Date, to: Date, nowMs: number): readonly Stretch[] {
  const fromMs = up(from.getTime(), MINUTE_MS);
  const toMs = to.getTime() >= nowMs ? up(Math.max(to.getTime(), nowMs) + 1, DAY_MS) : up(to.getTime(), MINUTE_MS);
  const [firstHour, lastHour] = [up(fromMs, HOUR_MS), down(toMs, HOUR_MS)];
  if (firstHour >= lastHour) return between("log", fromMs, toMs);
  // The log takes part in no subtraction: its rows may go before the sums do.
  const hours = wholesOf({ span: "hour", fromMs: firstHour, toMs: lastHour }, { span: "day", stepMs: DAY_MS, originMs: 0, isKept: () => true });
  return [...between("log", fromMs, firstHour), ...hours, ...between("log", lastHour, toMs)];
}

/** The same, with weeks in the place of their days where `hasWeek` says that the week beginning then is summed. */
export const withWeeks = (stretches: readonly Stretch[], hasWeek: (weekMs: number) => boolean): readonly Stretch[] =>
  stretches.flatMap((stretch) => (stretch.span === "day" ? wholesOf(stretch, { span: "week", stepMs: WEEK_MS, originMs: FIRST_MONDAY_MS, isKept: hasWeek }) : [stretch]));

interface Wholes { readonly span: "week" | "day"; readonly stepMs: number; readonly originMs: number; readonly isKept: (fromMs: number) => boolean }

/** Wholes in the place of their parts, where that is less to read. Neighbours of one kind are one. */
function wholesOf({ span, fromMs, toMs }: Stretch, wholes: Wholes): readonly Stretch[] {
  const parts: Stretch[] = [];
  for (let at = down(fromMs - wholes.originMs, wholes.stepMs) + wholes.originMs; at < toMs; at += wholes.stepMs) {
    const [begin, end] = [Math.max(fromMs, at), Math.min(toMs, at + wholes.stepMs)];
    const isWhole = wholes.isKept(at) && 2 * (end - begin) > wholes.stepMs;
    for (const part of isWhole ? [...lessOf(span, at, begin), ...between(wholes.span, at, at + wholes.stepMs), ...lessOf(span, end, at + wholes.stepMs)] : between(span, begin, end)) {
      const before = parts.at(-1);
      if (before?.span === part.span && before.toMs === part.fromMs && before.isLess === part.isLess) parts[parts.length - 1] = { ...before, toMs: part.toMs };
      else parts.push(part);
    }
  }
  return parts;
}

const between = (span: Stretch["span"], fromMs: number, toMs: number): readonly Stretch[] => (fromMs < toMs ? [{ span, fromMs, toMs }] : []);
const lessOf = (span: Stretch["span"], fromMs: number, toMs: number): readonly Stretch[] => between(span, fromMs, toMs).map((stretch) => ({ ...stretch, isLess: true }));
