"use client";
import "./provider-keys.css";
import { lazy, useState } from "react";
import { Plus } from "lucide-react";
import { Button, Card, Deferred, EmptyState, ErrorCard, Skeleton } from "@trunkline/ui";
import type { ProviderCredentialView } from "../../../server/views.ts";
import { ProviderKeyRow } from "./provider-key-row.tsx";
import { useProviderKeys } from "./use-provider-keys.ts";

const AddProviderKeyDialog = lazy(async () => ({ default: (await import("./add-provider-key-dialog.tsx")).AddProviderKeyDialog }));

const SKELETON_ROWS = 4;

function byProvider(credentials: readonly ProviderCredentialView[]): readonly (readonly [string, readonly ProviderCredentialView[]])[] {
  const groups = new Map<string, ProviderCredentialView[]>();
  for (const one of credentials) groups.set(one.provider, [...(groups.get(one.provider) ?? []), one]);
  return [...groups.values()].map((group) => [group[0]?.providerName ?? "", group] as const);
}

/** What stands after an organization's own keys: the platform's, unless one of them keeps it out. */
const fallsBack = (credentials: readonly ProviderCredentialView[]): boolean => credentials.filter((one) => one.enabled).every((one) => one.platformFallback);

export function ProviderKeysPage() {
  const actions = useProviderKeys();
  const { keys } = actions;
  const [adding, setAdding] = useState(false);
  const mayManage = keys.data?.mayManage === true;
  const add = mayManage ? <Button variant="primary" onClick={() => setAdding(true)}><Plus className="ic s" aria-hidden />Add provider key</Button> : null;
  return (
    <>
      <div className="head"><h1>Provider keys</h1>{add}</div>
      <p className="pk-note">Your own keys serve before ours, in the order shown. The provider bills you directly: such requests cost the fee of your plan alone, and their spend here is the provider&apos;s list price. A key that a provider refuses is passed over, for you alone. Test keys never use them.</p>
      {keys.isPending ? <section className="card" aria-label="Provider keys are loading" aria-busy="true"><div className="body" style={{ display: "grid", gap: 12, paddingTop: 16 }}>{Array.from({ length: SKELETON_ROWS }, (_, row) => <Skeleton key={row} height={36} />)}</div></section> : null}
      {keys.isError ? <ErrorCard message={`The provider keys could not be loaded. ${keys.error.message}`} onRetry={() => void keys.refetch()} /> : null}
      {keys.data?.credentials.length === 0 ? <section className="card" aria-label="Provider keys"><EmptyState text={mayManage ? "Bring a key of your own, and its provider bills you directly." : "No provider key yet. An owner or admin can add one."} action={add} snippet="trunkline credential create --provider openai --label production < key.txt" /></section> : null}
      {byProvider(keys.data?.credentials ?? []).map(([name, group]) => <ProviderGroup key={name} name={name} group={group} mayManage={mayManage} actions={actions} />)}
      <Deferred wanted={adding}><AddProviderKeyDialog open={adding} providers={keys.data?.providers ?? []} onClose={() => setAdding(false)} /></Deferred>
    </>
  );
}

function ProviderGroup({ name, group, mayManage, actions }: { name: string; group: readonly ProviderCredentialView[]; mayManage: boolean; actions: ReturnType<typeof useProviderKeys> }) {
  const fallback = fallsBack(group);
  const setFallback = (allowed: boolean): void => { for (const one of group) if (one.platformFallback !== allowed) actions.change(one.id, { platformFallback: allowed }); };
  return (
    <Card title={name} className="pk pk-group" aside={<label className="pk-switch"><input type="checkbox" checked={fallback} disabled={!mayManage} onChange={(event) => setFallback(event.target.checked)} />Then our key, from your credits</label>}>
      <section className="twrap tablecards" tabIndex={0} aria-label={`${name} keys, table`}>
        <table>
          <thead><tr><th scope="col">Label</th><th scope="col">Key</th><th scope="col">Tried</th><th scope="col" className="r">Spend, 30 days</th><th scope="col">Last used</th><th scope="col">Health</th><th scope="col"><span className="sr">Actions</span></th></tr></thead>
          <tbody>{group.map((one) => <ProviderKeyRow key={one.id} credential={one} peers={group} mayManage={mayManage} actions={actions} />)}</tbody>
        </table>
      </section>
    </Card>
  );
}
