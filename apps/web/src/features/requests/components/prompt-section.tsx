"use client";
import { useQuery } from "@tanstack/react-query";
import { ErrorCard, Skeleton } from "@trunkline/ui";
import { useRole } from "../../shell/use-role.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const removedText = (removed: readonly { kind: string; count: number }[]): string => removed.length === 0 ? "Nothing had to be removed." : `Removed before it was stored: ${removed.map(({ kind, count }) => `${count} × ${kind}`).join(", ")}.`;

/** What was said, where the project stores it; else why not. */
export function PromptSection({ id }: { id: string }) {
  const { role, may } = useRole();
  return (
    <section className="dsec" id="log-prompt" aria-label="Prompt and answer">
      <header><h3>Prompt and answer</h3></header>
      {role === null ? <Skeleton height={40} /> : may("prompts.read") ? <Prompt id={id} /> : <p className="muted">You are {role} here. Prompts are open to owners, admins and developers.</p>}
    </section>
  );
}

function Prompt({ id }: { id: string }) {
  const trpc = useTRPC();
  const prompt = useQuery(trpc.requests.prompt.queryOptions({ ...useScope(), id }));
  if (prompt.isError) return <ErrorCard message={prompt.error.message} onRetry={() => void prompt.refetch()} />;
  if (prompt.isPending) return <Skeleton height={40} />;
  if (!prompt.data.stored) return <p className="muted">Not stored. {prompt.data.why}</p>;
  const { request, answer, removed } = prompt.data;
  return (
    <div className="said2">
      <h4 className="meta">Request</h4>
      <pre className="prompt" tabIndex={0} aria-label="Request">{request}</pre>
      <h4 className="meta">Answer</h4>
      {answer === null ? <p className="muted">Embeddings are not stored.</p> : <pre className="prompt" tabIndex={0} aria-label="Answer">{answer}</pre>}
      <p className="meta">{removedText(removed)}</p>
    </div>
  );
}
