"use client";
import Link from "next/link";
import { useState, type ReactNode } from "react";
import { X } from "lucide-react";
import { Card, duration, ModelName, Money, percent, shortUsd } from "@trunkline/ui";
import type { ModelView } from "../../../server/views.ts";
import { useProjectPath } from "../../shell/use-scope.ts";
import { LoadFields } from "./load-fields.tsx";
import { cheapestFor, FIRST_LOAD, loadCostUsd, type Load, type Provider } from "./model-cost.ts";
import { capabilitiesOf, tokensText } from "./model-filter.ts";

interface Column { readonly model: ModelView; /** Who is cheapest for the load. */ readonly price: Provider | undefined }
const ROWS: readonly (readonly [label: string, cell: (column: Column) => ReactNode])[] = [
  ["Cheapest provider", ({ price }) => price?.provider ?? "–"],
  ["Input, per million", ({ price }) => (price ? <Money usd={price.inputUsdPerMillion} /> : "–")],
  ["Cached input", ({ price }) => (price ? <Money usd={price.cacheReadUsdPerMillion} /> : "–")],
  ["Output", ({ price }) => (price ? <Money usd={price.outputUsdPerMillion} /> : "–")],
  ["Context", ({ model }) => tokensText(model.contextTokens)],
  ["Output at most", ({ model }) => (model.maxOutputTokens > 0 ? tokensText(model.maxOutputTokens) : "–")],
  ["Capabilities", ({ model }) => capabilitiesOf(model).join(", ") || "text"],
  ["Providers", ({ model }) => model.providers.length],
  ["Served, 24 h", ({ model }) => served(model)],
  ["First token, 24 h", ({ model }) => fastest(model)],
];

function served({ providers }: ModelView): string {
  const [requests, failed] = [providers.reduce((sum, one) => sum + one.requests24h, 0), providers.reduce((sum, one) => sum + one.failed24h, 0)];
  return requests === 0 ? "not called" : percent(1 - failed / requests);
}

function fastest({ providers }: ModelView): string {
  const known = providers.flatMap((one) => one.avgTtftMs ?? []);
  return known.length === 0 ? "–" : duration(Math.min(...known));
}

/** Up to four models side by side, and what a month of calls would cost with each. */
export function CompareTray({ models, onRemove, onClear }: { models: readonly ModelView[]; onRemove: (id: string) => void; onClear: () => void }) {
  const at = useProjectPath();
  const [load, setLoad] = useState<Load>(FIRST_LOAD);
  const columns = models.map((model): Column => ({ model, price: cheapestFor(load, model.providers) }));
  const costs = columns.map(({ price }) => (price ? loadCostUsd(load, price) : null));
  const least = Math.min(...costs.flatMap((cost) => cost ?? []));
  return (
    <Card className="ct" title="Compare" note="list prices; a long prompt's step, tiers and hours are not reckoned in" aside={<><Link className="btn sm" href={`${at("/playground")}?${new URLSearchParams({ models: models.map((one) => one.id).join(",") }).toString()}`}>Try side by side</Link><button type="button" className="btn sm ghost" onClick={onClear}>Clear</button></>}>
      <div className="body"><LoadFields load={load} onChange={setLoad} /></div>
      <div className="twrap" tabIndex={0} role="region" aria-label="Comparison of models, table">
        <table>
          <thead><tr><th scope="col"><span className="sr">Property</span></th>{models.map(({ id }) => <th key={id} scope="col"><Link href={at(`/models/${id}`)}><ModelName id={id} /></Link><button type="button" className="btn icon ghost sm" aria-label={`Do not compare ${id}`} onClick={() => onRemove(id)}><X className="ic s" aria-hidden /></button></th>)}</tr></thead>
          <tbody>
            <tr className="cost"><th scope="row">A month costs</th>{costs.map((cost, index) => <td key={models[index]?.id}>{cost === null ? "–" : <b>{shortUsd(cost)}</b>} {cost !== null && columns.length > 1 && cost === least ? <span className="tag ok">least</span> : null}</td>)}</tr>
            {ROWS.map(([label, cell]) => <tr key={label}><th scope="row">{label}</th>{columns.map((column) => <td key={column.model.id}>{cell(column)}</td>)}</tr>)}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
