import { Field } from "@trunkline/ui";
import { HEDGE_MS_MAX, HEDGE_MS_MIN, type PresetRule } from "@trunkline/contracts";
import { setContinuation, setHedge } from "./document-edits.ts";

interface Props { rule: PresetRule; onChange: (rule: PresetRule) => void }

/** What a rule does while its first provider keeps silent, and after a stream has broken. */
export function ResilienceFields({ rule, onChange }: Props) {
  const ms = rule.hedge?.afterMs;
  return (
    <div className="fields">
      <Field label="Ask a second provider after, ms" type="number" min={HEDGE_MS_MIN} max={HEDGE_MS_MAX} value={ms ?? ""} hint="Empty: never. The first to answer serves; some prompts are bought twice." onChange={(event) => onChange(setHedge(rule, event.target.value === "" ? undefined : Number(event.target.value)))} />
      <fieldset className="control">
        <legend>Broken streams</legend>
        <div className="checks"><label><input type="checkbox" checked={rule.continuation === true} onChange={(event) => onChange(setContinuation(rule, event.target.checked))} />Go on at another provider</label></div>
        <p className="meta">Plain text only. Both parts are paid.</p>
      </fieldset>
    </div>
  );
}
