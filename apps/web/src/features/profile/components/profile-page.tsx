"use client";
import "./profile.css";
import { useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ago, Button, Card, ErrorCard, Field, Skeleton, useToasts } from "@trunkline/ui";
import type { ProfileView, SessionView } from "../../../server/views.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { PasswordForm } from "./password-form.tsx";
import { SecondFactor } from "./second-factor.tsx";
import { browserName } from "./user-agent.ts";

const NAME_LENGTH_MAX = 80;

/** A person's own account: name, password, and where they are signed in. */
export function ProfilePage() {
  const trpc = useTRPC();
  const profile = useQuery(trpc.profile.get.queryOptions());
  return (
    <div className="prof">
      <div className="head"><h1>Account</h1></div>
      {profile.isError ? <ErrorCard message={`Your account could not be loaded. ${profile.error.message}`} onRetry={() => void profile.refetch()} /> : null}
      <Card title="Profile"><div className="body">{profile.data ? <NameForm key={profile.data.email} profile={profile.data} /> : <Skeleton height={140} />}</div></Card>
      <Card title="Password"><div className="body">{profile.data ? profile.data.hasPassword ? <PasswordForm email={profile.data.email} /> : <p className="muted">You sign in through another service. To sign in by password too, ask for a link on the <a className="link" href="/forgot-password">password page</a>.</p> : <Skeleton height={140} />}</div></Card>
      {profile.data?.hasPassword === false ? null : <Card title="Second factor" note="an authenticator app"><div className="body">{profile.data ? <SecondFactor factor={profile.data.secondFactor} /> : <Skeleton height={72} />}</div></Card>}
      <Card title="Sessions" note="where you are signed in">{profile.data ? <Sessions sessions={profile.data.sessions} /> : <div className="body"><Skeleton height={72} /></div>}</Card>
    </div>
  );
}

function NameForm({ profile }: { profile: ProfileView }) {
  const trpc = useTRPC();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const [name, setName] = useState(profile.name ?? "");
  const rename = useMutation(trpc.profile.rename.mutationOptions({ onSuccess: async () => { toasts.say("Saved."); await Promise.all([queryClient.invalidateQueries(trpc.profile.get.queryFilter()), queryClient.invalidateQueries(trpc.viewer.me.queryFilter())]); } }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    rename.mutate({ name: name.trim() });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Field label="E-mail address" value={profile.email} readOnly hint={profile.emailVerified ? "Confirmed" : "Not confirmed yet: open the link in the mail that we sent."} />
      <Field label="Name" maxLength={NAME_LENGTH_MAX} autoComplete="name" value={name} onChange={(event) => setName(event.target.value)} />
      {rename.error ? <ErrorCard message={rename.error.message} /> : null}
      <div className="row"><Button type="submit" variant="primary" disabled={rename.isPending}>Save</Button></div>
    </form>
  );
}

function Sessions({ sessions }: { sessions: readonly SessionView[] }) {
  const trpc = useTRPC();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const end = useMutation(trpc.profile.endSession.mutationOptions({
    onSuccess: () => toasts.say("That session is signed out."), onError: (error) => toasts.say(error.message, "err"), onSettled: () => queryClient.invalidateQueries(trpc.profile.get.queryFilter()),
  }));
  return (
    <ul className="sessions">
      {sessions.map((session) => (
        <li key={session.id}>
          <span className="grow"><b title={session.userAgent ?? undefined}>{browserName(session.userAgent)}</b>{session.current ? <span className="tag ok">this one</span> : null}<span className="meta">signed in <Ago at={session.startedAt} />{session.address && session.address !== "direct" ? ` from ${session.address}` : ""}, ends {session.endsAt.slice(0, 10)}</span></span>
          {session.current ? null : <Button size="sm" aria-label={`Sign out ${browserName(session.userAgent)}`} disabled={end.isPending} onClick={() => end.mutate({ id: session.id })}>Sign out</Button>}
        </li>
      ))}
    </ul>
  );
}
