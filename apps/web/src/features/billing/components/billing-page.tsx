"use client";
import "./billing.css";
import { lazy, Suspense, useState, type FormEvent } from "react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { Button, Card, ErrorCard, Field, Money, Skeleton } from "@trunkline/ui";
import { useRole } from "../../shell/use-role.ts";
import { useScope } from "../../shell/use-scope.ts";
import { billing, type BillingView, type List, type PlanView } from "./billing-api.ts";
import { ConfirmAct, type Act } from "./confirm-act.tsx";

// Stand below the plans, and come beside their data.
const BillingBooks = lazy(async () => ({ default: (await import("./billing-books.tsx")).BillingBooks }));
const CREDIT_MIN = 5;
const CREDIT_MAX = 10_000;
const CENT = 0.01;
/** Of standing and plans together, about. */
const STANDING_HEIGHT = 440;
const MODES: Readonly<Record<string, string>> = { prepaid: "Prepaid: calls are served while there is credit.", postpaid: "Usage is billed monthly.", open: "Nothing was bought or subscribed yet: usage is recorded." };

/** Stripe's hosted page does the rest; what was paid counts here when Stripe has said so. */
function useVisit() {
  const { organization } = useScope();
  return useMutation({
    mutationFn: ({ path, body = {} }: { path: string; body?: object }) => billing<{ url: string }>(organization, path, body),
    onSuccess: ({ url }) => window.location.assign(url),
  });
}

export function BillingPage() {
  const { organization } = useScope();
  const { role, may } = useRole();
  const overview = useQuery({ queryKey: ["billing", organization], queryFn: () => billing<BillingView>(organization, "") });
  const plans = useQuery({ queryKey: ["billing", organization, "plans"], queryFn: () => billing<List<PlanView>>(organization, "/plans") });
  const visit = useVisit();
  const pays = may("billing.manage");
  const open = (path: string, body?: object): void => visit.mutate(body === undefined ? { path } : { path, body });
  const [act, setAct] = useState<Act | null>(null);
  /** A first subscription is confirmed at Stripe, whose page says what it costs; a change is made at once. */
  const choose = ({ id, name, monthlyUsd }: PlanView): void => {
    const run = (): void => open("/subscription", { plan: id });
    if (overview.data?.mode !== "postpaid") return run();
    setAct({ title: `Move to ${name} now?`, label: `Move to ${name}`, text: `It costs $${Number(monthlyUsd).toLocaleString("en-US")} a month. What is left of this month's fee for the present plan is set against it on the next invoice, and the limits change at once.`, run });
  };
  return (
    <div className="bi">
      <div className="head"><h1>Billing</h1>{pays ? <Button disabled={visit.isPending} onClick={() => open("/portal")}><ExternalLink className="ic s" aria-hidden />Cards, invoices, cancelling</Button> : null}</div>
      {role !== null && !pays ? <p className="says">You are {role} here. An owner or a member with the role billing pays and changes the plan.</p> : null}
      <ConfirmAct act={act} onClose={() => setAct(null)} />
      {visit.error ? <ErrorCard message={visit.error.message} /> : null}
      {overview.isError ? <ErrorCard message={`Billing could not be read. ${overview.error.message}`} onRetry={() => void overview.refetch()} /> : null}
      {overview.data && !plans.isPending ? (
        <>
          <Standing view={overview.data} pays={pays} busy={visit.isPending} onBuy={(wish) => open("/credits", wish)} />
          <Card title="Plans">{plans.data ? <Plans plans={plans.data.data} current={overview.data.plan.id} pays={pays} busy={visit.isPending} onChoose={choose} /> : <div className="body"><ErrorCard message={`The plans could not be read. ${plans.error?.message ?? ""}`} onRetry={() => void plans.refetch()} /></div>}</Card>
        </>
      ) : overview.isPending || plans.isPending ? <Skeleton height={STANDING_HEIGHT} /> : null}
      <Suspense><BillingBooks organization={organization} pays={pays} /></Suspense>
    </div>
  );
}

function Standing({ view, pays, busy, onBuy }: { view: BillingView; pays: boolean; busy: boolean; onBuy: (wish: object) => void }) {
  const { plan, mode, state, credits } = view;
  return (
    <section className="card standing" aria-label="Standing">
      <dl>
        <div><dt>{credits.balance_usd === null ? "Charged so far" : "Credit left"}</dt><dd className="v"><Money usd={credits.balance_usd ?? credits.charged_usd} /></dd></div>
        <div><dt>Bought</dt><dd><Money usd={credits.granted_usd} /></dd></div>
        <div><dt>Charged</dt><dd><Money usd={credits.charged_usd} /></dd></div>
        <div><dt>Plan</dt><dd>{plan.name} {state === "active" ? null : <span className="tag warn">{state.replaceAll("_", " ")}</span>}</dd></div>
      </dl>
      <div className="buy">{pays ? <BuyForm busy={busy} onBuy={onBuy} /> : null}<p className="meta">{MODES[mode] ?? `Mode: ${mode}.`} Calls with a test key are never charged.</p></div>
    </section>
  );
}

function BuyForm({ busy, onBuy }: { busy: boolean; onBuy: (wish: object) => void }) {
  const [amount, setAmount] = useState("20.00");
  const [keepCard, setKeepCard] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onBuy({ amountUsd: Number(amount).toFixed(2), keepCard });
  };
  return <form onSubmit={submit}><Field label="Credit in USD" type="number" required min={CREDIT_MIN} max={CREDIT_MAX} step={CENT} value={amount} onChange={(event) => setAmount(event.target.value)} /><Button type="submit" variant="primary" disabled={busy}>Buy credit</Button><label className="keep"><input type="checkbox" checked={keepCard} onChange={(event) => setKeepCard(event.target.checked)} /> Keep the card for automatic top-up</label></form>;
}

interface PlansProps { readonly plans: readonly PlanView[]; readonly current: string; readonly pays: boolean; readonly busy: boolean; readonly onChoose: (plan: PlanView) => void }

function Plans({ plans, current, pays, busy, onChoose }: PlansProps) {
  return (
    <ul className="plans">
      {plans.map((plan) => {
        const { id, name, monthlyUsd, requestsPerMinute, logRetentionDays, seats, features } = plan;
        return (
          <li key={id} className={id === current ? "on" : ""}>
            <h3>{name}{id === current ? <span className="tag acc">yours</span> : null}</h3>
            <p className="price num">{Number(monthlyUsd) === 0 ? "$0" : `$${Number(monthlyUsd).toLocaleString("en-US")}`}{" "}<span className="meta">a month</span></p>
            <ul><li>{requestsPerMinute.toLocaleString("en-US")} requests a minute</li><li>Log kept {logRetentionDays} days</li><li>{seats} members</li>{features.map((feature) => <li key={feature}>{feature}</li>)}</ul>
            {pays && id !== current && Number(monthlyUsd) > 0 ? <Button disabled={busy} onClick={() => onChoose(plan)}>Choose {name}</Button> : null}
          </li>
        );
      })}
    </ul>
  );
}
