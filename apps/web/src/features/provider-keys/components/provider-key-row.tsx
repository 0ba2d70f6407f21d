import { ArrowDown, ArrowUp, CircleCheck, CircleSlash, CircleX, Clock, type LucideIcon } from "lucide-react";
import { Ago, Button, Money } from "@trunkline/ui";
import type { ProviderCredentialView } from "../../../server/views.ts";
import type { useProviderKeys } from "./use-provider-keys.ts";

const FAILURES: Readonly<Record<string, string>> = { credential_rejected: "The provider refused it", quota_exhausted: "Its account has no quota left", rate_limited: "Over its rate limit" };

function stateOf(key: ProviderCredentialView, removing: boolean): { icon: LucideIcon; tone: string; label: string } {
  if (removing) return { icon: Clock, tone: "warn", label: "Removing" };
  if (!key.enabled) return { icon: CircleSlash, tone: "muted", label: "Off" };
  if (key.health === "failing") return { icon: CircleX, tone: "err", label: "Failing" };
  return key.health === "ok" ? { icon: CircleCheck, tone: "ok", label: "Working" } : { icon: Clock, tone: "muted", label: "Not checked" };
}

export interface RowProps { readonly credential: ProviderCredentialView; readonly peers: readonly ProviderCredentialView[]; readonly mayManage: boolean; readonly actions: ReturnType<typeof useProviderKeys> }

export function ProviderKeyRow({ credential: key, peers, mayManage, actions }: RowProps) {
  const removing = actions.removing.has(key.id);
  const { icon: Icon, tone, label } = stateOf(key, removing);
  const at = peers.indexOf(key);
  return (
    <tr className={key.enabled ? "" : "off"}>
      <th scope="row"><span className="nm">{key.label}</span>{key.baseUrl ? <span className="two">{key.baseUrl}</span> : null}<span className="two">added <Ago at={key.createdAt} /></span></th>
      <td><code><span className="muted">…</span>{key.lastFour}</code></td>
      <td data-l="Tried">{at + 1}</td>
      <td className="r" data-l="30 days"><Money usd={key.spendUsd30d} /><span className="two">{key.requests30d.toLocaleString("en-US")} requests</span></td>
      <td data-l="Last used"><Ago at={key.lastUsedAt} /></td>
      <td><span className={`st ${tone}`}><Icon className="ic" aria-hidden />{label}</span>{key.health === "failing" && key.lastFailure ? <span className="two">{FAILURES[key.lastFailure] ?? key.lastFailure}, <Ago at={key.lastFailureAt} /></span> : null}</td>
      <td className="r">{mayManage && !removing ? <RowActions credential={key} peers={peers} at={at} actions={actions} /> : null}</td>
    </tr>
  );
}

function RowActions({ credential: key, peers, at, actions }: Omit<RowProps, "mayManage"> & { readonly at: number }) {
  return (
    <div className="acts">
      {peers.length > 1 ? <>
        <Button size="sm" variant="ghost" className="icon" aria-label={`Try ${key.label} earlier`} disabled={at === 0} onClick={() => void actions.swap(key, peers, -1)}><ArrowUp className="ic s" aria-hidden /></Button>
        <Button size="sm" variant="ghost" className="icon" aria-label={`Try ${key.label} later`} disabled={at === peers.length - 1} onClick={() => void actions.swap(key, peers, 1)}><ArrowDown className="ic s" aria-hidden /></Button>
      </> : null}
      <Button size="sm" variant="ghost" aria-label={`Check ${key.label}`} disabled={actions.checking === key.id} onClick={() => actions.check(key.id)}>Check</Button>
      <Button size="sm" variant="ghost" aria-label={`Turn ${key.label} ${key.enabled ? "off" : "on"}`} onClick={() => actions.change(key.id, { enabled: !key.enabled })}>{key.enabled ? "Turn off" : "Turn on"}</Button>
      <Button size="sm" variant="ghost" aria-label={`Remove ${key.label}`} onClick={() => actions.remove(key)}>Remove</Button>
    </div>
  );
}
