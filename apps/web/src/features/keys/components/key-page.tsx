"use client";
import "./keys.css";
import Link from "next/link";
import { useParams } from "next/navigation";
import { lazy, Suspense, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Ago, Button, Card, count, dayOf, Deferred, EmptyState, ErrorCard, Money, Skeleton } from "@trunkline/ui";
import type { KeyView } from "../../../server/views.ts";
import { useRole } from "../../shell/use-role.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { KeyBudget, KeyOwner, KINDS, stateOf } from "./key-table.tsx";
import { useRevoke } from "./use-revoke.ts";

const KeyUsage = lazy(async () => ({ default: (await import("./key-usage.tsx")).KeyUsage }));
const KeySettings = lazy(async () => ({ default: (await import("./key-settings.tsx")).KeySettings }));
/** Of the parts, about: nothing moves when they come. */
const [USAGE_HEIGHT, SETTINGS_HEIGHT] = [366, 460];
const RotateKeyDialog = lazy(async () => ({ default: (await import("./rotate-key-dialog.tsx")).RotateKeyDialog }));

/** One key: what it spends on what, and what it may do. */
export function KeyPage() {
  const { id } = useParams<{ id: string }>();
  const trpc = useTRPC();
  const at = useProjectPath();
  const keys = useQuery(trpc.keys.list.queryOptions(useScope()));
  const key = keys.data?.find((one) => one.id === id);
  if (keys.isPending) return <><div className="head"><h1>API key</h1></div><div className="grid"><Skeleton height={112} /><Skeleton height={360} /></div></>;
  if (keys.isError) return <ErrorCard message={`The key could not be loaded. ${keys.error.message}`} onRetry={() => void keys.refetch()} />;
  if (!key) return <><div className="head"><h1>API key</h1></div><section className="card" aria-label="API key"><EmptyState text="This project has no key of this id." action={<Link className="btn" href={at("/keys")}>All keys</Link>} /></section></>;
  return <Shown apiKey={key} />;
}

function Shown({ apiKey }: { apiKey: KeyView }) {
  const at = useProjectPath();
  const { pending, revoke } = useRevoke();
  const { may } = useRole();
  const [rotating, setRotating] = useState(false);
  const revoking = pending.has(apiKey.id);
  const { icon: Icon, tone, label } = stateOf(apiKey, revoking);
  const works = apiKey.revokedAt === null && label !== "Expired";
  return (
    <div className="kp">
      <div className="head">
        <h1>{apiKey.name}<span className="sub"><code>tl_{apiKey.kind}_{apiKey.keyId}_…{apiKey.lastFour}</code></span></h1>
        {apiKey.kind === "mgmt" ? null : <Link className="btn" href={`${at("/logs")}?${new URLSearchParams({ mode: apiKey.kind, q: `key:"${apiKey.name}"` }).toString()}`}>View logs</Link>}
        {works && !revoking && may("keys.manage") ? <><Button onClick={() => setRotating(true)}>Rotate</Button><Button onClick={() => revoke(apiKey)}>Revoke</Button></> : null}
      </div>
      <p className="row facts"><span className={`st ${tone}`}><Icon className="ic" aria-hidden />{label}</span><span className={`tag ${KINDS[apiKey.kind].tone}`}>{KINDS[apiKey.kind].label}</span><span className="meta"><KeyOwner owner={apiKey.owner} />, created <Ago at={apiKey.createdAt} /></span></p>
      <section className="figures" aria-label="Key figures">
        <div><h2>Spend, 30 days</h2><p className="v"><Money usd={apiKey.spendUsd30d} /></p></div>
        <div><h2>Requests, 30 days</h2><p className="v">{count(apiKey.requests30d)}</p></div>
        <div><h2>Last used</h2><p className="v"><Ago at={apiKey.lastUsedAt} /></p></div>
        <div><h2>Stops working</h2><p className="v">{apiKey.revokedAt ? "Revoked" : apiKey.expiresAt ? dayOf(apiKey.expiresAt) : "Never"}</p></div>
        <div><h2>Budget</h2><div className="b"><KeyBudget budget={apiKey.budget} /></div></div>
      </section>
      {apiKey.kind === "mgmt" ? <Card title="Management key"><div className="body"><p className="muted">It acts on the management API as an admin and calls no model, so it has no usage.</p></div></Card> : <Suspense fallback={<div className="card"><Skeleton height={USAGE_HEIGHT} /></div>}><KeyUsage apiKey={apiKey} /></Suspense>}
      <Suspense fallback={<Skeleton height={SETTINGS_HEIGHT} />}><KeySettings key={apiKey.id} apiKey={apiKey} disabled={!works || revoking || !may("keys.manage")} /></Suspense>
      <Deferred wanted={rotating}><RotateKeyDialog apiKey={rotating ? apiKey : null} onClose={() => setRotating(false)} /></Deferred>
    </div>
  );
}
