import { WEEKDAYS, type PresetCondition } from "@trunkline/contracts";

type Window = NonNullable<PresetCondition["time"]>;

const MINUTE_MS = 60_000;
const MINUTES_A_DAY = 1_440;
const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

/** Weekday (0 is Monday) and minute of the day in a zone, kept for the minute it was asked in: a formatter takes longer than a whole plan. */
function localTime(zone: string): (nowMs: number) => { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  let asked = -1;
  let known = { day: 0, minute: 0 };
  return (nowMs) => {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute === asked) return known;
    const parts = new Map(format.formatToParts(nowMs).map((part) => [part.type, part.value]));
    asked = minute;
    const weekday = (parts.get("weekday") ?? "").toLowerCase();
    return known = { day: WEEKDAYS.findIndex((name) => weekday.startsWith(name)), minute: Number(parts.get("hour")) * 60 + Number(parts.get("minute")) };
  };
}

/** Whether an instant lies in the window. Equal ends mean the whole day. */
export function timeTest({ days, from, to, zone }: Window): (nowMs: number) => boolean {
  const [start, end] = [minuteOf(from), minuteOf(to)];
  const length = end > start ? end - start : end - start + MINUTES_A_DAY;
  const wanted = new Set(days ?? WEEKDAYS);
  const local = localTime(zone);
  const isWanted = (day: number): boolean => { const name = WEEKDAYS[day]; return name !== undefined && wanted.has(name); };
  return (nowMs) => {
    const { day, minute } = local(nowMs);
    if (minute >= start && minute < start + length) return isWanted(day);
    return minute + MINUTES_A_DAY < start + length && isWanted((day + 6) % 7);
  };
}
