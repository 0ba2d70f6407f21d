"use client";
import { useId, useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, ErrorCard, Field, Skeleton, useToasts } from "@trunkline/ui";
import { PROMPT_RETENTION_DAYS_MAX } from "../../../server/prompt-bounds.ts";
import type { PromptStorageView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

/** Whether, how much and how long this project stores what is said. */
export function PromptStorage({ manages }: { manages: boolean }) {
  const trpc = useTRPC();
  const scope = useScope();
  const view = useQuery(trpc.organization.promptStorage.queryOptions(scope));
  return (
    <Card title={view.data ? `Prompts of the project ${view.data.project}` : "Prompts"}>
      <div className="body">{view.data ? <PromptForm key={scope.project} view={view.data} disabled={!manages} /> : view.isError ? <ErrorCard message={view.error.message} onRetry={() => void view.refetch()} /> : <Skeleton height={220} />}</div>
    </Card>
  );
}

function PromptForm({ view, disabled }: { view: PromptStorageView; disabled: boolean }) {
  const trpc = useTRPC();
  const scope = useScope();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const patternsId = useId();
  const [percent, setPercent] = useState(String(view.promptPercent));
  const [days, setDays] = useState(String(view.promptRetentionDays));
  const [patterns, setPatterns] = useState(view.promptPatterns.join("\n"));
  const save = useMutation(trpc.organization.storePrompts.mutationOptions({
    onSuccess: async (saved) => {
      toasts.say(saved.promptPercent === 0 ? "Saved. No prompt is stored, and those that were are deleted." : `Saved. Prompts of ${saved.promptPercent} % of the requests are stored from now on.`);
      await queryClient.invalidateQueries();
    },
  }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate({ ...scope, promptPercent: Number(percent), promptRetentionDays: Number(days), promptPatterns: patterns.split("\n").map((line) => line.trim()).filter((line) => line !== "") });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <fieldset className="stack" disabled={disabled}>
        <legend className="sr">Storing of prompts</legend>
        <Field label="Store prompt and answer of (percent of requests)" required type="number" min={0} max={100} step={1} hint="0 stores none, and deletes what was stored. Stored texts are encrypted, and shown in the log to owners, admins and developers." value={percent} onChange={(event) => setPercent(event.target.value)} />
        <Field label="Keep them for (days)" required type="number" min={1} max={PROMPT_RETENTION_DAYS_MAX} step={1} value={days} onChange={(event) => setDays(event.target.value)} />
        <div className="control">
          <label htmlFor={patternsId}>Also remove (one a line, optional)</label>
          <textarea id={patternsId} rows={3} spellCheck={false} placeholder="PATIENT-####" value={patterns} onChange={(event) => setPatterns(event.target.value)} />
          <p className="meta"># is a digit, one * a run of letters and digits. E-mail addresses, phone and card numbers and keys are always removed before anything is stored.</p>
        </div>
      </fieldset>
      {save.error ? <ErrorCard message={save.error.message} /> : null}
      {disabled ? null : <div className="row"><Button type="submit" variant="primary" disabled={save.isPending}>Save</Button></div>}
    </form>
  );
}
