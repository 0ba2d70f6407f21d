"use client";
import Link from "next/link";
import { useState } from "react";
import { AccountForm, type AccountField } from "./account-form.tsx";
import { PasskeyButton } from "./passkey-button.tsx";
import { postAccount, projectPath, type Refusal } from "./post-account.ts";

const FIELDS: readonly AccountField[] = [
  { name: "email", label: "Email", type: "email", autoComplete: "email" },
  { name: "password", label: "Password", type: "password", autoComplete: "current-password" },
];

const CODE: AccountField = { name: "code", label: "Authenticator code", type: "text", autoComplete: "one-time-code" };

/** The code is asked for once the password was right, and only of whom it is asked. */
export function SignIn({ passkeys }: { passkeys: boolean }) {
  const [asked, setAsked] = useState(false);
  const signIn = async (values: Record<string, string>): Promise<Refusal | null> => {
    const { data, refusal } = await postAccount("sign-in", values);
    if (data) window.location.assign(projectPath(data));
    if (refusal?.field === "code") setAsked(true);
    return refusal;
  };
  return (
    <>
      <AccountForm fields={asked ? [...FIELDS, CODE] : FIELDS} submitLabel="Sign in" onSubmit={signIn} />
      {passkeys ? <PasskeyButton /> : null}
      <p className="aside"><Link className="link" href="/sign-in/link">E-mail me a link</Link> · <Link className="link" href="/forgot-password">Forgot your password?</Link></p>
      <p className="aside">New here? <Link className="link" href="/signup">Create an account</Link></p>
    </>
  );
}
