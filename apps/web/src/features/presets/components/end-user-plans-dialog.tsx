"use client";
import { useState, type FormEvent } from "react";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard, Field, Skeleton } from "@trunkline/ui";
import { END_USER_PLANS_AT_ONCE_MAX } from "@trunkline/contracts";
import { useRole } from "../../shell/use-role.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { inPortions, readPlans } from "./end-user-plans.ts";

/** As many as a dialog shows at once; whoever is looked for is found by the beginning of their name. */
const SHOWN = 20;

/** What the organization's end users pay for. Rules may ask for it. */
export function EndUserPlansDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { may } = useRole();
  const manages = may("presets.manage");
  return (
    <Dialog title="End users’ plans" open={open} onClose={onClose}>
      <p className="muted">A rule can ask for the plan of the end user that a request names in <code>user</code>. The labels are your own. <code>POST /api/v1/end-users</code> sets them too.</p>
      {manages ? <AddPlans /> : null}
      <KnownPlans manages={manages} />
    </Dialog>
  );
}

function AddPlans() {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [saved, setSaved] = useState<number | null>(null);
  const change = useMutation(trpc.presets.setEndUserPlans.mutationOptions());
  const save = async (): Promise<void> => {
    const read = readPlans(text);
    setSaved(null);
    if ("problem" in read) { setProblem(read.problem); return; }
    setProblem(null);
    for (const endUsers of inPortions(read.endUsers, END_USER_PLANS_AT_ONCE_MAX)) await change.mutateAsync({ ...scope, endUsers });
    setText("");
    setSaved(read.endUsers.length);
    await queryClient.invalidateQueries(trpc.presets.endUserPlans.queryFilter());
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // A failure stays in the mutation's error, shown below.
    save().catch(() => undefined);
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <div className="control"><label htmlFor="end-user-plans">Set plans, one end user a line</label><textarea id="end-user-plans" rows={4} required placeholder={"ann@example.com, gold\nbob, free"} value={text} onChange={(event) => setText(event.target.value)} /></div>
      {problem ? <p role="alert" className="st bad">{problem}</p> : null}
      {change.error ? <ErrorCard message={change.error.message} /> : null}
      <div className="row" style={{ justifyContent: "space-between" }}><span role="status" className="muted">{saved === null ? "" : `Saved: ${saved.toLocaleString("en-US")}.`}</span><Button type="submit" variant="primary" disabled={change.isPending}>Save plans</Button></div>
    </form>
  );
}

function KnownPlans({ manages }: { manages: boolean }) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const [search, setSearch] = useState("");
  const known = useQuery({ ...trpc.presets.endUserPlans.queryOptions({ ...scope, limit: SHOWN, ...(search === "" ? {} : { search }) }), placeholderData: keepPreviousData });
  const remove = useMutation(trpc.presets.setEndUserPlans.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.presets.endUserPlans.queryFilter()) }));
  return (
    <>
      <Field label="Find an end user" value={search} hint="By the beginning of the name." autoComplete="off" onChange={(event) => setSearch(event.target.value)} />
      {known.error ?? remove.error ? <ErrorCard message={(known.error ?? remove.error)?.message ?? ""} /> : null}
      {known.isPending ? <Skeleton height={36} /> : null}
      {known.data?.items.length === 0 ? <p className="muted">{search === "" ? "No end user has a plan yet." : "Nobody by that name has a plan."}</p> : null}
      <ul className="plans" tabIndex={0} aria-label="End users with a plan">
        {known.data?.items.map(({ id, plan }) => (
          <li key={id} className="row"><span className="mono">{id}</span><span className="tag">{plan}</span>
            {manages ? <Button size="sm" variant="ghost" aria-label={`Remove the plan of ${id}`} disabled={remove.isPending} onClick={() => remove.mutate({ ...scope, endUsers: [{ id, plan: null }] })}>Remove</Button> : null}</li>
        ))}
      </ul>
      {known.data?.nextCursor ? <p className="muted">More are kept; type the beginning of a name.</p> : null}
    </>
  );
}
