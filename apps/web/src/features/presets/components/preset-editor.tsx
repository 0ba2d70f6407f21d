"use client";
import Link from "next/link";
import { useRef, useState, type FormEvent } from "react";
import { useQuery } from "@tanstack/react-query";
import { Button, CopyButton, Dialog, ErrorCard, Field, Segmented } from "@trunkline/ui";
import type { PresetDocument } from "@trunkline/contracts";
import type { PresetView } from "../../../server/views.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { Backtest } from "./backtest.tsx";
import { CanaryPanel } from "./canary-panel.tsx";
import { DrillPanel } from "./drill-panel.tsx";
import { DrillSchedules } from "./drill-schedules.tsx";
import { DocumentJson } from "./document-json.tsx";
import { NewPresetDialog } from "./new-preset-dialog.tsx";
import { PriceNotice } from "./price-notice.tsx";
import { RuleCards } from "./rule-cards.tsx";
import { Simulator, useExplained, useSimulatedRequest } from "./simulator.tsx";
import { ShadowPanel } from "./shadow-panel.tsx";
import { StartDrillDialog } from "./start-drill-dialog.tsx";
import { StartTrialDialog } from "./start-trial-dialog.tsx";
import { usePresetChanges, type PresetChanges } from "./use-preset-changes.ts";
import { VersionList } from "./version-list.tsx";

const COMMENT_LENGTH_MAX = 500;
const TITLE_ID = "preset-title";
/** Where a keyboard goes on when what it pressed is gone. */
const focusTitle = (): void => document.getElementById(TITLE_ID)?.focus();
type Form = "cards" | "json";
const FORMS = [{ value: "cards", label: "Cards" }, { value: "json", label: "JSON" }] as const;

/** The document of a preset: rules or JSON, the simulator beside them, and its versions. */
export function PresetEditor({ preset, stored }: { preset: PresetView; stored: PresetDocument }) {
  const trpc = useTRPC();
  const models = useQuery(trpc.models.list.queryOptions(useScope()));
  const changes = usePresetChanges(preset, stored);
  const [form, setForm] = useState<Form>("cards");
  const [request, setRequest] = useSimulatedRequest();
  const explained = useExplained(changes.valid, request);
  const show = (next: Form): void => {
    changes.setTextProblem(null);
    setForm(next);
  };
  return (
    <>
      <EditorHead preset={preset} changes={changes} />
      <PriceNotice slug={preset.slug} />
      {models.isError ? <ErrorCard message={`The models could not be loaded. ${models.error.message}`} onRetry={() => void models.refetch()} /> : null}
      <CanaryPanel preset={preset} onEnded={focusTitle} />
      <ShadowPanel preset={preset} onEnded={focusTitle} />
      {preset.builtIn ? null : <><DrillSchedules slug={preset.slug} onEnded={focusTitle} /><DrillPanel slug={preset.slug} onEnded={focusTitle} /></>}
      <div className="cols">
        <section aria-labelledby="rules-title">
          <div className="colh"><h2 id="rules-title">Rules</h2><Segmented<Form> label="View of the same document" value={form} options={FORMS} onChange={show} /></div>
          {form === "cards" ? <RuleCards document={changes.document} models={models.data ?? []} readOnly={preset.builtIn} matched={explained.data?.rule ?? null} onChange={changes.edit} /> : <DocumentJson key={preset.published?.version} document={changes.document} readOnly={preset.builtIn} onChange={changes.edit} onProblem={changes.setTextProblem} />}
        </section>
        <Simulator request={request} onChange={setRequest} explained={explained} problem={changes.problem} />
        <div><Backtest slug={preset.slug} document={changes.valid} /><VersionList preset={preset} document={changes.document} /></div>
      </div>
      {changes.unsaved && !preset.builtIn ? <SaveBar changes={changes} onDiscard={() => { changes.discard(); setForm("cards"); focusTitle(); }} /> : null}
    </>
  );
}

