import { CircleCheck, CircleSlash } from "lucide-react";
import { Card } from "@trunkline/ui";
import type { Guardrails, Region } from "@trunkline/contracts";
import type { GuardrailsView } from "../../../server/views.ts";
import { REGION_LABELS, regionLabel } from "../../shell/region-names.ts";

export interface Part { readonly draft: Guardrails; readonly onChange: (draft: Guardrails) => void }

/** Terms of the data: who is left when they are asked for. */
export function DataPolicy({ draft, providers, onChange }: Part & { providers: GuardrailsView["providers"] }) {
  const left = providers.filter((one) => !(draft.noTraining && one.trains) && !(draft.zeroRetention && one.retains) && isInPlace(one.regions, draft.regions));
  const known = providers.filter((one) => !one.trains || !one.retains || one.regions.length > 0);
  const toggle = (region: Region, on: boolean): void => onChange({ ...draft, regions: on ? [...draft.regions, region] : draft.regions.filter((one) => one !== region) });
  return (
    <Card title="Data policy" note="by what providers publish; what no term says counts as not promised">
      <div className="body stack">
        <ul className="checks">
          <li><label><input type="checkbox" checked={draft.noTraining} onChange={(event) => onChange({ ...draft, noTraining: event.target.checked })} /><span>No training<span className="meta">only providers whose terms say that they do not train on what is sent</span></span></label></li>
          <li><label><input type="checkbox" checked={draft.zeroRetention} onChange={(event) => onChange({ ...draft, zeroRetention: event.target.checked })} /><span>No retention<span className="meta">only providers whose terms say that they keep nothing</span></span></label></li>
        </ul>
        <fieldset>
          <legend>Processed in<span className="meta">only where a provider documents it for the address that is asked; an own key’s address counts for itself. None chosen: anywhere.</span></legend>
          <ul className="regions">{REGION_LABELS.map(([region, label]) => <li key={region}><label><input type="checkbox" checked={draft.regions.includes(region)} onChange={(event) => toggle(region, event.target.checked)} />{label}</label></li>)}</ul>
        </fieldset>
        <p role="status">{left.length === providers.length ? `All ${providers.length} providers of the catalogue may serve.` : left.length === 0 ? "No provider of the catalogue promises this at its usual address: only own keys with an address that does could serve." : `${left.length} of ${providers.length} providers may serve at their usual address: ${left.map((one) => one.id).join(", ")}.`}</p>
        <details>
          <summary>What each provider promises</summary>
          <div className="twrap" tabIndex={0} role="region" aria-label="Promises of providers, table">
            <table>
              <thead><tr><th scope="col">Provider</th><th scope="col" className="r">Models</th><th scope="col">Does not train</th><th scope="col">Keeps nothing</th><th scope="col">Processed in</th></tr></thead>
              <tbody>{known.map((one) => <tr key={one.id}><th scope="row">{one.id}</th><td className="r">{one.models}</td><td><Promised yes={!one.trains} /></td><td><Promised yes={!one.retains} /></td><td>{one.regions.map(regionLabel).join(", ") || "Not promised"}</td></tr>)}</tbody>
            </table>
          </div>
          {known.length < providers.length ? <p className="meta">Of the other {providers.length - known.length} no published term is on record, so they promise nothing.</p> : null}
        </details>
      </div>
    </Card>
  );
}

const isInPlace = (regions: readonly Region[], allowed: readonly Region[]): boolean => allowed.length === 0 || regions.some((one) => allowed.includes(one));

function Promised({ yes }: { yes: boolean }) {
  return yes ? <span className="st ok"><CircleCheck className="ic" aria-hidden />Promised</span> : <span className="st muted"><CircleSlash className="ic" aria-hidden />Not promised</span>;
}
