"use client";
import { MailCheck } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { AccountForm, type AccountField } from "./account-form.tsx";
import { postAccount, type Refusal } from "./post-account.ts";

const FIELDS: readonly AccountField[] = [{ name: "email", label: "Email", type: "email", autoComplete: "email" }];

export function ForgotPassword({ mailbox }: { mailbox: boolean }) {
  const [sent, setSent] = useState(false);
  const ask = async (values: Record<string, string>): Promise<Refusal | null> => {
    const { data, refusal } = await postAccount("request-reset", values);
    if (data) setSent(true);
    return refusal;
  };
  return (
    <>
      {sent
        ? <output className="done"><MailCheck className="ic" aria-hidden /><span>If that address has an account, a link is on its way. It works once, for an hour.{mailbox ? <> This installation keeps its mail in the <Link className="link" href="/dev/mail">development mailbox</Link>.</> : null}</span></output>
        : <AccountForm fields={FIELDS} submitLabel="Send the link" onSubmit={ask} />}
      <p className="aside"><Link className="link" href="/sign-in">Back to sign in</Link></p>
    </>
  );
}
