import { CircleCheck, CircleSlash } from "lucide-react";
import { Card } from "@trunkline/ui";
import type { Guardrails } from "@trunkline/contracts";
import type { GuardrailsView } from "../../../server/views.ts";

export interface Part { readonly draft: Guardrails; readonly onChange: (draft: Guardrails) => void }

/** Terms of the data: who is left when they are asked for. */
export function DataPolicy({ draft, providers, onChange }: Part & { providers: GuardrailsView["providers"] }) {
  const left = providers.filter((one) => !(draft.noTraining && one.trains) && !(draft.zeroRetention && one.retains));
  const known = providers.filter((one) => !one.trains || !one.retains);
  return (
    <Card title="Data policy" note="by what providers publish; what no term says counts as not promised">
      <div className="body stack">
        <ul className="checks">
          <li><label><input type="checkbox" checked={draft.noTraining} onChange={(event) => onChange({ ...draft, noTraining: event.target.checked })} /><span>No training<span className="meta">only providers whose terms say that they do not train on what is sent</span></span></label></li>
          <li><label><input type="checkbox" checked={draft.zeroRetention} onChange={(event) => onChange({ ...draft, zeroRetention: event.target.checked })} /><span>No retention<span className="meta">only providers whose terms say that they keep nothing</span></span></label></li>
        </ul>
        <p role="status">{left.length === providers.length ? `All ${providers.length} providers of the catalogue may serve.` : left.length === 0 ? "No provider of the catalogue promises this: every request would be refused." : `${left.length} of ${providers.length} providers may serve: ${left.map((one) => one.id).join(", ")}.`}</p>
        <details>
          <summary>What each provider promises</summary>
          <div className="twrap" tabIndex={0} role="region" aria-label="Promises of providers, table">
            <table>
              <thead><tr><th scope="col">Provider</th><th scope="col" className="r">Models</th><th scope="col">Does not train</th><th scope="col">Keeps nothing</th></tr></thead>
              <tbody>{known.map((one) => <tr key={one.id}><th scope="row">{one.id}</th><td className="r">{one.models}</td><td><Promised yes={!one.trains} /></td><td><Promised yes={!one.retains} /></td></tr>)}</tbody>
            </table>
          </div>
          {known.length < providers.length ? <p className="meta">Of the other {providers.length - known.length} no published term is on record, so they promise neither.</p> : null}
        </details>
      </div>
    </Card>
  );
}

function Promised({ yes }: { yes: boolean }) {
  return yes ? <span className="st ok"><CircleCheck className="ic" aria-hidden />Promised</span> : <span className="st muted"><CircleSlash className="ic" aria-hidden />Not promised</span>;
}
