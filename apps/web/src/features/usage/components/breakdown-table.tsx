"use client";
import { ArrowDown, ChevronDown, ChevronRight } from "lucide-react";
import { Fragment, useState } from "react";
import Link from "next/link";
import { Delta, ModelName, Money, Sparkline, swatchOf, type Tone } from "@trunkline/ui";
import type { BookView, Dimension, UsageFilterView, UsageView } from "../../../server/views.ts";
import { useProjectPath } from "../../shell/use-scope.ts";
import { isOther, type Ranked } from "../../shell/usage-series.ts";
import { breakdownOf, type BreakdownRow } from "./breakdown.ts";
import { Counts } from "./count-cells.tsx";
import { InnerRows } from "./inner-rows.tsx";
import { METRICS, type MetricName } from "./metrics.ts";
import { logWords } from "./usage-filters.ts";

interface Props { readonly usage: UsageView; readonly ranked: readonly Ranked[]; readonly metric: MetricName; readonly groupBy: Dimension; readonly thenBy: Dimension | "none"; readonly against: string; readonly mode: BookView["mode"]; readonly filters: UsageFilterView }

/** Which filter of the logs shows the requests of a group; presets have none. */
const LOG_FILTERS: Readonly<Record<Dimension, string | null>> = { model: "model", provider: "provider", key: "key", status: "status", preset: null };

export function BreakdownTable({ usage, ranked, metric, groupBy, thenBy, against, mode, filters }: Props) {
  const at = useProjectPath();
  const [opened, setOpened] = useState<string | null>(null);
  const { rows, total } = breakdownOf(usage, ranked, metric);
  const most = Math.max(...rows.map((row) => row.share ?? 0), 0);
  const own = metric !== "spend" && metric !== "requests" && metric !== "failed" && metric !== "cached";
  const { label, value } = METRICS[metric];
  const heads = [...(own ? [label] : []), "Spend", "Share", ...(usage.previous ? ["Change"] : []), "Requests", "Per request", "Tokens in", "Out", "Cache hit", "Failed"];
  const cells = (row: BreakdownRow, tone: Tone | null) => (
    <>
      {own ? <td className="r" data-l={label}>{row.now === null ? "–" : METRICS[metric].format(row.now)}</td> : null}
      <td className="r" data-l="Spend"><Money usd={row.counts.spendUsd} /></td>
      <td className="r" data-l="Share"><span className="share">{tone === null ? <span /> : <span className="bar" aria-hidden><i style={{ width: `${most > 0 ? ((row.share ?? 0) / most) * 100 : 0}%`, background: typeof tone === "number" ? `var(--c${tone})` : "var(--muted)" }} /></span>}{row.share === null ? "–" : `${(row.share * 100).toFixed(1)}%`}</span></td>
      {usage.previous ? <td className="r" data-l="Change"><Delta now={row.now} before={row.before} better={METRICS[metric].better} against={against} /></td> : null}
      <Counts counts={row.counts} />
    </>
  );
  return (
    <section className="twrap tablecards" tabIndex={0} aria-label="Breakdown, table">
      <table>
        <thead><tr><th scope="col">{groupBy[0]?.toUpperCase()}{groupBy.slice(1)}</th>{heads.map((head, index) => <th key={head} scope="col" className="r" aria-sort={head === label ? "descending" : undefined}>{head === label || (index === 0 && own) ? <span className="sort"><ArrowDown className="ic" aria-hidden />{head}</span> : head}</th>)}<th scope="col">{usage.granularity === "hour" ? "Hourly" : "Daily"}</th><th scope="col"><span className="sr">Logs</span></th></tr></thead>
        <tbody>
          {rows.map((row, index) => {
            const one = ranked[index];
            return (
              <Fragment key={row.key}><tr>
                <th scope="row"><span className="n">{thenBy === "none" || (one && isOther(one.series)) ? null : <Opener label={row.label} open={opened === row.key} onToggle={() => setOpened(opened === row.key ? null : row.key)} />}<span className={swatchOf(one?.tone ?? "other")} />{groupBy === "model" && row.label.includes("/") ? <ModelName id={row.label} /> : <span className="model">{row.label}</span>}</span></th>
                {cells(row, one?.tone ?? "other")}
                <td className="sp"><Sparkline values={(one?.series.points ?? []).map(value)} tone={one?.tone ?? "other"} fromZero /></td>
                <td className="r"><LogsLink one={one} groupBy={groupBy} mode={mode} filters={filters} /></td>
              </tr>
              {thenBy !== "none" && opened === row.key ? <InnerRows usage={usage} mode={mode} filters={filters} groupBy={groupBy} thenBy={thenBy} group={row.key} columns={{ own, change: usage.previous !== null, metric }} /> : null}
              </Fragment>
            );
          })}
        </tbody>
        <tfoot><tr><th scope="row">Total</th>{cells(total, null)}<td className="r" colSpan={2}><Link className="link" href={`${at("/logs")}?mode=${mode}`}>All logs</Link></td></tr></tfoot>
      </table>
    </section>
  );
}

function Opener({ label, open, onToggle }: { label: string; open: boolean; onToggle: () => void }) {
  const Chevron = open ? ChevronDown : ChevronRight;
  return <button type="button" className="opener" aria-expanded={open} aria-label={`What is within ${label}`} onClick={onToggle}><Chevron className="ic s" aria-hidden /></button>;
}

function LogsLink({ one, groupBy, mode, filters }: { one: Ranked | undefined; groupBy: Dimension; mode: string; filters: UsageFilterView }) {
  const at = useProjectPath();
  const filter = LOG_FILTERS[groupBy];
  if (!one || filter === null || isOther(one.series) || one.series.key === "") return null;
  const value = groupBy === "key" ? `"${one.series.label}"` : one.series.key;
  return <Link className="link" href={`${at("/logs")}?${new URLSearchParams({ mode, q: [`${filter}:${value}`, ...logWords(filters, groupBy)].join(" ") }).toString()}`}>Logs<span className="sr"> of {one.series.label}</span></Link>;
}
