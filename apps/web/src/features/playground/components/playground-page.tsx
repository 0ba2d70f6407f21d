"use client";
import "./playground.css";
import { lazy, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Play, Plus, Save, Square } from "lucide-react";
import { Button, Deferred, ErrorCard } from "@trunkline/ui";
import { useBook, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { AnswerColumn } from "./answer-column.tsx";
import { PromptCard } from "./prompt-card.tsx";
import type { Prompt } from "./prompt.ts";
import { BROKEN_OFF } from "./run.ts";
import { COLUMNS_MAX, useColumns } from "./use-columns.ts";
import { useFirstPrompt } from "./use-first-prompt.ts";

const CodeDialog = lazy(async () => ({ default: (await import("./code-dialog.tsx")).CodeDialog }));
const SavePresetDialog = lazy(async () => ({ default: (await import("./save-preset-dialog.tsx")).SavePresetDialog }));
const MODELS_LIST = "playground-models";

/** Everything that `model` may name: catalogue, presets, and the router's own choice. Read when somebody is about to choose, for it is long. */
function useModelNames(wanted: boolean): readonly string[] {
  const trpc = useTRPC();
  const scope = useScope();
  const models = useQuery(trpc.models.list.queryOptions(scope, { enabled: wanted }));
  const presets = useQuery(trpc.presets.list.queryOptions(scope, { enabled: wanted }));
  return ["auto", ...(presets.data ?? []).filter((one) => one.publishedVersion !== null || one.builtIn).map((one) => `@preset/${one.slug}`), ...(models.data ?? []).filter((one) => one.providers.length > 0).map((one) => one.id)];
}

export function PlaygroundPage() {
  const scope = useScope();
  const { mode } = useBook();
  const [choosing, setChoosing] = useState(false);
  const names = useModelNames(choosing);
  const { first, note } = useFirstPrompt();
  const [written, setPrompt] = useState<Prompt | null>(null);
  const prompt = written ?? first;
  const [problem, setProblem] = useState<string | null>(null);
  const [shown, setShown] = useState<string | "save" | null>(null);
  const { calls, columns, setModel, add, remove } = useColumns();
  const running = columns.some(({ slot }) => calls[slot]?.run?.state === "running");
  const run = async (slots: readonly number[]): Promise<void> => {
    // Comes with the first call, like what reads its answer.
    const making = await import("./playground-request.ts").catch(() => null);
    if (!making) { setProblem(BROKEN_OFF); return; }
    const built = making.buildRequest(prompt);
    setProblem(built.problem);
    if (built.body === null) return;
    for (const { slot, model } of columns) if (slots.includes(slot)) void calls[slot]?.start({ ...scope, mode, body: built.body(model.trim()) });
  };
  const all = columns.map((one) => one.slot);
  return (
    <div className="pg">
      <div className="head">
        <h1>Playground<span className="sub">{mode === "test" ? "Test book: the simulator answers, and nothing is charged." : "Live book: real providers answer, and the calls are charged."}</span></h1>
        <Button onClick={() => setShown("save")}><Save className="ic s" aria-hidden />Save as preset</Button>
        <Button disabled={columns.length >= COLUMNS_MAX} onClick={add}><Plus className="ic s" aria-hidden />Add column</Button>
        {running ? <Button onClick={() => { for (const slot of all) calls[slot]?.stop(); }}><Square className="ic s" aria-hidden />Stop all</Button> : <Button variant="primary" onClick={() => void run(all)}><Play className="ic s" aria-hidden />Run{columns.length > 1 ? " all" : ""}</Button>}
      </div>
      {note ? <p className="muted replayed" role="status">{note}</p> : null}
      {problem ? <ErrorCard message={problem} /> : null}
      <PromptCard prompt={prompt} onChange={(change) => setPrompt({ ...prompt, ...change })} onRun={() => void run(all)} />
      <datalist id={MODELS_LIST}>{names.map((name) => <option key={name} value={name}>{name}</option>)}</datalist>
      <div className={`answers n${columns.length}`} onFocus={() => setChoosing(true)} onPointerEnter={() => setChoosing(true)}>
        {columns.map(({ slot, model }, at) => {
          const call = calls[slot];
          return call ? <AnswerColumn key={slot} number={at + 1} model={model} list={MODELS_LIST} call={call} onModel={(next) => setModel(slot, next)} onRun={() => void run([slot])} onCode={() => setShown(model)} {...(columns.length > 1 ? { onRemove: () => remove(slot) } : {})} /> : null;
        })}
      </div>
      <Deferred wanted={shown !== null && shown !== "save"}><CodeDialog model={shown === "save" ? null : shown} prompt={prompt} onClose={() => setShown(null)} /></Deferred>
      <Deferred wanted={shown === "save"}><SavePresetDialog open={shown === "save"} models={columns.map((one) => one.model)} onClose={() => setShown(null)} /></Deferred>
    </div>
  );
}
