"use client";
import { useId, useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard, Field } from "@trunkline/ui";
import type { BudgetView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

type BudgetScope = BudgetView["scope"];
type Period = BudgetView["period"];
interface Choice<T extends string> { readonly value: T; readonly label: string }
const SCOPES: readonly Choice<BudgetScope>[] = [{ value: "organization", label: "Organization" }, { value: "project", label: "Project" }, { value: "key", label: "Key" }, { value: "model", label: "Model" }, { value: "preset", label: "Preset" }, { value: "user", label: "End user" }];
const PERIODS: readonly Choice<Period>[] = [{ value: "daily", label: "A day" }, { value: "weekly", label: "A week" }, { value: "monthly", label: "A month" }, { value: "total", label: "In total" }];
type AtLimit = "block" | "downgrade" | "warn";
const AT_LIMIT: readonly Choice<AtLimit>[] = [{ value: "block", label: "Refuse requests with status 402" }, { value: "downgrade", label: "Let a cheaper fallback serve, while the budget covers it" }, { value: "warn", label: "Only count and warn" }];
const NAME_LENGTH_MAX = 80;
const USER_LENGTH_MAX = 256;
const EVERY_USER = "*";
const CENT = 0.01;

export function CreateBudgetDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return <Dialog title="Create budget" open={open} onClose={onClose}><BudgetForm onDone={onClose} /></Dialog>;
}

/** What a budget of each scope may be laid on, by id and name; an end user is named by hand. */
function useSubjects(scope: BudgetScope): readonly Choice<string>[] {
  const trpc = useTRPC();
  const project = useScope();
  const me = useQuery(trpc.viewer.me.queryOptions());
  const keys = useQuery(trpc.keys.list.queryOptions(project));
  const models = useQuery(trpc.models.list.queryOptions(project, { enabled: scope === "model" }));
  const presets = useQuery(trpc.presets.list.queryOptions(project, { enabled: scope === "preset" }));
  const organization = me.data?.organizations.find((one) => one.slug === project.organization);
  switch (scope) {
    case "organization": return organization ? [{ value: organization.id, label: organization.name }] : [];
    case "project": return (organization?.projects ?? []).map((one) => ({ value: one.id, label: one.name }));
    case "key": return (keys.data ?? []).filter((key) => key.revokedAt === null).map((key) => ({ value: key.id, label: `${key.name} (…${key.lastFour})` }));
    case "model": return (models.data ?? []).map((model) => ({ value: model.id, label: model.id }));
    case "preset": return (presets.data ?? []).map((preset) => ({ value: preset.slug, label: preset.name }));
    case "user": return [];
  }
}

function useCreateBudget(onDone: () => void) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return useMutation(trpc.budgets.create.mutationOptions({
    onSuccess: async () => {
      await Promise.all([queryClient.invalidateQueries(trpc.budgets.list.queryFilter()), queryClient.invalidateQueries(trpc.keys.list.queryFilter())]);
      onDone();
    },
  }));
}

function BudgetForm({ onDone }: { onDone: () => void }) {
  const project = useScope();
  const create = useCreateBudget(onDone);
  const [name, setName] = useState("");
  const [scope, setScope] = useState<BudgetScope>("project");
  const [chosen, setChosen] = useState("");
  const [period, setPeriod] = useState<Period>("monthly");
  const [limitUsd, setLimitUsd] = useState("");
  const [atLimit, setAtLimit] = useState<AtLimit>("block");
  const [countsOwnKeys, setCountsOwnKeys] = useState(false);
  const subjects = useSubjects(scope);
  const scopeId = scope === "user" ? chosen.trim() || EVERY_USER : subjects.some((one) => one.value === chosen) ? chosen : (subjects[0]?.value ?? "");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate({ ...project, scope, scopeId, name: name.trim(), period, limitUsd, action: atLimit === "downgrade" ? "downgrade" : "block", enforced: atLimit !== "warn", countsOwnKeys });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <Field label="Name" required maxLength={NAME_LENGTH_MAX} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      <Select label="Scope" value={scope} options={SCOPES} onChange={(next) => { setScope(next); setChosen(""); }} />
      {scope === "user"
        ? <Field label="End user (optional)" maxLength={USER_LENGTH_MAX} autoComplete="off" value={chosen} onChange={(event) => setChosen(event.target.value)} hint="As your program names them in `user`. Left empty, every end user has this budget." />
        : <Select label="Counts the spend of" value={scopeId} options={subjects} onChange={setChosen} />}
      <Select label="Period" value={period} options={PERIODS} onChange={setPeriod} />
      <Field label="Limit in USD" required type="number" min={CENT} step={CENT} value={limitUsd} onChange={(event) => setLimitUsd(event.target.value)} />
      <fieldset className="control bf">
        <legend>Your own provider keys</legend>
        <div className="choices"><label><input type="checkbox" checked={countsOwnKeys} onChange={(event) => setCountsOwnKeys(event.target.checked)} />Count calls on them too, at the provider's list price</label></div>
        <p className="hint">Your provider bills those calls to you, not Trunkline: without this, only what Trunkline charges counts. A discount of yours with the provider is not known here.</p>
      </fieldset>
      <fieldset className="control bf">
        <legend>At 100 %</legend>
        <div className="choices">{AT_LIMIT.map((one) => <label key={one.value}><input type="radio" name="at-limit" value={one.value} checked={atLimit === one.value} onChange={() => setAtLimit(one.value)} />{one.label}</label>)}</div>
      </fieldset>
      {create.error ? <ErrorCard message={create.error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={create.isPending || scopeId === ""}>Create budget</Button></div>
    </form>
  );
}

function Select<T extends string>({ label, value, options, onChange }: { label: string; value: T; options: readonly Choice<T>[]; onChange: (value: T) => void }) {
  const id = useId();
  return (
    <div className="control">
      <label htmlFor={id}>{label}</label>
      <select id={id} required value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.length === 0 ? <option value="">None yet</option> : null}
        {options.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
      </select>
    </div>
  );
}
