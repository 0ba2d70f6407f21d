"use client";
import "./overview.css";
import { lazy, Suspense, useEffect } from "react";
import { useQuery } from "@tanstack/react-query";
import { Clock, Globe } from "lucide-react";
import { daySpan, ErrorCard, Skeleton } from "@trunkline/ui";
import { useBook, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

// Comes beside the figures, not before the page.
const loadMonth = async () => ({ default: (await import("./month.tsx")).Month });
const Month = lazy(loadMonth);

/** The month so far. Follows the shell's stream: a stored request is in the figures at once. */
export function OverviewPage() {
  const trpc = useTRPC();
  const scope = useScope();
  const { mode, ready } = useBook();
  const overview = useQuery({ ...trpc.usage.overview.queryOptions({ ...scope, mode }), enabled: ready });
  const view = overview.data;
  useEffect(() => void loadMonth(), []);
  return (
    <div className="ov">
      <div className="head">
        <h1>Overview</h1>
        {view ? <><span className="tag lg" title={`From ${view.byModel.from} on`}><Clock className="ic s" aria-hidden />Month to date <span className="num lbl">{daySpan(view.byModel.from, view.byModel.to, view.timeZone)}</span></span><span className="tag lg plain desk" title="Reporting time zone of the organization"><Globe className="ic s" aria-hidden />{view.timeZone}</span></> : null}
      </div>
      {view ? <Suspense fallback={<Loading />}><Month view={view} /></Suspense> : overview.isError ? <ErrorCard message={`The overview could not be read: ${overview.error.message}`} onRetry={() => void overview.refetch()} /> : <Loading />}
    </div>
  );
}

function Loading() {
  return <div className="grid" aria-busy="true"><Skeleton height={154} /><div className="grid row2"><Skeleton height={370} /><Skeleton height={370} /></div><div className="grid row3"><Skeleton height={340} /><Skeleton height={340} /><Skeleton height={340} /></div></div>;
}
