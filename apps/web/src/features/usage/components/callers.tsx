"use client";
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Card, EmptyState, ErrorCard, Money, Segmented, Skeleton } from "@trunkline/ui";
import type { BookView, InnerGroup, UsageView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { Counts } from "./count-cells.tsx";

type By = "user" | "session";
const BY = [{ value: "user", label: "End users" }, { value: "session", label: "Sessions" }] as const;

/** The largest end users or sessions of the range. */
export function Callers({ usage, mode }: { usage: UsageView; mode: BookView["mode"] }) {
  const trpc = useTRPC();
  const [by, setBy] = useState<By>("user");
  const rows = useQuery(trpc.usage.callers.queryOptions({ ...useScope(), mode, from: usage.from, to: usage.to, by }));
  const named = rows.data?.some((row) => row.key !== "") ?? false;
  return (
    <Card className="break" title="Who calls" note="as requests name them" aside={<Segmented<By> label="Callers by" value={by} options={BY} onChange={setBy} />}>
      {rows.isError ? <div className="body"><ErrorCard message={rows.error.message} onRetry={() => void rows.refetch()} /></div>
        : !rows.data ? <div className="body"><Skeleton height={160} /></div>
          : named ? <CallerTable by={by} rows={rows.data} total={Number(usage.totals.spendUsd)} /> : <EmptyState text={by === "user" ? "No request of this range names an end user. Send one as user." : "No request of this range names a session. Send one as session_id."} />}
    </Card>
  );
}

function CallerTable({ by, rows, total }: { by: By; rows: readonly InnerGroup[]; total: number }) {
  return (
    <section className="twrap tablecards" tabIndex={0} aria-label="Who calls, table">
      <table>
        <thead><tr><th scope="col">{by === "user" ? "End user" : "Session"}</th>{["Spend", "Share", "Requests", "Per request", "Tokens in", "Out", "Cache hit", "Failed"].map((head) => <th key={head} scope="col" className="r">{head}</th>)}</tr></thead>
        <tbody>{rows.map(({ key, label, totals }) => (
          <tr key={`${key} ${label}`}>
            <th scope="row">{label}</th>
            <td className="r" data-l="Spend"><Money usd={totals.spendUsd} /></td>
            <td className="r" data-l="Share">{total > 0 ? `${((Number(totals.spendUsd) / total) * 100).toFixed(1)}%` : "–"}</td>
            <Counts counts={totals} />
          </tr>
        ))}</tbody>
      </table>
    </section>
  );
}
