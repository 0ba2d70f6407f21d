"use client";
import { useState, type FormEvent } from "react";
import { useMutation } from "@tanstack/react-query";
import { CircleCheck, OctagonX } from "lucide-react";
import { Button, Card, ErrorCard, Field } from "@trunkline/ui";
import { useScope } from "../../shell/use-scope.ts";

interface Decision { readonly candidates?: readonly { readonly provider: string; readonly model: string }[]; readonly rejected?: readonly { readonly provider: string; readonly model: string; readonly filter: string; readonly reason: string }[] }
interface Answer { readonly refusal: string | null; readonly decision: Decision }
const NOT_ALLOWED = "not_allowed";
const SHOWN_MAX = 5;

/** The gateway's own decision for a prompt, without calling anybody. */
async function decide(scope: { organization: string; project: string }, request: { model: string; prompt: string }): Promise<Answer> {
  const answer = await fetch("/api/playground", {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...scope, mode: "test", explain: true, request: { model: request.model, messages: [{ role: "user", content: request.prompt }] } }),
  });
  const body = await answer.json() as Decision & { detail?: string; error?: { message?: string } };
  if (answer.ok) return { refusal: null, decision: body };
  if (body.error?.message) return { refusal: body.error.message, decision: {} };
  throw new Error(body.detail ?? "The gateway did not answer. Try again.");
}

/** Says what would become of a prompt under what is saved. */
export function TryGuardrails({ changed }: { changed: boolean }) {
  const scope = useScope();
  const [model, setModel] = useState("auto");
  const [prompt, setPrompt] = useState("");
  const run = useMutation({ mutationFn: () => decide(scope, { model: model.trim() === "" ? "auto" : model.trim(), prompt }) });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    run.mutate();
  };
  return (
    <Card title="Try it" note={changed ? "under what is saved, not under your changes" : "the gateway's own decision; nobody is called and nothing is stored"}>
      <form className="body stack" onSubmit={submit}>
        <div className="two">
          <div className="control"><label htmlFor="try-prompt">Prompt</label><textarea id="try-prompt" rows={3} required value={prompt} placeholder="My card is 4242 4242 4242 4242" onChange={(event) => setPrompt(event.target.value)} /></div>
          <Field label="Model or preset" value={model} autoComplete="off" spellCheck={false} onChange={(event) => setModel(event.target.value)} />
        </div>
        <div className="row"><Button type="submit" disabled={run.isPending}>Try</Button></div>
        <div role="status">{run.data ? <Outcome answer={run.data} /> : null}</div>
        {run.error ? <ErrorCard message={run.error.message} /> : null}
      </form>
    </Card>
  );
}

function Outcome({ answer: { refusal, decision } }: { answer: Answer }) {
  const { candidates = [], rejected = [] } = decision;
  const denied = rejected.filter((one) => one.filter === NOT_ALLOWED);
  const first = candidates[0];
  if (refusal !== null || !first) return <p className="outcome"><span className="st err"><OctagonX className="ic" aria-hidden />Refused</span> {refusal ?? denied[0]?.reason ?? rejected[0]?.reason ?? "No candidate is left."}</p>;
  return (
    <>
      <p className="outcome"><span className="st ok"><CircleCheck className="ic" aria-hidden />Served</span> by <b>{first.provider}</b> with <code>{first.model}</code>{candidates.length > 1 ? `; ${candidates.length - 1} more would follow` : ""}.</p>
      {denied.length > 0 ? <details><summary>{denied.length} {denied.length === 1 ? "candidate is" : "candidates are"} not allowed</summary><ul>{denied.slice(0, SHOWN_MAX).map((one) => <li key={`${one.provider} ${one.model}`} className="meta">{one.model} at {one.provider}: {one.reason}</li>)}{denied.length > SHOWN_MAX ? <li className="meta">and {denied.length - SHOWN_MAX} more</li> : null}</ul></details> : null}
    </>
  );
}
