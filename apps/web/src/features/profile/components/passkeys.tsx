"use client";
import { useState, type FormEvent } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ago, Button, ErrorCard, Field, useToasts } from "@trunkline/ui";
import type { PasskeyView, ProfileView } from "../../../server/views.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { postProfile, type Refusal } from "./post-profile.ts";
import { browserName } from "./user-agent.ts";

const NAME_LENGTH_MAX = 60;
const NOT_MADE: Refusal = { field: null, message: "No passkey was made: the browser was stopped, or this device has one for your account already." };

/** Gives what went wrong, or null. The library comes with the press. */
async function addPasskey(password: string, name: string): Promise<Refusal | null> {
  const { startRegistration } = await import("@simplewebauthn/browser");
  const begun = await postProfile<Parameters<typeof startRegistration>[0]["optionsJSON"]>("passkeys/begin", { password });
  if (begun.refusal) return begun.refusal;
  const response = await startRegistration({ optionsJSON: begun.data }).catch(() => null);
  if (response === null) return NOT_MADE;
  return (await postProfile("passkeys/confirm", { name, response })).refusal;
}

/** The passkeys that open the account, and one more. */
export function Passkeys({ profile, offered }: { profile: ProfileView; offered: boolean }) {
  const [adding, setAdding] = useState(false);
  if (!offered) return <p className="muted pad">Browsers make passkeys only for an address with a name and TLS. This installation's has not both.</p>;
  return (
    <>
      {profile.passkeys.length > 0 ? <ul className="sessions">{profile.passkeys.map((passkey) => <Row key={passkey.id} passkey={passkey} />)}</ul> : null}
      <div className="pad">
        {adding
          ? <AddForm asksPassword={profile.hasPassword} onEnd={() => setAdding(false)} />
          : <div className="stack"><p className="muted">A passkey signs you in by the face, finger or PIN of your device, without password or code. It works on this site alone, so nobody can trick you out of it.</p><div className="row"><Button onClick={() => setAdding(true)}>Add a passkey</Button></div></div>}
      </div>
    </>
  );
}

function Row({ passkey }: { passkey: PasskeyView }) {
  const trpc = useTRPC();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const remove = useMutation(trpc.profile.removePasskey.mutationOptions({
    onSuccess: () => toasts.say(`${passkey.name} opens your account no more.`), onError: (error) => toasts.say(error.message, "err"), onSettled: () => queryClient.invalidateQueries(trpc.profile.get.queryFilter()),
  }));
  return (
    <li>
      <span className="grow"><b>{passkey.name}</b><span className="meta">added <Ago at={passkey.createdAt} />{passkey.lastUsedAt ? <>, last used <Ago at={passkey.lastUsedAt} /></> : ", not used yet"}</span></span>
      <Button size="sm" aria-label={`Remove ${passkey.name}`} disabled={remove.isPending} onClick={() => remove.mutate({ id: passkey.id })}>Remove</Button>
    </li>
  );
}

function AddForm({ asksPassword, onEnd }: { asksPassword: boolean; onEnd: () => void }) {
  const trpc = useTRPC();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const [name, setName] = useState(() => browserName(navigator.userAgent).slice(0, NAME_LENGTH_MAX));
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const refused = await addPasskey(password, name);
    setRefusal(refused);
    setBusy(false);
    if (refused) return;
    toasts.say(`${name} opens your account now.`);
    await queryClient.invalidateQueries(trpc.profile.get.queryFilter());
    onEnd();
  };
  const errorOf = (field: string): string | undefined => (refusal?.field === field ? refusal.message : undefined);
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      {refusal && refusal.field !== "name" && refusal.field !== "password" ? <ErrorCard message={refusal.message} /> : null}
      <Field label="Passkey's name" required maxLength={NAME_LENGTH_MAX} value={name} onChange={(event) => setName(event.target.value)} error={errorOf("name")} hint="To tell it from others, where it is kept." />
      {asksPassword ? <Field label="Your password" type="password" required autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} error={errorOf("password")} /> : null}
      <div className="row"><Button type="submit" variant="primary" disabled={busy} aria-busy={busy}>Make the passkey</Button><Button onClick={onEnd}>Cancel</Button></div>
    </form>
  );
}
