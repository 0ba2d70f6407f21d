"use client";
import "./overview.css";
import Link from "next/link";
import { useQuery } from "@tanstack/react-query";
import { Clock, Globe } from "lucide-react";
import { Card, daySpan, EmptyState, ErrorCard, Skeleton } from "@trunkline/ui";
import type { OverviewView } from "../../../server/views.ts";
import { useBook, useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { FirstToken, InputTokens, RequestsAndFailures, SpendByModel } from "./charts.tsx";
import { Figures } from "./figures.tsx";
import { PriceNotices } from "./price-notices.tsx";
import { TopKeys, TopModels } from "./ranks.tsx";
import { RecentFailures } from "./recent-failures.tsx";
import { SetupStrip } from "./setup-strip.tsx";

/** The month so far. Follows the shell's stream: a stored request is in the figures at once. */
export function OverviewPage() {
  const trpc = useTRPC();
  const scope = useScope();
  const { mode, ready } = useBook();
  const overview = useQuery({ ...trpc.usage.overview.queryOptions({ ...scope, mode }), enabled: ready });
  const view = overview.data;
  return (
    <div className="ov">
      <div className="head">
        <h1>Overview</h1>
        {view ? <><span className="tag lg" title={`From ${view.byModel.from} on`}><Clock className="ic s" aria-hidden />Month to date <span className="num lbl">{daySpan(view.byModel.from, view.byModel.to, view.timeZone)}</span></span><span className="tag lg plain desk" title="Reporting time zone of the organization"><Globe className="ic s" aria-hidden />{view.timeZone}</span></> : null}
      </div>
      {view ? <Shown view={view} /> : overview.isError ? <ErrorCard message={`The overview could not be read: ${overview.error.message}`} onRetry={() => void overview.refetch()} /> : <Loading />}
    </div>
  );
}

function Loading() {
  return <div className="grid" aria-busy="true"><Skeleton height={154} /><div className="grid row2"><Skeleton height={370} /><Skeleton height={370} /></div><div className="grid row3"><Skeleton height={340} /><Skeleton height={340} /><Skeleton height={340} /></div></div>;
}

function Shown({ view }: { view: OverviewView }) {
  const empty = view.byModel.totals.requests === 0;
  return (
    <>
      <SetupStrip setup={view.setup} />
      <PriceNotices />
      <Figures view={view} />
      {empty ? <NothingYet mode={view.mode} /> : (
        <>
          <div className="grid row2"><SpendByModel view={view} /><TopModels view={view} /></div>
          <div className="grid row3"><RequestsAndFailures view={view} /><FirstToken view={view} /><InputTokens view={view} /></div>
        </>
      )}
      <div className="grid row2"><RecentFailures view={view} /><TopKeys view={view} /></div>
    </>
  );
}

function NothingYet({ mode }: { mode: OverviewView["mode"] }) {
  const at = useProjectPath();
  return (
    <div className="grid" style={{ marginBottom: 16 }}>
      <Card title="Nothing this month yet">
        <EmptyState text={`The charts begin with the first request in the ${mode} book.`} action={<Link className="btn primary" href={at("/onboarding")}>Make the first call</Link>} snippet='curl $TRUNKLINE_URL/v1/chat/completions -H "authorization: Bearer $TRUNKLINE_API_KEY" -d &apos;{"model":"auto","messages":[{"role":"user","content":"Hello"}]}&apos;' />
      </Card>
    </div>
  );
}
