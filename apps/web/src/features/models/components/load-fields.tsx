import { Field } from "@trunkline/ui";
import type { Load } from "./model-cost.ts";

const PERCENT_MAX = 100;
const FIELDS = [["requests", "Requests a month"], ["inputTokens", "Input tokens a request"], ["cachedPercent", "Of them cached, %"], ["outputTokens", "Output tokens a request"]] as const;

/** What the calculator reckons with. */
export function LoadFields({ load, onChange }: { load: Load; onChange: (load: Load) => void }) {
  return <div className="load">{FIELDS.map(([name, label]) => <Field key={name} label={label} type="number" min={0} max={name === "cachedPercent" ? PERCENT_MAX : undefined} step={1} value={load[name]} onChange={(event) => onChange({ ...load, [name]: Math.max(0, event.target.valueAsNumber || 0) })} />)}</div>;
}
