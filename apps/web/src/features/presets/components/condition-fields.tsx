import { useState, type FormEvent } from "react";
import { Plus, X } from "lucide-react";
import { Button, Field } from "@trunkline/ui";
import type { PresetCondition } from "@trunkline/contracts";
import { CallerConditions, StateConditions } from "./more-conditions.tsx";
import { NEEDS, renamePair, setCondition } from "./document-edits.ts";

interface Props { number: number; when: PresetCondition; onChange: (when: PresetCondition) => void }

const count = (text: string): number | undefined => (text === "" ? undefined : Number(text));

/** What a request must have for the rule to match. Every condition that is set must hold. */
export function ConditionFields({ number, when, onChange }: Props) {
  const needs = when.needs ?? [];
  return (
    <div className="fields">
      <Field label="Input tokens, at least" type="number" min={0} value={when.inputTokensMin ?? ""} onChange={(event) => onChange(setCondition(when, "inputTokensMin", count(event.target.value)))} />
      <Field label="Input tokens, at most" type="number" min={0} value={when.inputTokensMax ?? ""} onChange={(event) => onChange(setCondition(when, "inputTokensMax", count(event.target.value)))} />
      <fieldset className="control wide">
        <legend>Needs</legend>
        <div className="checks">{NEEDS.map(({ value, label }) => <label key={value}><input type="checkbox" checked={needs.includes(value)} onChange={(event) => onChange(setCondition(when, "needs", event.target.checked ? [...needs, value] : needs.filter((need) => need !== value)))} />{label}</label>)}</div>
      </fieldset>
      <TaskLabels number={number} when={when} onChange={onChange} />
      <MetadataPairs number={number} when={when} onChange={onChange} />
      <CallerConditions when={when} onChange={onChange} />
      <StateConditions when={when} onChange={onChange} />
    </div>
  );
}

function TaskLabels({ number, when, onChange }: Props) {
  const [text, setText] = useState("");
  const labels = when.task ?? [];
  const add = (event: FormEvent): void => {
    event.preventDefault();
    const label = text.trim();
    if (label && !labels.includes(label)) onChange(setCondition(when, "task", [...labels, label]));
    setText("");
  };
  return (
    <form className="wide" onSubmit={add}>
      <div className="row" style={{ marginBottom: labels.length > 0 ? 8 : 0 }}>
        {labels.map((label) => <span key={label} className="tok"><b>task</b><span>{label}</span><button type="button" aria-label={`Remove task label ${label} of rule ${number}`} onClick={() => onChange(setCondition(when, "task", labels.filter((one) => one !== label)))}><X className="ic" aria-hidden /></button></span>)}
      </div>
      <div className="row" style={{ alignItems: "end" }}><Field label="Task label" value={text} maxLength={64} hint="Any of the labels matches." onChange={(event) => setText(event.target.value)} /><Button type="submit" disabled={text.trim() === ""}>Add label</Button></div>
    </form>
  );
}

function MetadataPairs({ number, when, onChange }: Props) {
  const pairs = when.metadata ?? {};
  const set = (next: Record<string, string>): void => onChange(setCondition(when, "metadata", next));
  const without = (key: string): Record<string, string> => Object.fromEntries(Object.entries(pairs).filter(([one]) => one !== key));
  return (
    <fieldset className="control wide">
      <legend>Metadata</legend>
      {Object.entries(pairs).map(([key, value], at) => (
        <div key={at} className="mrow">
          <input aria-label={`Metadata name ${at + 1} of rule ${number}`} placeholder="name" maxLength={64} value={key} onChange={(event) => set(renamePair(pairs, key, event.target.value))} />
          <input aria-label={`Metadata value ${at + 1} of rule ${number}`} placeholder="value" maxLength={512} value={value} onChange={(event) => set({ ...pairs, [key]: event.target.value })} />
          <Button variant="ghost" size="sm" className="icon" aria-label={`Remove metadata pair ${at + 1} of rule ${number}`} onClick={() => set(without(key))}><X className="ic s" aria-hidden /></Button>
        </div>
      ))}
      <div><Button size="sm" disabled={Object.hasOwn(pairs, "")} onClick={() => set({ ...pairs, "": "" })}><Plus className="ic s" aria-hidden />Add metadata pair</Button></div>
    </fieldset>
  );
}
