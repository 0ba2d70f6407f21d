"use client";
import { useState, type FormEvent } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Ago, Button, CopyButton, ErrorCard, Field, useToasts } from "@trunkline/ui";
import type { ProfileView } from "../../../server/views.ts";
import { postProfile, type Refusal } from "./post-profile.ts";

interface Enrolment { readonly secret: string; readonly uri: string; readonly svg: string }
const CODE_CHARS_MAX = 32;

/** One field and a button; `send` gives what was wrong, or null. */
function AskOne({ field, label, type, submitLabel, hint, send }: { field: string; label: string; type: "password" | "text"; submitLabel: string; hint?: string; send: (value: string) => Promise<Refusal | null> }) {
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setRefusal(await send(value));
    setBusy(false);
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      {refusal && refusal.field !== field ? <ErrorCard message={refusal.message} /> : null}
      <Field label={label} type={type} required maxLength={type === "text" ? CODE_CHARS_MAX : undefined} autoComplete={type === "password" ? "current-password" : "one-time-code"} value={value} onChange={(event) => setValue(event.target.value)} error={refusal?.field === field ? refusal.message : undefined} {...(hint ? { hint } : {})} />
      <div className="row"><Button type="submit" variant="primary" disabled={busy}>{submitLabel}</Button></div>
    </form>
  );
}

/** Off, being set up, just turned on with its recovery codes on show, or on. */
export function SecondFactor({ factor }: { factor: ProfileView["secondFactor"] }) {
  const queryClient = useQueryClient();
  const toasts = useToasts();
  const [step, setStep] = useState<"rest" | "password" | "remove">("rest");
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const begin = async (password: string): Promise<Refusal | null> => {
    const { data, refusal } = await postProfile<Enrolment>("second-factor/begin", { password });
    if (data) setEnrolment(data);
    return refusal;
  };
  const confirm = async (code: string): Promise<Refusal | null> => {
    const { data, refusal } = await postProfile<{ recoveryCodes: string[] }>("second-factor/confirm", { code });
    if (data) { setCodes(data.recoveryCodes); setEnrolment(null); setStep("rest"); }
    return refusal;
  };
  const remove = async (code: string): Promise<Refusal | null> => {
    const { refusal } = await postProfile("second-factor/remove", { code });
    if (refusal) return refusal;
    setStep("rest");
    toasts.say("Your password alone opens the account again.");
    await queryClient.invalidateQueries();
    return null;
  };
  if (codes) return <RecoveryCodes codes={codes} onKept={() => { setCodes(null); void queryClient.invalidateQueries(); }} />;
  if (enrolment) return <Enrol enrolment={enrolment} onConfirm={confirm} />;
  if (step === "password") return <AskOne field="password" label="Your password" type="password" submitLabel="Go on" send={begin} />;
  if (step === "remove") return <AskOne field="code" label="Code" type="text" submitLabel="Turn off" hint="Six digits of the app, or a recovery code." send={remove} />;
  if (!factor) return <div className="stack"><p className="muted">With it, signing in by password also asks for six digits of an app on your phone. Sign-in through another service is not asked.</p><div className="row"><Button variant="primary" onClick={() => setStep("password")}>Turn on</Button></div></div>;
  return <div className="stack"><p><span className="tag ok">on</span> since <Ago at={factor.since} />, {factor.recoveryLeft} recovery {factor.recoveryLeft === 1 ? "code" : "codes"} left.</p><div className="row"><Button onClick={() => setStep("remove")}>Turn off…</Button></div></div>;
}

function Enrol({ enrolment, onConfirm }: { enrolment: Enrolment; onConfirm: (code: string) => Promise<Refusal | null> }) {
  return (
    <div className="enrol">
      <img className="qr" alt="QR code with the secret; the same secret stands beside it as text" width={176} height={176} src={`data:image/svg+xml,${encodeURIComponent(enrolment.svg)}`} />
      <div className="stack">
        <p>Scan it with an authenticator app, or type the secret there:</p>
        <p className="row"><code className="secret">{enrolment.secret}</code><CopyButton text={enrolment.secret} /></p>
        <AskOne field="code" label="Code that the app shows" type="text" submitLabel="Turn on" send={onConfirm} />
      </div>
    </div>
  );
}

function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  return (
    <div className="stack">
      <p><b>Keep these recovery codes.</b> Each opens the account once when the phone is away. They are not shown again.</p>
      <ul className="recovery mono">{codes.map((code) => <li key={code}>{code}</li>)}</ul>
      <div className="row"><CopyButton text={codes.join("\n")} label="Copy all" /><Button variant="primary" onClick={onKept}>I have kept them</Button></div>
    </div>
  );
}
