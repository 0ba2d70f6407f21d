import { useState } from "react";
import type { ModelView } from "../../../server/views.ts";
import { TIERS } from "./document-edits.ts";

const OPTIONS_ID = "preset-target-models";

/** What every target's field offers, once a page: a list of its own for each of 200 targets would be a hundred thousand elements. */
export function ModelOptions({ models }: { models: readonly ModelView[] }) {
  return (
    <datalist id={OPTIONS_ID}>
      {TIERS.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
      {models.map((model) => <option key={model.id} value={model.id}>{model.name}</option>)}
    </datalist>
  );
}

/** A model, a tier or a set, typed or chosen. What is only half typed stays here until the field is left. */
export function ModelInput({ label, value, models, readOnly, onChange }: { label: string; value: string; models: readonly ModelView[]; readOnly: boolean; onChange: (model: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const isKnown = (name: string): boolean => TIERS.some((tier) => tier.value === name) || models.some((model) => model.id === name);
  const commit = (name: string): void => {
    setTyped(null);
    if (name !== "" && name !== value) onChange(name);
  };
  return (
    <input
      aria-label={label} list={OPTIONS_ID} value={typed ?? value} placeholder="Choose a model" spellCheck={false} autoComplete="off" disabled={readOnly}
      onChange={(event) => { if (isKnown(event.target.value)) commit(event.target.value); else setTyped(event.target.value); }}
      onBlur={() => { if (typed !== null) commit(typed.trim()); }}
    />
  );
}
