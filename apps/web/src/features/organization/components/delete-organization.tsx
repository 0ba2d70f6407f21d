"use client";
import { useState, type FormEvent } from "react";
import { useMutation } from "@tanstack/react-query";
import { Button, Card, Dialog, ErrorCard, Field } from "@trunkline/ui";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

/** The one act that asks for its name to be typed: it cannot be taken back. */
export function DeleteOrganization({ slug }: { slug: string }) {
  const [asking, setAsking] = useState(false);
  return (
    <Card title="Delete the organization" className="dangerous">
      <div className="body stack">
        <p>Keys stop at once; members, provider keys, presets, budgets and the request log are deleted. The ledger and invoices are kept, as books must be. This cannot be taken back.</p>
        <p><Button onClick={() => setAsking(true)}>Delete organization…</Button></p>
      </div>
      <Dialog title={`Delete ${slug}?`} open={asking} onClose={() => setAsking(false)}><DeleteForm slug={slug} /></Dialog>
    </Card>
  );
}

function DeleteForm({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const scope = useScope();
  const [typed, setTyped] = useState("");
  const remove = useMutation(trpc.organization.remove.mutationOptions({ onSuccess: () => window.location.assign("/sign-in") }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    remove.mutate({ ...scope, confirm: typed });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <Field label={`Type ${slug} to confirm`} required autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
      {remove.error ? <ErrorCard message={remove.error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={typed !== slug || remove.isPending}>Delete for good</Button></div>
    </form>
  );
}
