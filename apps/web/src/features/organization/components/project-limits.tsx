"use client";
import Link from "next/link";
import { useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, ErrorCard, Field, Money, Skeleton, useToasts } from "@trunkline/ui";
import type { ProjectLimitsView } from "../../../server/views.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const textOf = (limit: number | null): string => (limit === null ? "" : String(limit));
const limitOf = (text: string): number | null => (text === "" ? null : Number(text));
const PERIODS = { daily: "a day", weekly: "a week", monthly: "a month", total: "in total" } as const;

/** What all keys of this project together may do: a minute, at a time, and in USD. */
export function ProjectLimits({ manages }: { manages: boolean }) {
  const trpc = useTRPC();
  const scope = useScope();
  const view = useQuery(trpc.organization.projectLimits.queryOptions(scope));
  return (
    <Card title={view.data ? `Limits of the project ${view.data.project}` : "Limits of the project"}>
      <div className="body">{view.data ? <LimitsForm key={scope.project} view={view.data} disabled={!manages} /> : view.isError ? <ErrorCard message={view.error.message} onRetry={() => void view.refetch()} /> : <Skeleton height={300} />}</div>
    </Card>
  );
}

function LimitsForm({ view, disabled }: { view: ProjectLimitsView; disabled: boolean }) {
  const trpc = useTRPC();
  const scope = useScope();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const [rpm, setRpm] = useState(textOf(view.rpmLimit));
  const [tpm, setTpm] = useState(textOf(view.tpmLimit));
  const [concurrency, setConcurrency] = useState(textOf(view.concurrencyLimit));
  const save = useMutation(trpc.organization.limitProject.mutationOptions({
    onSuccess: async () => {
      toasts.say("Saved. The limits hold from the next request on.");
      await queryClient.invalidateQueries(trpc.organization.projectLimits.queryFilter());
    },
  }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate({ ...scope, rpmLimit: limitOf(rpm), tpmLimit: limitOf(tpm), concurrencyLimit: limitOf(concurrency) });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <fieldset className="stack" disabled={disabled}>
        <legend className="sr">Limits of the project</legend>
        <Field label="Project requests per minute (optional)" type="number" min={1} step={1} value={rpm} onChange={(event) => setRpm(event.target.value)} />
        <Field label="Project tokens per minute (optional)" type="number" min={1} step={1} value={tpm} onChange={(event) => setTpm(event.target.value)} />
        <Field label="Project calls at a time (optional)" type="number" min={1} step={1} hint="All keys of the project together. A key's and the organization's own limits hold beside these." value={concurrency} onChange={(event) => setConcurrency(event.target.value)} />
      </fieldset>
      <Spend budgets={view.budgets} />
      {save.error ? <ErrorCard message={save.error.message} /> : null}
      {disabled ? null : <div className="row"><Button type="submit" variant="primary" disabled={save.isPending}>Save limits</Button></div>}
    </form>
  );
}

/** USD has periods and actions of its own: budgets. */
function Spend({ budgets }: Pick<ProjectLimitsView, "budgets">) {
  const at = useProjectPath();
  return (
    <div>
      {budgets.map(({ id, name, period, limitUsd, spentUsd }) => <p key={id}><b>{name}</b>: <Money usd={spentUsd} /> of <Money usd={limitUsd} /> {PERIODS[period]}.</p>)}
      <p className="muted">{budgets.length === 0 ? "No budget caps what this project spends. " : ""}<Link className="link" href={at("/limits")}>Limits &amp; budgets</Link></p>
    </div>
  );
}
