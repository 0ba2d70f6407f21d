/**
 * The hour of a weekly drill by the clock of its organization, in SQL, so that the page that names the next one and the worker that begins it
 * cannot differ. An hour that the clock jumps over in spring is the one after it; one that comes twice counts once.
 */
import { WEEKDAYS } from "@trunkline/contracts";

const DAYS = WEEKDAYS.map((day) => `'${day}'`).join(", ");

/** To be joined beside `s`, the schedule, and `o`, its organization. `now`: a placeholder of an instant. Gives `hour_of."last"` and `hour_of."next"`. */
export const weeklyHourSql = (now: string): string => `
CROSS JOIN LATERAL (SELECT ${now}::timestamptz AT TIME ZONE o."timeZone" AS local) clock
CROSS JOIN LATERAL (SELECT date_trunc('week', clock.local) + make_interval(days => array_position(ARRAY[${DAYS}], s.day) - 1, hours => s.hour) AS at) this_week
CROSS JOIN LATERAL (SELECT this_week.at - CASE WHEN this_week.at <= clock.local THEN interval '0' ELSE interval '7 days' END AS at) latest
CROSS JOIN LATERAL (SELECT latest.at AT TIME ZONE o."timeZone" AS last, (latest.at + interval '7 days') AT TIME ZONE o."timeZone" AS next) hour_of`;
