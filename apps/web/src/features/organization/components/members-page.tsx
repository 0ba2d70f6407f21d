"use client";
import "./organization.css";
import { lazy, useState } from "react";
import { ROLES, type Role } from "@trunkline/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Clock, UserPlus } from "lucide-react";
import { Ago, Button, Card, Deferred, ErrorCard, Skeleton, useToasts, dayOf } from "@trunkline/ui";
import type { MembersView, MemberView } from "../../../server/views.ts";
import { useRole } from "../../shell/use-role.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useUndoable } from "../../shell/use-undoable.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { RoleTable } from "./role-table.tsx";

type Keys = "revoke" | "keep";

const LeavingKeys = lazy(async () => ({ default: (await import("./leaving-keys.tsx")).LeavingKeys }));
const InviteDialog = lazy(async () => ({ default: (await import("./invite-dialog.tsx")).InviteDialog }));

const SKELETON_ROWS = 3;

function useMemberChanges() {
  const trpc = useTRPC();
  const scope = useScope();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries(trpc.organization.members.queryFilter());
  const onError = (error: { message: string }): void => toasts.say(error.message, "err");
  const setRole = useMutation(trpc.organization.setRole.mutationOptions({ onSettled, onError, onSuccess: () => toasts.say("The role is changed; it counts from the next request on.") }));
  const withdraw = useMutation(trpc.organization.withdraw.mutationOptions({ onSettled, onError, onSuccess: () => toasts.say("The invitation's link works no more.") }));
  const remove = useMutation(trpc.organization.removeMember.mutationOptions({ onSettled }));
  const { pending, start } = useUndoable();
  return {
    pending,
    setRole: (userId: string, role: Role) => setRole.mutate({ ...scope, userId, role }),
    withdraw: (email: string) => withdraw.mutate({ ...scope, email }),
    remove: ({ userId, email }: MemberView, keys: Keys) => start({ id: userId, text: `${email} is removed in 10 seconds.`, commit: () => remove.mutateAsync({ ...scope, userId, keys }), leaving: { procedure: "organization.removeMember", input: { ...scope, userId, keys } } }),
  };
}

export function MembersPage() {
  const trpc = useTRPC();
  const members = useQuery(trpc.organization.members.queryOptions(useScope()));
  const { role, may } = useRole();
  const [inviting, setInviting] = useState(false);
  const manages = may("members.manage");
  return (
    <div className="om">
      <div className="head"><h1>Members</h1>{manages ? <Button variant="primary" onClick={() => setInviting(true)}><UserPlus className="ic s" aria-hidden />Invite</Button> : null}</div>
      {role !== null && !manages ? <p className="says">You are {role} here. Members are managed by an owner or admin.</p> : null}
      {members.isPending ? <section className="card" aria-label="Members are loading" aria-busy="true"><div className="body" style={{ display: "grid", gap: 12, paddingTop: 16 }}>{Array.from({ length: SKELETON_ROWS }, (_, row) => <Skeleton key={row} height={36} />)}</div></section> : null}
      {members.isError ? <ErrorCard message={`The members could not be loaded. ${members.error.message}`} onRetry={() => void members.refetch()} /> : null}
      {members.data ? <Lists view={members.data} manages={manages} owner={role === "owner"} /> : null}
      {members.isPending || role === null ? null : <Card title="What a role may do"><RoleTable own={role} /></Card>}
      <Deferred wanted={inviting}><InviteDialog open={inviting} owner={role === "owner"} onClose={() => setInviting(false)} /></Deferred>
    </div>
  );
}

function Lists({ view, manages, owner }: { view: MembersView; manages: boolean; owner: boolean }) {
  const changes = useMemberChanges();
  const [leaving, setLeaving] = useState<MemberView | null>(null);
  const remove = (member: MemberView): void => { if (member.keys > 0) setLeaving(member); else changes.remove(member, "revoke"); };
  return (
    <>
      <section className="card" aria-label="Members">
        <div className="twrap tablecards" tabIndex={0} role="region" aria-label="Members, table">
          <table>
            <thead><tr><th scope="col">Person</th><th scope="col">Role</th><th scope="col" className="r">Keys</th><th scope="col">Joined</th><th scope="col"><span className="sr">Actions</span></th></tr></thead>
            <tbody>{view.members.map((member) => <MemberRow key={member.userId} member={member} changes={changes} onRemove={remove} editable={manages && (owner || member.role !== "owner")} owner={owner} />)}</tbody>
          </table>
        </div>
      </section>
      {view.invitations && view.invitations.length > 0 ? (
        <Card title="Invited" note="a link works for 7 days, and the newest one only">
          <div className="twrap tablecards" tabIndex={0} role="region" aria-label="Invitations, table">
            <table>
              <thead><tr><th scope="col">Address</th><th scope="col">As</th><th scope="col">Ends</th><th scope="col"><span className="sr">Actions</span></th></tr></thead>
              <tbody>{view.invitations.map(({ email, role, expiresAt }) => <tr key={`${email} ${role}`}><th scope="row">{email}</th><td><span className="tag">{role}</span></td><td>{dayOf(expiresAt)}</td><td className="r"><Button size="sm" variant="ghost" aria-label={`Withdraw the invitation of ${email}`} onClick={() => changes.withdraw(email)}>Withdraw</Button></td></tr>)}</tbody>
            </table>
          </div>
        </Card>
      ) : null}
      <Deferred wanted={leaving !== null}><LeavingKeys member={leaving} onClose={() => setLeaving(null)} onChosen={changes.remove} /></Deferred>
    </>
  );
}

interface RowProps { readonly member: MemberView; readonly changes: ReturnType<typeof useMemberChanges>; readonly onRemove: (member: MemberView) => void; readonly editable: boolean; readonly owner: boolean }

function MemberRow({ member, changes, onRemove, editable, owner }: RowProps) {
  const { userId, email, name, role, joinedAt, self, keys } = member;
  return (
    <tr>
      <th scope="row"><span className="nm">{name ?? email}{self ? <span className="tag">you</span> : null}</span>{name ? <span className="two">{email}</span> : null}</th>
      <td>{editable ? <select className="select" aria-label={`Role of ${email}`} value={role} onChange={(event) => changes.setRole(userId, event.target.value as Role)}>{ROLES.filter((one) => owner || one !== "owner").map((one) => <option key={one} value={one}>{one}</option>)}</select> : <span className="tag">{role}</span>}</td>
      <td className="r" data-l="Keys">{keys}</td>
      <td data-l="Joined"><Ago at={joinedAt} /></td>
      <td className="r">{changes.pending.has(userId) ? <span className="st warn"><Clock className="ic" aria-hidden />Removing</span> : editable ? <Button size="sm" variant="ghost" aria-label={`Remove ${email}`} onClick={() => onRemove(member)}>Remove</Button> : null}</td>
    </tr>
  );
}
