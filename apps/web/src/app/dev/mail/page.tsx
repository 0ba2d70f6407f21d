import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Mailbox } from "../../../features/account/components/mailbox.tsx";
import { isMailboxOpen } from "../../../server/mail.ts";

export const metadata: Metadata = { title: "Development mailbox" };
export const dynamic = "force-dynamic";

export default function Page() {
  if (!isMailboxOpen()) notFound();
  return <Mailbox />;
}
