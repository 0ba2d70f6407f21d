import { Plus } from "lucide-react";
import { Button } from "@trunkline/ui";
import { PRESET_TARGETS_MAX, type PresetTarget } from "@trunkline/contracts";
import type { ModelView } from "../../../server/views.ts";
import { moveBy, newTarget, removeAt, replaceAt, setProvider } from "./document-edits.ts";
import { ModelInput } from "./model-input.tsx";
import { MoveButtons } from "./move-buttons.tsx";
import { useFollowFocus } from "./use-follow-focus.ts";

/** `weight` of a target, as the contract bounds it. */
const WEIGHT_MAX = 1000;

interface Props { label: string; targets: readonly PresetTarget[]; models: readonly ModelView[]; readOnly: boolean; weighted: boolean; min: number; onChange: (targets: PresetTarget[]) => void }

export function TargetList({ label, targets, models, readOnly, weighted, min, onChange }: Props) {
  const { list, follow } = useFollowFocus();
  return (
    <div>
      <ol ref={list}>
        {targets.map((target, at) => (
          <li key={at} className={`tgt ${weighted ? "weighted" : ""}`}>
            <span className="n num" aria-hidden>{at + 1}</span>
            <TargetFields name={`${label}, ${at + 1}`} target={target} models={models} readOnly={readOnly} weighted={weighted} onChange={(next) => onChange(replaceAt(targets, at, next))} />
            {readOnly ? null : <MoveButtons what={`${label}, ${at + 1}`} first={at === 0} last={at === targets.length - 1} only={targets.length <= min} onMove={(by) => { follow(at + by, by < 0 ? "up" : "down"); onChange(moveBy(targets, at, by)); }} onRemove={() => { follow(at, "remove"); onChange(removeAt(targets, at)); }} />}
          </li>
        ))}
      </ol>
      {readOnly ? null : <div className="add"><Button variant="ghost" size="sm" data-act="add" disabled={targets.length >= PRESET_TARGETS_MAX} onClick={() => onChange([...targets, newTarget(models.find((model) => !targets.some((target) => target.model === model.id))?.id ?? models[0]?.id ?? "")])}><Plus className="ic s" aria-hidden />Add {label.split(" ")[0]}<span className="sr"> {label.slice(label.indexOf(" ") + 1)}</span></Button></div>}
    </div>
  );
}

function TargetFields({ name, target, models, readOnly, weighted, onChange }: { name: string; target: PresetTarget; models: readonly ModelView[]; readOnly: boolean; weighted: boolean; onChange: (target: PresetTarget) => void }) {
  const providers = models.find((model) => model.id === target.model)?.providers.map((one) => one.provider) ?? [];
  const { provider } = target;
  return (
    <>
      <ModelInput label={`Model of ${name}`} value={target.model} models={models} readOnly={readOnly} onChange={(model) => onChange({ ...setProvider(target, ""), model })} />
      <select aria-label={`Provider of ${name}`} value={provider ?? ""} disabled={readOnly} onChange={(event) => onChange(setProvider(target, event.target.value))}>
        <option value="">Any provider</option>
        {provider && !providers.includes(provider) ? <option value={provider}>{provider}</option> : null}
        {providers.map((one) => <option key={one} value={one}>{one}</option>)}
      </select>
      {weighted ? <input type="number" aria-label={`Weight of ${name}`} min={1} max={WEIGHT_MAX} value={target.weight} disabled={readOnly} onChange={(event) => onChange({ ...target, weight: Number(event.target.value) })} /> : null}
    </>
  );
}
