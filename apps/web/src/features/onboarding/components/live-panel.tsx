"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleX, Play } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Button, ErrorCard, Skeleton } from "@trunkline/ui";
import type { RequestListItem } from "../../../server/views.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { FirstRequest } from "./first-request.tsx";
import { answerText, refusalText } from "./trial-answer.ts";

export const isFailure = (request: RequestListItem): boolean => request.status === "failed" || request.status === "partial";

/** The project's first request, or after a failed one the newest. The shell's stream asks again the moment one is stored. */
export function useFirstRequest() {
  const trpc = useTRPC();
  const scope = useScope();
  const state = useQuery(trpc.onboarding.state.queryOptions(scope));
  const first = state.data?.firstRequest ?? null;
  const newest = useQuery({ ...trpc.requests.list.queryOptions({ ...scope, mode: "test", limit: 1 }), enabled: first !== null && isFailure(first) });
  return { state, request: first && isFailure(first) ? newest.data?.items[0] ?? first : first };
}

type Trial = ReturnType<typeof useTrial>;
function useTrial() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return useMutation(trpc.onboarding.runForMe.mutationOptions({
    onSuccess: () => Promise.all([queryClient.invalidateQueries(trpc.onboarding.state.queryFilter()), queryClient.invalidateQueries(trpc.usage.overview.queryFilter())]),
  }));
}

export function LivePanel({ secret, first }: { secret: string | null; first: ReturnType<typeof useFirstRequest> }) {
  const scope = useScope();
  const path = useProjectPath();
  const trial = useTrial();
  const { state, request } = first;
  const run = (): void => { if (secret) trial.mutate({ ...scope, secret }); };
  const received = request !== null && !isFailure(request);
  // The record of a failed request already says what the refusal would repeat.
  const told = request !== null && !received && request.httpStatus === trial.data?.status;
  return (
    <section className={`panel ${request ? "" : "wait"}`} aria-live="polite" aria-label="Live requests">
      <header><span className={received ? "dot" : "dot hollow"} aria-hidden />{received ? "Live" : "Waiting"}<span className="meta">{received ? "recorded by the gateway" : "nothing to refresh"}</span></header>
      <div className="in">
        {state.isPending ? <Skeleton height={180} /> : null}
        {state.isError && !state.data ? <ErrorCard message="The live view did not load." onRetry={() => void state.refetch()} /> : null}
        {state.data && !request ? <Waiting answered={trial.data !== undefined && trial.data.status < 400} button={<RunButton label="Run it for me" trial={trial} secret={secret} onRun={run} />} /> : null}
        {request ? <FirstRequest request={request} answer={trial.data ? answerText(trial.data.body) : null} /> : null}
      </div>
      {told ? null : <Refused trial={trial} />}
      {request ? <div className="foot"><Link className="link" href={`${path("/logs")}?mode=test`}>Open in logs</Link><span className="grow" /><RunButton label={received ? "Run again" : "Run it for me"} trial={trial} secret={secret} onRun={run} /></div> : null}
    </section>
  );
}

function RunButton({ label, trial, secret, onRun }: { label: string; trial: Trial; secret: string | null; onRun: () => void }) {
  return <Button disabled={secret === null || trial.isPending} aria-busy={trial.isPending} onClick={onRun}><Play className="ic s" aria-hidden />{label}</Button>;
}

function Refused({ trial }: { trial: Trial }) {
  const refused = trial.data && trial.data.status >= 400 ? trial.data : null;
  if (!refused && !trial.isError) return null;
  return (
    <output className="fix">
      <CircleX className="ic" aria-hidden />
      <span>{refused ? <><span className="num strong">{refused.status}</span> {refusalText(refused)}</> : trial.error?.message}</span>
    </output>
  );
}

function Waiting({ answered, button }: { answered: boolean; button: ReactNode }) {
  return (
    <>
      <svg width="260" height="48" viewBox="0 0 260 48" fill="none" aria-hidden><path d="M20 24h90" stroke="var(--border-strong)" strokeWidth="2" strokeDasharray="2 6" strokeLinecap="round" /><path d="M150 24h90" stroke="var(--border)" strokeWidth="2" strokeDasharray="2 6" strokeLinecap="round" /><circle cx="14" cy="24" r="6" stroke="var(--border-strong)" strokeWidth="2" /><circle cx="246" cy="24" r="6" stroke="var(--border)" strokeWidth="2" /><circle className="runner" cx="30" cy="24" r="4" fill="var(--accent)" /><g transform="translate(113 7)"><rect width="34" height="34" rx="8" fill="var(--surface)" stroke="var(--border)" /><g transform="translate(8 8)" stroke="var(--accent)" strokeWidth="2" strokeLinecap="round"><path d="M1.5 9h6M7.5 9c4 0 3-5.5 7-5.5M7.5 9H15M7.5 9c4 0 3 5.5 7 5.5" /></g></g></svg>
      <h2>Waiting for your first request…</h2>
      <p>{answered ? "The gateway has answered; its record is on the way." : "It appears here the moment the gateway has recorded it."}</p>
      {button}
    </>
  );
}
