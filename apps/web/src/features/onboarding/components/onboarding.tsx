"use client";
import { lazy, Suspense } from "react";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Button, Card, ErrorCard, Skeleton } from "@trunkline/ui";
import { useProjectPath } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { LivePanel, useFirstRequest } from "./live-panel.tsx";
import { NextSteps } from "./next-steps.tsx";
import { useOnboardingKey } from "./use-onboarding-key.ts";
import "./onboarding.css";

const OwnSnippet = lazy(async () => {
  const [{ SnippetBox }, { CLIENTS }] = await Promise.all([import("./snippet-box.tsx"), import("./snippets.ts")]);
  return { default: ({ gatewayUrl, apiKey }: { gatewayUrl: string; apiKey: string }) => <SnippetBox own connection={{ gatewayUrl, apiKey }} clients={CLIENTS} /> };
});

/** From the key to the first recorded call, on one page. */
export function Onboarding() {
  const path = useProjectPath();
  const first = useFirstRequest();
  const key = useOnboardingKey(first.state.data?.firstRequest === null);
  return (
    <div className="ob">
      <div className="head"><h1>Make your first call<span className="sub">Paste the snippet into a terminal or your code, or let us run it. Calls with a test key are priced, never charged.</span></h1><Link className="btn ghost" href={path("")}>Skip to overview</Link></div>
      <div className="two"><Snippet apiKey={key} inUse={Boolean(first.state.data?.firstRequest)} /><LivePanel secret={key.secret} first={first} /></div>
      <NextSteps />
    </div>
  );
}

const Waiting = () => <Card title="Your snippet"><div className="body"><Skeleton height={280} /></div></Card>;

function Snippet({ apiKey, inUse }: { apiKey: ReturnType<typeof useOnboardingKey>; inUse: boolean }) {
  const trpc = useTRPC();
  const me = useQuery(trpc.viewer.me.queryOptions());
  if (me.isError) return <ErrorCard message="The gateway's address did not load." onRetry={() => void me.refetch()} />;
  if (apiKey.error) return <ErrorCard message={apiKey.error} onRetry={apiKey.create} />;
  if (apiKey.secret && me.data) return <Suspense fallback={<Waiting />}><OwnSnippet gatewayUrl={me.data.gatewayUrl} apiKey={apiKey.secret} /></Suspense>;
  if (!inUse || apiKey.pending) return <Waiting />;
  return (
    <Card title="Your snippet">
      <div className="empty"><p className="muted">A key is shown only when it is made. Make another test key to see the snippet.</p><Button variant="primary" onClick={apiKey.create}>Create a test key</Button></div>
    </Card>
  );
}