function EditorHead({ preset, changes }: { preset: PresetView; changes: PresetChanges }) {
  const path = useProjectPath();
  const [dialog, setDialog] = useState<"publish" | "duplicate" | "canary" | "shadow" | "drill" | null>(null);
  /** The button that opened the dialog is gone. */
  const left = useRef(false);
  const closed = (): void => {
    setDialog(null);
    if (left.current) focusTitle();
    left.current = false;
  };
  const next = Math.max(0, ...preset.versions.map((version) => version.version)) + 1;
  const nothingNew = preset.draft === null && !changes.dirty;
  const isTried = preset.canary !== null && preset.canary.endedAt === null;
  const isShadowed = preset.shadow !== null && preset.shadow.endedAt === null;
  const nothingToTry = nothingNew && preset.versions.length < 2;
  return (
    <div className="head pe-head">
      <div className="titles">
        <p className="crumb"><Link href={path("/presets")}>Presets</Link> / {preset.name}</p>
        <h1 id={TITLE_ID} tabIndex={-1}><code>{preset.slug}</code>{preset.builtIn ? <span className="tag">built in, read only</span> : null}{preset.published && !preset.builtIn ? <span className="tag ok">v{preset.published.version} live</span> : null}{preset.draft || changes.dirty ? <span className="tag acc">v{next} draft</span> : null}</h1>
      </div>
      <CopyButton text={preset.slug} label="Copy slug" />
      {preset.published && !preset.builtIn && !isTried ? <Button disabled={nothingToTry || changes.problem !== null} onClick={() => setDialog("canary")}>Canary</Button> : null}
      {preset.published && !preset.builtIn && !isShadowed ? <Button disabled={changes.problem !== null} onClick={() => setDialog("shadow")}>Shadow</Button> : null}
      {preset.published && !preset.builtIn ? <Button onClick={() => setDialog("drill")}>Drill</Button> : null}
      {preset.builtIn ? <Button variant="primary" onClick={() => setDialog("duplicate")}>Duplicate</Button> : <Button variant="primary" disabled={nothingNew || changes.problem !== null} onClick={() => setDialog("publish")}>Publish v{next}</Button>}
      <NewPresetDialog open={dialog === "duplicate"} onClose={() => setDialog(null)} source={preset.slug} sources={[preset]} />
      <Dialog title={`Publish v${next}`} open={dialog === "publish"} onClose={closed}><PublishForm preset={preset} changes={changes} onDone={() => { left.current = true; setDialog(null); }} /></Dialog>
      <StartDrillDialog slug={preset.slug} open={dialog === "drill"} onStarted={() => setDialog(null)} onClose={closed} />
      <StartTrialDialog kind={dialog === "shadow" ? "shadow" : "canary"} open={dialog === "canary" || dialog === "shadow"} preset={preset} changes={changes} onStarted={() => { left.current = true; setDialog(null); }} onClose={closed} />
    </div>
  );
}

function PublishForm({ preset, changes, onDone }: { preset: PresetView; changes: PresetChanges; onDone: () => void }) {
  const [comment, setComment] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // A failure stays in `changes.error`, shown below.
    changes.publishDraft(comment.trim()).then(onDone, () => undefined);
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <p className="muted">Every request that names this preset is routed by it from now on.{preset.canary?.endedAt === null ? ` The canary v${preset.canary.version} ends.` : ""}{changes.dirty ? " Unsaved changes are saved with it." : ""}</p>
      <Field label="Comment" required pattern=".*\S.*" title="Say what changed" maxLength={COMMENT_LENGTH_MAX} hint="What changed and why; it stands in the list of versions." autoComplete="off" value={comment} onChange={(event) => setComment(event.target.value)} />
      {changes.error ? <ErrorCard message={changes.error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={changes.busy}>Publish</Button></div>
    </form>
  );
}

function SaveBar({ changes, onDiscard }: { changes: PresetChanges; onDiscard: () => void }) {
  return (
    <section className="savebar" aria-label="Unsaved changes">
      <output className="grow">{changes.problem ? <span className="err">{changes.problem}</span> : changes.error ? <span className="err">{changes.error.message}</span> : "Unsaved changes"}</output>
      <Button variant="ghost" onClick={onDiscard}>Discard</Button>
      <Button disabled={changes.busy || changes.problem !== null} onClick={() => void changes.saveDraft().then(focusTitle, () => undefined)}>Save draft</Button>
    </section>
  );
}
