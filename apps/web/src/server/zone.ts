/** Calendar arithmetic in a zone: a day is from midnight to midnight there, 23 to 25 hours long. */

const DAY_MS = 86_400_000;

/** How far the zone's clock is ahead of UTC at `instant`, in ms. Throws RangeError for an unknown zone. */
function offsetMs(instant: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(instant);
  const read = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(read("year"), read("month") - 1, read("day"), read("hour"), read("minute"), read("second"));
  return local - Math.floor(instant.getTime() / 1000) * 1000;
}

/** The same time of day, `days` calendar days earlier. A time that the clock skipped there becomes the one after the gap. */
export function daysBefore(instant: Date, days: number, timeZone: string): Date {
  const guess = new Date(instant.getTime() - days * DAY_MS);
  const shifted = new Date(guess.getTime() + offsetMs(instant, timeZone) - offsetMs(guess, timeZone));
  // The first guess may lie on the other side of the change.
  return new Date(guess.getTime() + offsetMs(instant, timeZone) - offsetMs(shifted, timeZone));
}

const WEEK_DAYS = 7;

/** How many days back a span is compared: the day before for a day, else whole weeks, so that weekdays meet weekdays. */
export function comparisonDays(from: Date, to: Date): number {
  const days = Math.ceil((to.getTime() - from.getTime()) / DAY_MS);
  return days <= 1 ? 1 : Math.ceil(days / WEEK_DAYS) * WEEK_DAYS;
}
