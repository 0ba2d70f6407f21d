"use client";
import "./keys.css";
import { lazy, useState } from "react";
import { useSearchParams } from "next/navigation";
import { useQuery } from "@tanstack/react-query";
import { Plus, Search } from "lucide-react";
import { Button, Deferred, EmptyState, ErrorCard, Segmented, Skeleton } from "@trunkline/ui";
import type { KeyView } from "../../../server/views.ts";
import { useScope, useSetParams } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { KeyTable } from "./key-table.tsx";
import { useRevoke } from "./use-revoke.ts";

const RotateKeyDialog = lazy(async () => ({ default: (await import("./rotate-key-dialog.tsx")).RotateKeyDialog }));
const CreateKeyDialog = lazy(async () => ({ default: (await import("./create-key-dialog.tsx")).CreateKeyDialog }));

type Shown = "all" | "active" | "revoked";
const SKELETON_ROWS = 5;

function matches(key: KeyView, text: string, shown: Shown): boolean {
  if (shown !== "all" && (shown === "active") !== (key.revokedAt === null)) return false;
  return `${key.name} ${key.keyId} ${key.lastFour}`.toLowerCase().includes(text.trim().toLowerCase());
}

export function KeysPage() {
  const trpc = useTRPC();
  const keys = useQuery(trpc.keys.list.queryOptions(useScope()));
  const creating = useSearchParams().has("create");
  const setParams = useSetParams();
  const { pending, revoke } = useRevoke();
  const [rotating, setRotating] = useState<KeyView | null>(null);
  const create = <Button variant="primary" onClick={() => setParams({ create: "1" })}><Plus className="ic s" aria-hidden />Create key</Button>;
  return (
    <>
      <div className="head"><h1>API keys</h1>{create}</div>
      {keys.isPending ? <section className="card" aria-label="Keys are loading" aria-busy="true"><div className="body" style={{ display: "grid", gap: 12, paddingTop: 16 }}>{Array.from({ length: SKELETON_ROWS }, (_, row) => <Skeleton key={row} height={36} />)}</div></section> : null}
      {keys.isError ? <ErrorCard message={`The keys could not be loaded. ${keys.error.message}`} onRetry={() => void keys.refetch()} /> : null}
      {keys.data?.length === 0 ? <section className="card" aria-label="Keys"><EmptyState text="A key lets your program call every model through Trunkline." action={create} snippet='curl $TRUNKLINE_URL/v1/chat/completions -H "authorization: Bearer $TRUNKLINE_API_KEY"' /></section> : null}
      {keys.data && keys.data.length > 0 ? <KeyList keys={keys.data} revoking={pending} onRotate={setRotating} onRevoke={revoke} /> : null}
      <Deferred wanted={creating}><CreateKeyDialog open={creating} onClose={() => { if (creating) setParams({ create: null }); }} /></Deferred>
      <Deferred wanted={rotating !== null}><RotateKeyDialog apiKey={rotating} onClose={() => setRotating(null)} /></Deferred>
    </>
  );
}

function KeyList({ keys, ...acts }: { keys: readonly KeyView[]; revoking: ReadonlySet<string>; onRotate: (key: KeyView) => void; onRevoke: (key: KeyView) => void }) {
  const [text, setText] = useState("");
  const [shown, setShown] = useState<Shown>("all");
  const active = keys.filter((key) => key.revokedAt === null).length;
  const options = [{ value: "all", label: `All ${keys.length}` }, { value: "active", label: `Active ${active}` }, { value: "revoked", label: `Revoked ${keys.length - active}` }] as const;
  const visible = keys.filter((key) => matches(key, text, shown));
  return (
    <>
      <div className="keyfilters">
        <div className="field"><Search className="ic s" aria-hidden /><input type="search" aria-label="Filter keys" placeholder="Name, id or last 4" data-filter value={text} onChange={(event) => setText(event.target.value)} /></div>
        <Segmented<Shown> label="Show" value={shown} options={options} onChange={setShown} />
      </div>
      <section className="card kt" aria-label="Keys">
        {visible.length > 0 ? <KeyTable keys={visible} {...acts} /> : <EmptyState text="No key matches this filter." action={<Button onClick={() => { setText(""); setShown("all"); }}>Clear filter</Button>} />}
      </section>
    </>
  );
}
