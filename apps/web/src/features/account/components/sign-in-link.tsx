"use client";
import { MailCheck } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { AccountForm, type AccountField } from "./account-form.tsx";
import { postAccount, projectPath, type Refusal } from "./post-account.ts";

const EMAIL: AccountField = { name: "email", label: "Email", type: "email", autoComplete: "email" };
const CODE: AccountField = { name: "code", label: "Authenticator code", type: "text", autoComplete: "one-time-code" };

/** Asks for a link. */
export function AskForLink({ mailbox }: { mailbox: boolean }) {
  const [sent, setSent] = useState(false);
  const ask = async (values: Record<string, string>): Promise<Refusal | null> => {
    const { data, refusal } = await postAccount("request-link", values);
    if (data) setSent(true);
    return refusal;
  };
  return (
    <>
      {sent
        ? <output className="done"><MailCheck className="ic" aria-hidden /><span>If that address has an account, a link is on its way. It works once, for 15 minutes.{mailbox ? <> This installation keeps its mail in the <Link className="link" href="/dev/mail">development mailbox</Link>.</> : null}</span></output>
        : <AccountForm fields={[EMAIL]} submitLabel="Send the link" onSubmit={ask} />}
      <p className="aside"><Link className="link" href="/sign-in">Back to sign in</Link></p>
    </>
  );
}

/** What the link opens: signing in takes a press, because mail programs open links by themselves. */
export function UseLink({ token }: { token: string }) {
  const [asked, setAsked] = useState(false);
  const signIn = async (values: Record<string, string>): Promise<Refusal | null> => {
    const { data, refusal } = await postAccount("sign-in-link", { token, ...values });
    if (data) window.location.assign(projectPath(data));
    if (refusal?.field === "code") setAsked(true);
    return refusal;
  };
  return (
    <>
      <AccountForm fields={asked ? [CODE] : []} submitLabel="Sign in" onSubmit={signIn} />
      <p className="aside"><Link className="link" href="/sign-in/link">Ask for a new link</Link></p>
    </>
  );
}
