import { Money } from "@trunkline/ui";
import type { CanaryArmView } from "../../../server/views.ts";

const seconds = (ms: number | null): string => (ms === null ? "–" : `${(ms / 1000).toFixed(2)} s`);
const success = ({ judged, failed }: CanaryArmView): string => (judged === 0 ? "–" : `${((1 - failed / judged) * 100).toFixed(1)} %`);

/** Two versions of a preset side by side, or one and a model. */
export function VersionComparison({ rows, note }: { rows: readonly { readonly arm: CanaryArmView; readonly name: string; readonly model?: string }[]; note: string }) {
  return (
    <>
      <div className="scroll" role="region" aria-label="Versions, table" tabIndex={0}><table>
        <thead><tr><th scope="col">Version</th><th scope="col" className="r">Requests</th><th scope="col" className="r">Success</th><th scope="col" className="r">Cost</th><th scope="col" className="r">Cost an answer</th><th scope="col" className="r">First token p50</th><th scope="col" className="r">p95</th><th scope="col" className="r">Whole p50</th></tr></thead>
        <tbody>
          {rows.map(({ arm, name, model }) => (
            <tr key={name}>
              <th scope="row">{model ?? `v${arm.version}`} <span className="muted">{name}</span></th><td className="r">{arm.requests}</td><td className="r">{success(arm)}</td><td className="r"><Money usd={arm.costUsd} /></td>
              <td className="r">{arm.costPerAnsweredUsd === null ? "–" : <Money usd={arm.costPerAnsweredUsd} />}</td><td className="r">{seconds(arm.ttftP50Ms)}</td><td className="r">{seconds(arm.ttftP95Ms)}</td><td className="r">{seconds(arm.durationP50Ms)}</td>
            </tr>
          ))}
        </tbody>
      </table></div>
      {note === "" ? null : <p className="muted">{note}</p>}
    </>
  );
}
