"use client";
import Link from "next/link";
import { AccountForm, type AccountField } from "./account-form.tsx";
import { postAccount, projectPath, type Refusal } from "./post-account.ts";

async function signUp(values: Record<string, string>): Promise<Refusal | null> {
  const { data, refusal } = await postAccount("sign-up", values);
  if (data) window.location.assign(projectPath(data, "/onboarding"));
  return refusal;
}

export function SignUp({ passwordLengthMin }: { passwordLengthMin: number }) {
  const fields: AccountField[] = [
    { name: "email", label: "Email", type: "email", autoComplete: "email" },
    { name: "password", label: "Password", type: "password", autoComplete: "new-password", hint: `At least ${passwordLengthMin} characters.` },
  ];
  return (
    <>
      <AccountForm fields={fields} submitLabel="Create account" onSubmit={signUp} />
      <p className="aside">Have an account? <Link className="link" href="/sign-in">Sign in</Link></p>
    </>
  );
}
