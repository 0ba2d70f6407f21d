"use client";
import Link from "next/link";
import { Card, EmptyState, ModelName, Money, swatchOf } from "@trunkline/ui";
import type { OverviewView } from "../../../server/views.ts";
import { useProjectPath } from "../../shell/use-scope.ts";
import { COLOURED_MAX, isOther, rank } from "../../shell/usage-series.ts";

const whole = (share: number): string => `${Math.round(share * 100)}%`;

function Share({ usd, share }: { usd: string; share: number }) {
  return <span className="num"><Money usd={usd} /><span className="muted pc">{whole(share)}</span></span>;
}

/** Same order and colours as the chart beside it; they sum to the figure above. */
export function TopModels({ view: { byModel, mode } }: { view: OverviewView }) {
  const at = useProjectPath();
  const spend = Number(byModel.totals.spendUsd);
  const ranked = rank(byModel, (counts) => Number(counts.spendUsd));
  const own = ranked.slice(0, COLOURED_MAX).filter((one) => one.tone !== "other");
  const rest = ranked.slice(own.length);
  const other = rest.reduce((sum, one) => sum + Number(one.series.totals.spendUsd), 0);
  const share = (usd: number): number => (spend > 0 ? usd / spend : 0);
  return (
    <Card title="Top models" aside={<span className="meta">spend, share</span>}>
      {ranked.length === 0 ? <EmptyState text="The models that you call, by what they cost." action={<Link className="btn" href={at("/models")}>See the models</Link>} /> : (
        <ol className="rank">
          {own.map(({ series, tone }) => <li key={series.key}><Link className="nm" href={`${at("/logs")}?${new URLSearchParams({ mode, q: `model:${series.key}` }).toString()}`}><span className={swatchOf(tone)} />{series.label.includes("/") ? <ModelName id={series.label} /> : <span className="muted">{series.label}</span>}</Link><Share usd={series.totals.spendUsd} share={share(Number(series.totals.spendUsd))} /></li>)}
          {rest.length > 0 ? <li><span className="nm"><span className={swatchOf("other")} />Other <span className="muted">{rest.some((one) => isOther(one.series)) ? "models" : `${rest.length} ${rest.length === 1 ? "model" : "models"}`}</span></span><Share usd={other.toFixed(9)} share={share(other)} /></li> : null}
          <li className="total"><span>Total</span><Share usd={byModel.totals.spendUsd} share={spend > 0 ? 1 : 0} /></li>
        </ol>
      )}
    </Card>
  );
}

export function TopKeys({ view: { topKeys, mode } }: { view: OverviewView }) {
  const at = useProjectPath();
  const most = Math.max(...topKeys.map((key) => key.share), 0);
  return (
    <Card title="Top keys" aside={<span className="meta">spend, share</span>}>
      {topKeys.length === 0 ? <EmptyState text="Who spends: one line for each key in use." action={<Link className="btn" href={`${at("/keys")}?create=1`}>Create key</Link>} /> : (
        <ol className="rank">{topKeys.map((key) => <li key={key.keyId}>{key.keyId === "" ? <span className="nm">{key.name}</span> : <Link className="nm" href={`${at("/logs")}?${new URLSearchParams({ mode, q: `key:"${key.name}"` }).toString()}`}>{key.name}</Link>}<Share usd={key.spendUsd} share={key.share} /><span className="bar thin" aria-hidden><i style={{ width: `${most > 0 ? (key.share / most) * 100 : 0}%` }} /></span></li>)}</ol>
      )}
    </Card>
  );
}
