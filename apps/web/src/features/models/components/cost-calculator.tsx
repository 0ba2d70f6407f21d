"use client";
import { useState } from "react";
import { Card, shortUsd } from "@trunkline/ui";
import type { ModelView } from "../../../server/views.ts";
import { LoadFields } from "./load-fields.tsx";
import { FIRST_LOAD, loadCostUsd } from "./model-cost.ts";

/** What a month of calls would cost with each provider of one model. */
export function CostCalculator({ model }: { model: ModelView }) {
  const [load, setLoad] = useState(FIRST_LOAD);
  const rows = model.providers.map((one) => ({ provider: one.provider, costUsd: loadCostUsd(load, one) })).sort((a, b) => a.costUsd - b.costUsd);
  const most = Math.max(0, ...rows.map((row) => row.costUsd));
  return (
    <Card className="ct" title="Cost calculator" note="list prices; a long prompt's step, tiers and hours are not reckoned in">
      <div className="body">
        <LoadFields load={load} onChange={setLoad} />
        <ol className="rank">{rows.map(({ provider, costUsd }) => <li key={provider}><span className="nm">{provider}</span><span className="num">{shortUsd(costUsd)} a month</span><span className="bar thin" aria-hidden><i style={{ width: `${most > 0 ? (costUsd / most) * 100 : 0}%` }} /></span></li>)}</ol>
      </div>
    </Card>
  );
}
