"use client";
import { useState, type FormEvent } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Button, ErrorCard, Field, useToasts } from "@trunkline/ui";
import { postProfile, type Refusal } from "./post-profile.ts";

/** `email` stands in the form for password managers only. */
export function PasswordForm({ email }: { email: string }) {
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const { refusal: refused } = await postProfile("change-password", { current, password });
    setRefusal(refused);
    setBusy(false);
    if (refused) return;
    setCurrent("");
    setPassword("");
    toasts.say("Your password is changed; every other session is signed out.");
    await queryClient.invalidateQueries();
  };
  const errorOf = (field: string): string | undefined => (refusal?.field === field ? refusal.message : undefined);
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <input className="sr" type="email" autoComplete="username" readOnly tabIndex={-1} aria-hidden value={email} />
      {refusal?.field === null ? <ErrorCard message={refusal.message} /> : null}
      <Field label="Password in use" type="password" required autoComplete="current-password" error={errorOf("current")} value={current} onChange={(event) => setCurrent(event.target.value)} />
      <Field label="New password" type="password" required autoComplete="new-password" error={errorOf("password")} value={password} onChange={(event) => setPassword(event.target.value)} />
      <div className="row"><Button type="submit" variant="primary" disabled={busy}>Change password</Button></div>
    </form>
  );
}
