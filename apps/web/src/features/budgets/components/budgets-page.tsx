"use client";
import "./budgets.css";
import { lazy, useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowDownToLine, Bell, Clock, OctagonX, Plus } from "lucide-react";
import { BudgetBar, Button, Deferred, EmptyState, ErrorCard, Money, Skeleton } from "@trunkline/ui";
import type { BudgetView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useUndoable } from "../../shell/use-undoable.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const CreateBudgetDialog = lazy(async () => ({ default: (await import("./create-budget-dialog.tsx")).CreateBudgetDialog }));

const SCOPES = { organization: "Organization", project: "Project", key: "Key", model: "Model", preset: "Preset", user: "End user" } as const;
/** From the widest to the narrowest. */
const SCOPE_ORDER = Object.keys(SCOPES);
const PERIODS = { daily: "a day", weekly: "a week", monthly: "a month", total: "in total" } as const;
const SKELETON_ROWS = 4;

/** A removed budget no longer caps anything, so ten seconds pass before it happens. */
function useRemove() {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const remove = useMutation(trpc.budgets.remove.mutationOptions({ onSuccess: () => Promise.all([queryClient.invalidateQueries(trpc.budgets.list.queryFilter()), queryClient.invalidateQueries(trpc.keys.list.queryFilter())]) }));
  const { pending, start } = useUndoable();
  return {
    pending,
    remove: (budget: BudgetView): void => start({ id: budget.id, text: `${budget.name} is removed in 10 seconds.`, commit: () => remove.mutateAsync({ ...scope, id: budget.id }), leaving: { procedure: "budgets.remove", input: { ...scope, id: budget.id } } }),
  };
}

export function BudgetsPage() {
  const trpc = useTRPC();
  const budgets = useQuery(trpc.budgets.list.queryOptions(useScope()));
  const zone = budgets.data?.[0]?.timeZone;
  const [creating, setCreating] = useState(false);
  const { pending, remove } = useRemove();
  const create = <Button variant="primary" onClick={() => setCreating(true)}><Plus className="ic s" aria-hidden />Create budget</Button>;
  return (
    <>
      <div className="head"><h1>Limits &amp; budgets</h1>{create}</div>
      <p className="budget-note">A hard budget is held before a provider is called and never exceeded: at 100 % a request is refused with status 402, or served by a cheaper fallback that the budget still covers. A soft one only counts and warns. Periods begin at midnight{zone ? ` in ${zone}` : ""}. Requests per minute are set on each key.</p>
      {budgets.isPending ? <section className="card" aria-label="Budgets are loading" aria-busy="true"><div className="body" style={{ display: "grid", gap: 12, paddingTop: 16 }}>{Array.from({ length: SKELETON_ROWS }, (_, row) => <Skeleton key={row} height={36} />)}</div></section> : null}
      {budgets.isError ? <ErrorCard message={`The budgets could not be loaded. ${budgets.error.message}`} onRetry={() => void budgets.refetch()} /> : null}
      {budgets.data ? <section className="card bt2" aria-label="Budgets">{budgets.data.length === 0 ? <EmptyState text="A budget caps what an organization, a project, a key, a model, a preset or an end user may spend in a period." action={create} /> : <BudgetTable budgets={budgets.data} removing={pending} onRemove={remove} />}</section> : null}
      <Deferred wanted={creating}><CreateBudgetDialog open={creating} onClose={() => setCreating(false)} /></Deferred>
    </>
  );
}

function BudgetTable({ budgets, removing, onRemove }: { budgets: readonly BudgetView[]; removing: ReadonlySet<string>; onRemove: (budget: BudgetView) => void }) {
  return (
    <section className="twrap tablecards" tabIndex={0} aria-label="Budgets, table">
      <table>
        <thead><tr><th scope="col">Name</th><th scope="col">Counts</th><th scope="col">Used</th><th scope="col">At 100 %</th><th scope="col"><span className="sr">Actions</span></th></tr></thead>
        <tbody>
          {[...budgets].sort((a, b) => SCOPE_ORDER.indexOf(a.scope) - SCOPE_ORDER.indexOf(b.scope)).map((budget) => (
            <tr key={budget.id}>
              <th scope="row"><span className="nm">{budget.name}</span></th>
              <td><span className="tag">{SCOPES[budget.scope]}</span> {budget.scopeName}{budget.countsOwnKeys ? <span className="meta">own keys too</span> : null}</td>
              <td className="bud"><Money usd={budget.spentUsd} /> <span className="muted">of <Money usd={budget.limitUsd} /> {PERIODS[budget.period]}</span><BudgetBar percent={budget.percent} /></td>
              <td><AtLimit budget={budget} /></td>
              <td className="r">{removing.has(budget.id) ? <span className="st warn"><Clock className="ic" aria-hidden />Removing</span> : <Button size="sm" variant="ghost" aria-label={`Remove ${budget.name}`} onClick={() => onRemove(budget)}>Remove</Button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function AtLimit({ budget: { action, enforced } }: { budget: BudgetView }) {
  if (!enforced) return <span className="st muted"><Bell className="ic" aria-hidden />Warns only</span>;
  return action === "downgrade" ? <span className="st"><ArrowDownToLine className="ic" aria-hidden />Cheaper fallback</span> : <span className="st"><OctagonX className="ic" aria-hidden />Refused</span>;
}
