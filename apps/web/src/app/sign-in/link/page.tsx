import type { Metadata } from "next";
import { AccountFrame } from "../../../features/account/components/account-frame.tsx";
import { AskForLink, UseLink } from "../../../features/account/components/sign-in-link.tsx";
import { tokenInput } from "../../../server/account-schema.ts";
import { isMailboxOpen } from "../../../server/mail.ts";

export const metadata: Metadata = { title: "Sign in by a link", referrer: "no-referrer" };
export const dynamic = "force-dynamic";

/** With a token it is what the mail's link opens. */
export default async function Page({ searchParams }: { searchParams: Promise<{ token?: string }> }) {
  const token = tokenInput.safeParse((await searchParams).token);
  if (token.success) return <AccountFrame title="Sign in" lead="One press, and you are in."><UseLink token={token.data} /></AccountFrame>;
  return <AccountFrame title="Sign in by a link" lead="Tell us your address, and we mail you a link that signs you in."><AskForLink mailbox={isMailboxOpen()} /></AccountFrame>;
}
