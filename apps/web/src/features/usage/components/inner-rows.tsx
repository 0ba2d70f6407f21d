"use client";
import { useQuery } from "@tanstack/react-query";
import { Money } from "@trunkline/ui";
import type { BookView, Dimension, UsageCounts, UsageFilterView, UsageView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { Counts } from "./count-cells.tsx";
import { METRICS, type MetricName } from "./metrics.ts";
import { asked } from "./usage-filters.ts";

/** A group of many keys is a page of its own. */
const SHOWN_MAX = 20;
interface Columns { readonly own: boolean; readonly change: boolean; readonly metric: MetricName }
interface Props { readonly usage: UsageView; readonly mode: BookView["mode"]; readonly groupBy: Dimension; readonly thenBy: Dimension; readonly group: string; readonly filters: UsageFilterView; readonly columns: Columns }

/** The second level of the table, asked for when a group is opened; what is beyond the largest is one row. */
export function InnerRows({ usage, mode, groupBy, thenBy, group, filters, columns }: Props) {
  const trpc = useTRPC();
  const rows = useQuery(trpc.usage.inner.queryOptions({ ...useScope(), mode, from: usage.from, to: usage.to, groupBy, key: group, thenBy, ...asked(filters) }));
  const span = 10 + Number(columns.own) + Number(columns.change);
  if (rows.isPending) return <tr className="inner"><td colSpan={span} className="muted">Reading…</td></tr>;
  if (rows.isError) return <tr className="inner"><td colSpan={span} className="err">{rows.error.message}</td></tr>;
  const whole = rows.data.reduce((sum, row) => sum + weight(row.totals, columns.metric), 0);
  const left = rows.data.length - SHOWN_MAX;
  return (
    <>
      {rows.data.slice(0, SHOWN_MAX).map((row) => <InnerRow key={row.key} label={row.label} totals={row.totals} share={whole > 0 ? weight(row.totals, columns.metric) / whole : null} columns={columns} />)}
      {left > 0 ? <tr className="inner"><td colSpan={span} className="muted">and {left} more</td></tr> : null}
    </>
  );
}

const weight = (counts: UsageCounts, metric: MetricName): number => (METRICS[metric].summed ? METRICS[metric].value(counts) ?? 0 : counts.requests);

function InnerRow({ label, totals, share, columns: { own, change, metric } }: { label: string; totals: UsageCounts; share: number | null; columns: Columns }) {
  const { value, format, label: name } = METRICS[metric];
  const now = value(totals);
  return (
    <tr className="inner">
      <th scope="row">{label}</th>
      {own ? <td className="r" data-l={name}>{now === null ? "–" : format(now)}</td> : null}
      <td className="r" data-l="Spend"><Money usd={totals.spendUsd} /></td>
      <td className="r" data-l="Share of the group">{share === null ? "–" : `${(share * 100).toFixed(1)}%`}</td>
      {change ? <td className="r muted">–</td> : null}
      <Counts counts={totals} />
      <td colSpan={2}><span className="sr">no series</span></td>
    </tr>
  );
}
