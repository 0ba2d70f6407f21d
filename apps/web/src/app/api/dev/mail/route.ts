import { isMailboxOpen, readMailbox } from "../../../../server/mail.ts";
import { problem } from "../../../../server/problem.ts";

export const dynamic = "force-dynamic";

/** The development mailbox; 404 wherever mail is real. */
export function GET(): Response {
  return isMailboxOpen() ? Response.json({ messages: readMailbox() }) : problem({ status: 404, title: "Not found" });
}
