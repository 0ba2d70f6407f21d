"use client";
import Link from "next/link";
import { Card, EmptyState } from "@trunkline/ui";
import type { OverviewView } from "../../../server/views.ts";
import { useProjectPath } from "../../shell/use-scope.ts";
import { FirstToken, InputTokens, RequestsAndFailures, SpendByModel } from "./charts.tsx";
import { Figures } from "./figures.tsx";
import { PriceNotices } from "./price-notices.tsx";
import { TopKeys, TopModels } from "./ranks.tsx";
import { RecentFailures } from "./recent-failures.tsx";
import { SetupStrip } from "./setup-strip.tsx";

/** The figures and charts of one month. */
export function Month({ view }: { view: OverviewView }) {
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
