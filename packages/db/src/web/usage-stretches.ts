/**
 * Cuts a range into what kept sums can answer: whole UTC days, whole UTC hours at its ends, and what is left of an hour, which only the log knows.
 * It promises that the parts cover the range exactly once; what they are read from is the caller's.
 */
export interface Stretch { readonly span: "week" | "day" | "hour" | "log"; readonly fromMs: number; readonly toMs: number }

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const up = (ms: number, step: number): number => Math.ceil(ms / step) * step;
const down = (ms: number, step: number): number => Math.floor(ms / step) * step;

/** As the rollups count: an instant within a minute is the next minute's. Nothing lies beyond `nowMs`, so a range that reaches it ends with its day. */
export function stretchesOf(from: Date, to: Date, nowMs: number): readonly Stretch[] {
  const toMs = to.getTime() >= nowMs ? up(Math.max(to.getTime(), nowMs) + 1, DAY_MS) : up(to.getTime(), MINUTE_MS);
  return cut(up(from.getTime(), MINUTE_MS), toMs, [["day", DAY_MS], ["hour", HOUR_MS]]);
}

function cut(fromMs: number, toMs: number, levels: readonly (readonly ["day" | "hour", number])[]): readonly Stretch[] {
  if (fromMs >= toMs) return [];
  const [level, ...finer] = levels;
  if (!level) return [{ span: "log", fromMs, toMs }];
  const [span, step] = level;
  const [first, last] = [up(fromMs, step), down(toMs, step)];
  if (first >= last) return cut(fromMs, toMs, finer);
  return [...cut(fromMs, first, finer), { span, fromMs: first, toMs: last }, ...cut(last, toMs, finer)];
}

const WEEK_MS = 7 * DAY_MS;
/** Monday, 1970-01-05. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** The same, with whole weeks in the place of their days where `hasWeek` says that the week beginning then is summed. */
export function withWeeks(stretches: readonly Stretch[], hasWeek: (weekMs: number) => boolean): readonly Stretch[] {
  return stretches.flatMap((stretch) => {
    if (stretch.span !== "day") return [stretch];
    const parts: Stretch[] = [];
    for (let at = stretch.fromMs; at < stretch.toMs;) {
      const isWeek = (at - FIRST_MONDAY_MS) % WEEK_MS === 0 && at + WEEK_MS <= stretch.toMs && hasWeek(at);
      const part: Stretch = { span: isWeek ? "week" : "day", fromMs: at, toMs: at + (isWeek ? WEEK_MS : DAY_MS) };
      const before = parts.at(-1);
      if (before?.span === part.span) parts[parts.length - 1] = { ...before, toMs: part.toMs };
      else parts.push(part);
      at = part.toMs;
    }
    return parts;
  });
}
