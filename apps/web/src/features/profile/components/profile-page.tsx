"use client";
import "./profile.css";
import { useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ago, Button, Card, ErrorCard, Field, Skeleton, useToasts, dayOf } from "@trunkline/ui";
import type { ProfileView, SessionView } from "../../../server/views.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { Passkeys } from "./passkeys.tsx";
import { PasswordForm } from "./password-form.tsx";
import { SecondFactor } from "./second-factor.tsx";
import { browserName } from "./user-agent.ts";

const NAME_LENGTH_MAX = 80;
/** Of all cards together, about: they come at once, so that none moves another. */
const CARDS_HEIGHT = 760;

/** A person's own account: name, password, and where they are signed in. `passkeysOffered` is false where browsers make none for this installation's address. */
export function ProfilePage({ passkeysOffered }: { passkeysOffered: boolean }) {
  const trpc = useTRPC();
  const profile = useQuery(trpc.profile.get.queryOptions());
  return (
    <div className="prof">
      <div className="head"><h1>Account</h1></div>
      {profile.isError ? <ErrorCard message={`Your account could not be loaded. ${profile.error.message}`} onRetry={() => void profile.refetch()} /> : null}
      {profile.data ? <Parts profile={profile.data} passkeysOffered={passkeysOffered} /> : profile.isPending ? <Skeleton height={CARDS_HEIGHT} /> : null}
    </div>
  );
}

function Parts({ profile, passkeysOffered }: { profile: ProfileView; passkeysOffered: boolean }) {
  return (
    <>
      <Card title="Profile"><div className="body"><NameForm key={profile.email} profile={profile} /></div></Card>
      <Card title="Password"><div className="body">{profile.hasPassword ? <PasswordForm email={profile.email} /> : <p className="muted">You sign in through another service. To sign in by password too, ask for a link on the <a className="link" href="/forgot-password">password page</a>.</p>}</div></Card>
      {profile.hasPassword ? <Card title="Second factor" note="an authenticator app"><div className="body"><SecondFactor factor={profile.secondFactor} /></div></Card> : null}
      <Card title="Passkeys" note="sign in without a password"><Passkeys profile={profile} offered={passkeysOffered} /></Card>
      <Card title="Sessions" note="where you are signed in"><Sessions sessions={profile.sessions} /></Card>
    </>
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
          <span className="grow"><b title={session.userAgent ?? undefined}>{browserName(session.userAgent)}</b>{session.current ? <span className="tag ok">this one</span> : null}<span className="meta">signed in <Ago at={session.startedAt} />{session.address && session.address !== "direct" ? ` from ${session.address}` : ""}, ends {dayOf(session.endsAt)}</span></span>
          {session.current ? null : <Button size="sm" aria-label={`Sign out ${browserName(session.userAgent)}`} disabled={end.isPending} onClick={() => end.mutate({ id: session.id })}>Sign out</Button>}
        </li>
      ))}
    </ul>
  );
}
