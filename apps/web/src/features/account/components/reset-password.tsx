"use client";
import Link from "next/link";
import { ErrorCard } from "@trunkline/ui";
import { AccountForm, type AccountField } from "./account-form.tsx";
import { postAccount, type Refusal } from "./post-account.ts";

const BROKEN_LINK: Refusal = { field: null, message: "The link is incomplete. Open it again from the mail, or ask for a new one." };

export function ResetPassword({ token, passwordLengthMin }: { token: string; passwordLengthMin: number }) {
  const fields: AccountField[] = [{ name: "password", label: "New password", type: "password", autoComplete: "new-password", hint: `At least ${passwordLengthMin} characters.` }];
  const reset = async (values: Record<string, string>): Promise<Refusal | null> => {
    const { data, refusal } = await postAccount("reset", { ...values, token });
    if (data) window.location.assign("/sign-in?reset=1");
    return refusal?.field === "token" ? BROKEN_LINK : refusal;
  };
  return (
    <>
      {token === "" ? <ErrorCard message={BROKEN_LINK.message} /> : <AccountForm fields={fields} submitLabel="Set password" onSubmit={reset} />}
      <p className="aside"><Link className="link" href="/forgot-password">Ask for a new link</Link></p>
    </>
  );
}
