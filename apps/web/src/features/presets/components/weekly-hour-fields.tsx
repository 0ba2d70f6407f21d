import { WEEKDAYS, type Weekday } from "@trunkline/contracts";

const DAY_NAMES: Readonly<Record<Weekday, string>> = { mon: "Monday", tue: "Tuesday", wed: "Wednesday", thu: "Thursday", fri: "Friday", sat: "Saturday", sun: "Sunday" };
const HOURS = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`);

export interface WeeklyHour { readonly day: Weekday; readonly hour: number }

/** A day and an hour of the week by the organization's clock. */
export function WeeklyHourFields({ day, hour, onChange }: WeeklyHour & { readonly onChange: (when: WeeklyHour) => void }) {
  return (
    <div className="row">
      <div className="control"><label>Day <select value={day} onChange={(event) => onChange({ day: event.target.value as Weekday, hour })}>{WEEKDAYS.map((one) => <option key={one} value={one}>{DAY_NAMES[one]}</option>)}</select></label></div>
      <div className="control"><label>Hour <select value={HOURS[hour]} onChange={(event) => onChange({ day, hour: HOURS.indexOf(event.target.value) })}>{HOURS.map((one) => <option key={one}>{one}</option>)}</select></label></div>
    </div>
  );
}
