import type { Metadata } from "next";
import { AccountFrame } from "../../features/account/components/account-frame.tsx";
import { ForgotPassword } from "../../features/account/components/forgot-password.tsx";
import { isMailboxOpen } from "../../server/mail.ts";

export const metadata: Metadata = { title: "Forgot your password" };
export const dynamic = "force-dynamic";

export default function Page() {
  return <AccountFrame title="Forgot your password?" lead="Tell us your address, and we mail you a link."><ForgotPassword mailbox={isMailboxOpen()} /></AccountFrame>;
}
