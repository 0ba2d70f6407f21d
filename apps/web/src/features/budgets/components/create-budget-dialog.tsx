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
const SCOPES: readonly Choice<BudgetScope>[] = [{ value: "organization", label: "Organization" }, { value: "project", label: "Project" }, { value: "key", label: "Key" }];
const PERIODS: readonly Choice<Period>[] = [{ value: "daily", label: "A day" }, { value: "weekly", label: "A week" }, { value: "monthly", label: "A month" }, { value: "total", label: "In total" }];
const NAME_LENGTH_MAX = 80;
const CENT = 0.01;

export function CreateBudgetDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return <Dialog title="Create budget" open={open} onClose={onClose}><BudgetForm onDone={onClose} /></Dialog>;
}

/** What a budget of each scope may be laid on, by id and name. */
function useSubjects(): Record<BudgetScope, readonly Choice<string>[]> {
  const trpc = useTRPC();
  const scope = useScope();
  const me = useQuery(trpc.viewer.me.queryOptions());
  const keys = useQuery(trpc.keys.list.queryOptions(scope));
  const organization = me.data?.organizations.find((one) => one.slug === scope.organization);
  return {
    organization: organization ? [{ value: organization.id, label: organization.name }] : [],
    project: (organization?.projects ?? []).map((project) => ({ value: project.id, label: project.name })),
    key: (keys.data ?? []).filter((key) => key.revokedAt === null).map((key) => ({ value: key.id, label: `${key.name} (…${key.lastFour})` })),
  };
}

function BudgetForm({ onDone }: { onDone: () => void }) {
  const trpc = useTRPC();
  const project = useScope();
  const queryClient = useQueryClient();
  const subjects = useSubjects();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<BudgetScope>("project");
  const [chosen, setChosen] = useState("");
  const [period, setPeriod] = useState<Period>("monthly");
  const [limitUsd, setLimitUsd] = useState("");
  const create = useMutation(trpc.budgets.create.mutationOptions({
    onSuccess: async () => {
      await Promise.all([queryClient.invalidateQueries(trpc.budgets.list.queryFilter()), queryClient.invalidateQueries(trpc.keys.list.queryFilter())]);
      onDone();
    },
  }));
  const scopeId = subjects[scope].some((one) => one.value === chosen) ? chosen : (subjects[scope][0]?.value ?? "");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate({ ...project, scope, scopeId, name: name.trim(), period, limitUsd });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <Field label="Name" required maxLength={NAME_LENGTH_MAX} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      <Select label="Scope" value={scope} options={SCOPES} onChange={setScope} />
      <Select label="Counts the spend of" value={scopeId} options={subjects[scope]} onChange={setChosen} />
      <Select label="Period" value={period} options={PERIODS} onChange={setPeriod} />
      <Field label="Limit in USD" required type="number" min={CENT} step={CENT} value={limitUsd} onChange={(event) => setLimitUsd(event.target.value)} hint="At 100 % requests are refused with status 402." />
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
