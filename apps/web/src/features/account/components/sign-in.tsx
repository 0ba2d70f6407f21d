"use client";
import Link from "next/link";
import { AccountForm, type AccountField } from "./account-form.tsx";
import { postAccount, projectPath, type Refusal } from "./post-account.ts";

const FIELDS: readonly AccountField[] = [
  { name: "email", label: "Email", type: "email", autoComplete: "email" },
  { name: "password", label: "Password", type: "password", autoComplete: "current-password" },
];

async function signIn(values: Record<string, string>): Promise<Refusal | null> {
  const { data, refusal } = await postAccount("sign-in", values);
  if (data) window.location.assign(projectPath(data));
  return refusal;
}

export function SignIn() {
  return (
    <>
      <AccountForm fields={FIELDS} submitLabel="Sign in" onSubmit={signIn} />
      <p className="aside"><Link className="link" href="/forgot-password">Forgot your password?</Link></p>
      <p className="aside">New here? <Link className="link" href="/signup">Create an account</Link></p>
    </>
  );
}
