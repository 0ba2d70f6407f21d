"use client";
import "./presets.css";
import Link from "next/link";
import { lazy, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Clock, Plus } from "lucide-react";
import { Ago, Button, Deferred, EmptyState, ErrorCard, Money, Skeleton } from "@trunkline/ui";
import type { PresetListItem } from "../../../server/views.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { useRole } from "../../shell/use-role.ts";
import { useDeletePreset } from "./use-delete-preset.ts";

const NewPresetDialog = lazy(async () => ({ default: (await import("./new-preset-dialog.tsx")).NewPresetDialog }));

const EndUserPlansDialog = lazy(async () => ({ default: (await import("./end-user-plans-dialog.tsx")).EndUserPlansDialog }));

const DeletePresetDialog = lazy(async () => ({ default: (await import("./delete-preset-dialog.tsx")).DeletePresetDialog }));

const SKELETON_ROWS = 6;

export function PresetList() {
  const trpc = useTRPC();
  const presets = useQuery(trpc.presets.list.queryOptions(useScope()));
  const [creating, setCreating] = useState(false);
  const [planning, setPlanning] = useState(false);
  const [inUse, setInUse] = useState<PresetListItem | null>(null);
  const { pending, remove } = useDeletePreset();
  const taken = new Set(presets.data?.filter((one) => one.builtIn).map((one) => one.slug));
  const create = <Button variant="primary" onClick={() => setCreating(true)}><Plus className="ic s" aria-hidden />New preset</Button>;
  return (
    <>
      <div className="head"><h1>Presets</h1><div className="row"><Button onClick={() => setPlanning(true)}>End users’ plans</Button>{create}</div></div>
      {presets.isPending ? <section className="card" aria-label="Presets are loading" aria-busy="true"><div className="body" style={{ display: "grid", gap: 12, paddingTop: 16 }}>{Array.from({ length: SKELETON_ROWS }, (_, row) => <Skeleton key={row} height={36} />)}</div></section> : null}
      {presets.isError ? <ErrorCard message={`The presets could not be loaded. ${presets.error.message}`} onRetry={() => void presets.refetch()} /> : null}
      {presets.data ? <section className="card pt" aria-label="Presets">{presets.data.length === 0 ? <EmptyState text="A preset decides which model answers which request." action={create} snippet='{ "model": "auto", "routing_preset": "my-preset" }' /> : <PresetTable presets={presets.data} deleting={pending} onDelete={(preset) => (preset.requests7d > 0 ? setInUse(preset) : remove(preset.slug))} />}</section> : null}
      <Deferred wanted={creating}><NewPresetDialog open={creating} onClose={() => setCreating(false)} source="balanced" sources={presets.data ?? []} /></Deferred>
      <Deferred wanted={planning}><EndUserPlansDialog open={planning} onClose={() => setPlanning(false)} /></Deferred>
      <Deferred wanted={inUse !== null}><DeletePresetDialog preset={inUse} standIn={inUse !== null && taken.has(inUse.slug)} onClose={() => setInUse(null)} /></Deferred>
    </>
  );
}

function PresetTable({ presets, deleting, onDelete }: { presets: readonly PresetListItem[]; deleting: ReadonlySet<string>; onDelete: (preset: PresetListItem) => void }) {
  const { may } = useRole();
  const manages = may("presets.manage");
  const path = useProjectPath();
  return (
    <section className="twrap tablecards" tabIndex={0} aria-label="Presets, table">
      <table>
        <thead><tr><th scope="col">Preset</th><th scope="col">Name</th><th scope="col">Published</th><th scope="col">Draft</th><th scope="col" className="r">Requests, 7 days</th><th scope="col" className="r">Spend, 7 days</th><th scope="col">Changed</th><th scope="col"><span className="sr">Actions</span></th></tr></thead>
        <tbody>
          {presets.map((preset) => (
            <tr key={`${preset.builtIn}/${preset.slug}`}>
              <th scope="row"><Link className="link mono" href={path(`/presets/${preset.slug}`)}>{preset.slug}</Link></th>
              <td>{preset.name} {preset.builtIn ? <span className="tag">built in</span> : null}</td>
              <td>{preset.publishedVersion === null ? <span className="muted">not yet</span> : <span className="tag ok">v{preset.publishedVersion} live</span>}</td>
              <td className={preset.hasDraft ? undefined : "desk"}>{preset.hasDraft ? <span className="tag acc">draft</span> : <span className="muted">–</span>}</td>
              <td className="r" data-l="Requests, 7 days">{preset.requests7d.toLocaleString("en-US")}</td>
              <td className="r" data-l="Spend, 7 days"><Money usd={preset.spendUsd7d} /></td>
              <td data-l="Changed" className={preset.updatedAt ? undefined : "desk"}>{preset.updatedAt ? <Ago at={preset.updatedAt} /> : <span className="muted">–</span>}</td>
              <td className="r act">{preset.builtIn ? null : deleting.has(preset.slug) ? <span className="st warn"><Clock className="ic" aria-hidden />Deleting</span> : manages ? <Button size="sm" variant="ghost" aria-label={`Delete ${preset.slug}`} onClick={() => onDelete(preset)}>Delete</Button> : null}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
