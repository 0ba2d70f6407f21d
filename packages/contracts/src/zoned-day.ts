/** Calendar days of a time zone. A day there is 23 to 25 hours long; where the clock skips midnight it begins with the first minute after the gap. */

const DAYS_A_WEEK = 7;
/** Making a formatter costs a hundred times what using it does; there are some 400 zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
  formatters.set(timeZone, made);
  return made;
}

/** What the zone's clocks show at an instant, as if it were UTC. */
function shown(instantMs: number, timeZone: string): number {
  const wholeSecondMs = Math.floor(instantMs / 1000) * 1000;
  if (timeZone === "UTC") return wholeSecondMs;
  const parts = formatterOf(timeZone).formatToParts(wholeSecondMs);
  const read = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(read("year"), read("month") - 1, read("day"), read("hour"), read("minute"), read("second"));
}

export interface ZonedDay { readonly year: number; /** From 0. */ readonly month: number; readonly day: number; /** Days since Monday. */ readonly weekday: number }

/** Throws RangeError for an unknown zone. */
export function zonedDay(instantMs: number, timeZone: string): ZonedDay {
  const local = new Date(shown(instantMs, timeZone));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth(), day: local.getUTCDate(), weekday: (local.getUTCDay() + DAYS_A_WEEK - 1) % DAYS_A_WEEK };
}

/** The instant at which a day of the zone begins; days and months beyond their range roll over, as in `Date.UTC`. */
export function zonedMidnight([year, month, day]: readonly [number, number, number], timeZone: string): number {
  const wanted = Date.UTC(year, month, day);
  if (timeZone === "UTC") return wanted;
  // The offset at the guess may be that of the other side of a change; the second guess is on the right side.
  const first = wanted - (shown(wanted, timeZone) - wanted);
  const second = wanted - (shown(first, timeZone) - first);
  const candidates = [first, second].filter((instant) => shown(instant, timeZone) === wanted);
  // A midnight shown twice begins at its first showing; one that is skipped, at the later guess.
  return candidates.length > 0 ? Math.min(...candidates) : Math.max(first, second);
}
