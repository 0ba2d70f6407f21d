"use client";
import { useId, useState, type FormEvent } from "react";
import { ROLES, type Role } from "@trunkline/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard, Field, useToasts } from "@trunkline/ui";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

export function InviteDialog({ open, owner, onClose }: { open: boolean; owner: boolean; onClose: () => void }) {
  return <Dialog title="Invite a member" open={open} onClose={onClose}><InviteForm owner={owner} onDone={onClose} /></Dialog>;
}

function InviteForm({ owner, onDone }: { owner: boolean; onDone: () => void }) {
  const trpc = useTRPC();
  const scope = useScope();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const id = useId();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("developer");
  const invite = useMutation(trpc.organization.invite.mutationOptions({
    onSuccess: async () => {
      toasts.say(`${email} has mail: the link works for 7 days.`);
      await queryClient.invalidateQueries(trpc.organization.members.queryFilter());
      onDone();
    },
  }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    invite.mutate({ ...scope, email, role });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <Field label="E-mail address" type="email" required autoComplete="off" value={email} onChange={(event) => setEmail(event.target.value)} />
      <div className="control"><label htmlFor={id}>Role</label><select id={id} value={role} onChange={(event) => setRole(event.target.value as Role)}>{ROLES.filter((one) => owner || one !== "owner").map((one) => <option key={one} value={one}>{one}</option>)}</select></div>
      {invite.error ? <ErrorCard message={invite.error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={invite.isPending}>Send invitation</Button></div>
    </form>
  );
}
