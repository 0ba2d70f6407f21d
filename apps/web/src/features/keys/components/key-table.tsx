import { CircleCheck, CircleSlash, CircleX, Clock } from "lucide-react";
import Link from "next/link";
import { Ago, BudgetBar, Button, dayOf, Money } from "@trunkline/ui";
import type { KeyView } from "../../../server/views.ts";
import { useProjectPath } from "../../shell/use-scope.ts";

export const KINDS = { live: { label: "Live", tone: "ok" }, test: { label: "Test", tone: "acc" }, mgmt: { label: "Management", tone: "" } } as const;
const PERIODS = { daily: "a day", weekly: "a week", monthly: "a month", total: "in total" } as const;
const FULL_PERCENT = 100;

export function stateOf(key: KeyView, revoking: boolean) {
  if (revoking) return { icon: Clock, tone: "warn", label: "Revoking" };
  if (key.revokedAt) return { icon: CircleSlash, tone: "muted", label: "Revoked" };
  if (key.expiresAt && Date.parse(key.expiresAt) <= Date.now()) return { icon: Clock, tone: "warn", label: "Expired" };
  if (key.budget && key.budget.percent >= FULL_PERCENT) return { icon: CircleX, tone: "err", label: "Budget full" };
  return { icon: CircleCheck, tone: "ok", label: "Active" };
}

interface Acts { readonly onRotate: (key: KeyView) => void; readonly onRevoke: (key: KeyView) => void }

export function KeyTable({ keys, revoking, ...acts }: Acts & { keys: readonly KeyView[]; revoking: ReadonlySet<string> }) {
  return (
    <section className="twrap tablecards" tabIndex={0} aria-label="Keys, table">
      <table>
        <thead>
          <tr><th scope="col">Name</th><th scope="col">Key</th><th scope="col">Kind</th><th scope="col" className="r">Spend, 30 days</th><th scope="col">Budget</th><th scope="col" className="r">Req/min</th><th scope="col">Last used</th><th scope="col">Status</th><th scope="col"><span className="sr">Actions</span></th></tr>
        </thead>
        <tbody>{keys.map((key) => <KeyRow key={key.id} apiKey={key} revoking={revoking.has(key.id)} {...acts} />)}</tbody>
      </table>
    </section>
  );
}

function KeyRow({ apiKey, revoking, onRotate, onRevoke }: Acts & { apiKey: KeyView; revoking: boolean }) {
  const { icon: Icon, tone, label } = stateOf(apiKey, revoking);
  const kind = KINDS[apiKey.kind];
  const at = useProjectPath();
  return (
    <tr className={apiKey.revokedAt ? "off" : ""}>
      <th scope="row"><Link className="nm" href={at(`/keys/${apiKey.id}`)}>{apiKey.name}</Link><span className="two"><KeyOwner owner={apiKey.owner} />, <Ago at={apiKey.createdAt} /></span></th>
      <td><code><span className="muted">tl_{apiKey.kind}_{apiKey.keyId}_…</span>{apiKey.lastFour}</code></td>
      <td><span className={`tag ${kind.tone}`}>{kind.label}</span>{apiKey.browserOrigins.length > 0 ? <span className="two" title={apiKey.browserOrigins.join(", ")}>in web pages</span> : null}{apiKey.allowedModels.length > 0 ? <span className="two" title={apiKey.allowedModels.join(", ")}>{apiKey.allowedModels.length === 1 ? apiKey.allowedModels[0] : `${apiKey.allowedModels.length} models`}</span> : null}</td>
      <td className="r" data-l="30 days"><Money usd={apiKey.spendUsd30d} /></td>
      <td className="bud wide"><KeyBudget budget={apiKey.budget} /></td>
      <td className="r" data-l="Req/min">{apiKey.rpmLimit === null ? <span className="muted">no limit</span> : apiKey.rpmLimit.toLocaleString("en-US")}</td>
      <td data-l="Last used"><Ago at={apiKey.lastUsedAt} />{apiKey.expiresAt ? <span className="two">until {dayOf(apiKey.expiresAt)}</span> : null}</td>
      <td><span className={`st ${tone}`}><Icon className="ic" aria-hidden />{label}</span></td>
      <td className="r">{apiKey.revokedAt || revoking ? null : <>{label === "Expired" ? null : <Button size="sm" variant="ghost" aria-label={`Rotate ${apiKey.name}`} onClick={() => onRotate(apiKey)}>Rotate</Button>}<Button size="sm" variant="ghost" aria-label={`Revoke ${apiKey.name}`} onClick={() => onRevoke(apiKey)}>Revoke</Button></>}</td>
    </tr>
  );
}

/** A service key stays when its maker leaves. */
export function KeyOwner({ owner }: { owner: KeyView["owner"] }) {
  if (!owner) return <>Service key</>;
  return owner.email === null ? <>Somebody who left</> : <span title={owner.email}>{owner.name ?? owner.email}</span>;
}

export function KeyBudget({ budget }: { budget: KeyView["budget"] }) {
  if (!budget) return <span className="muted">No budget</span>;
  return <><Money usd={budget.spentUsd} /> <span className="muted">of <Money usd={budget.limitUsd} /> {PERIODS[budget.period]}</span><BudgetBar percent={budget.percent} /></>;
}
