"use client";
import { useQuery } from "@tanstack/react-query";
import { Ago, Card, EmptyState, ErrorCard, Skeleton } from "@trunkline/ui";
import "./account.css";

interface Message { id: string; to: string; subject: string; text: string; links: string[]; sentAt: string }

/** A mail is expected within seconds of the form that causes it. */
const REFRESH_MS = 2_000;

async function readMessages(): Promise<Message[]> {
  const answer = await fetch("/api/dev/mail");
  if (!answer.ok) throw new Error("The mailbox did not answer.");
  return ((await answer.json()) as { messages: Message[] }).messages;
}

export function Mailbox() {
  const mail = useQuery({ queryKey: ["development-mail"], queryFn: readMessages, refetchInterval: REFRESH_MS });
  return (
    <main className="mailbox" id="main">
      <div className="head"><h1>Development mailbox<span className="sub">Mail that this installation would have sent. Newest first.</span></h1></div>
      {mail.isPending ? <Skeleton height={160} /> : null}
      {mail.isError ? <ErrorCard message={mail.error.message} onRetry={() => void mail.refetch()} /> : null}
      {mail.data?.length === 0 ? <Card title="Messages"><EmptyState text="No mail yet. Sign up or ask for a password link, and it appears here." /></Card> : null}
      {mail.data?.map((message) => <MessageCard key={message.id} message={message} />)}
    </main>
  );
}

function MessageCard({ message }: { message: Message }) {
  return (
    <Card title={message.subject} aside={<span className="meta">to {message.to}, <Ago at={message.sentAt} /></span>}>
      <article>
        <pre>{message.text}</pre>
        {message.links.map((link) => <p key={link}><a className="link" href={link}>Open the link</a></p>)}
      </article>
    </Card>
  );
}
