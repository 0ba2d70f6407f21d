"use client";
import Link from "next/link";
import { useState } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ago, Button, Dialog, ErrorCard } from "@trunkline/ui";
import type { PresetDocument } from "@trunkline/contracts";
import type { PresetView } from "../../../server/views.ts";
import { usePerson } from "../../shell/use-person.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { toJsonText } from "./document-edits.ts";
import { diffLines } from "./line-diff.ts";

type Version = PresetView["versions"][number];
const SIGNS = { same: " ", add: "+", del: "-" } as const;

/** Newest first. `document` is what the page shows, the other side of every comparison. */
export function VersionList({ preset, document }: { preset: PresetView; document: PresetDocument }) {
  const [viewed, setViewed] = useState<Version | null>(null);
  const [target, setTarget] = useState<Version | null>(null);
  const versions = preset.versions.toSorted((a, b) => b.version - a.version);
  const live = preset.published?.version;
  const at = useProjectPath();
  const personOf = usePerson(versions.some((version) => version.createdBy !== null));
  const by = (version: Version): string => { const person = personOf(version.createdBy); return person ? `${person}, ` : ""; };
  return (
    <section className="hist" aria-labelledby="versions-title">
      <div className="colh"><h2 id="versions-title">Versions</h2></div>
      <ol className="card ver">
        {preset.draft ? <li className="draft"><span className="t">Draft <span className="tag acc">not published</span></span><p>Routes nothing until it is published.</p></li> : null}
        {versions.map((version) => (
          <li key={version.version} className={version.version === live ? "live" : ""}>
            <span className="t"><Link href={at(`/presets/${preset.slug}/v/${version.version}`)}>v{version.version}</Link> {version.version === live ? <span className="tag ok">live</span> : null}{preset.canary?.endedAt === null && preset.canary.version === version.version ? <span className="tag acc">canary</span> : null}</span>
            {version.comment ? <p>“{version.comment}”</p> : null}
            {preset.builtIn ? null : <p>{by(version)}<Ago at={version.createdAt} /></p>}
            {preset.builtIn ? null : <div className="a"><button type="button" className="link" onClick={() => setViewed(version)}>Diff<span className="sr"> of v{version.version}</span></button>{version.version === live ? null : <button type="button" className="link" onClick={() => setTarget(version)}>Roll back<span className="sr"> to v{version.version}</span></button>}</div>}
          </li>
        ))}
        {versions.length === 0 && !preset.draft ? <li><p>No version yet.</p></li> : null}
      </ol>
      <Dialog title={`v${viewed?.version ?? ""} and the document on this page`} open={viewed !== null} onClose={() => setViewed(null)}>{viewed ? <Diff before={viewed.document} after={document} /> : null}</Dialog>
      <RollBackDialog slug={preset.slug} version={target?.version ?? null} onClose={() => setTarget(null)} />
    </section>
  );
}

interface DiffProps { readonly before: PresetDocument; readonly after: PresetDocument; readonly beforeName?: string; readonly afterName?: string }

export function Diff({ before, after, beforeName = "in the version", afterName = "on this page" }: DiffProps) {
  const lines = diffLines(toJsonText(before), toJsonText(after));
  const changed = lines.filter((line) => line.kind !== "same").length;
  return (
    <>
      <p className="muted">{changed === 0 ? "Both are the same." : `${changed} changed lines: - stands ${beforeName} only, + ${afterName} only.`}</p>
      <section className="diff" tabIndex={0} aria-label="Difference by lines">{lines.map((line, at) => <div key={at} className={line.kind}>{SIGNS[line.kind]} {line.text}</div>)}</section>
    </>
  );
}

export function RollBackDialog({ slug, version, onClose }: { slug: string; version: number | null; onClose: () => void }) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const rollBack = useMutation(trpc.presets.rollBack.mutationOptions({
    onSuccess: async (preset) => {
      queryClient.setQueryData(trpc.presets.get.queryKey({ ...scope, slug }), preset);
      await queryClient.invalidateQueries(trpc.presets.list.queryFilter());
      onClose();
    },
  }));
  const close = (): void => {
    rollBack.reset();
    onClose();
  };
  return (
    <Dialog title="Roll back" open={version !== null} onClose={close}>
      <p>From now on requests are routed by v{version} of <code>{slug}</code>. Later versions stay in the list.</p>
      {rollBack.error ? <ErrorCard message={rollBack.error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button onClick={close}>Cancel</Button><Button variant="primary" disabled={rollBack.isPending} onClick={() => version !== null && rollBack.mutate({ ...scope, slug, version })}>Roll back to v{version}</Button></div>
    </Dialog>
  );
}
