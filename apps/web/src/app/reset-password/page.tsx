import type { Metadata } from "next";
import { AccountFrame } from "../../features/account/components/account-frame.tsx";
import { ResetPassword } from "../../features/account/components/reset-password.tsx";
import { PASSWORD_LENGTH_MIN } from "../../server/password.ts";

/** The address carries a secret: it must not travel on as a referrer. */
export const metadata: Metadata = { title: "Choose a new password", referrer: "no-referrer" };

export default async function Page({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token } = await searchParams;
  return (
    <AccountFrame title="Choose a new password" lead="It ends every other session of your account.">
      <ResetPassword token={typeof token === "string" ? token : ""} passwordLengthMin={PASSWORD_LENGTH_MIN} />
    </AccountFrame>
  );
}
