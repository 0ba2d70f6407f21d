"use client";
import Link from "next/link";
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Ago, Button, Card, CopyButton, Segmented } from "@trunkline/ui";
import type { PresetView } from "../../../server/views.ts";
import { usePerson } from "../../shell/use-person.ts";
import { useRole } from "../../shell/use-role.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { toJsonText } from "./document-edits.ts";
import { RuleCards } from "./rule-cards.tsx";
import { Diff, RollBackDialog } from "./version-list.tsx";

const FORMS = [{ value: "cards", label: "Cards" }, { value: "json", label: "JSON" }] as const;
const unchanged = (): void => undefined;

/** The document that a version published, who published it and why, and how it differs from the one before and from the live one. */
export function VersionDetail({ preset, version }: { preset: PresetView; version: PresetView["versions"][number] }) {
  const trpc = useTRPC();
  const at = useProjectPath();
  const { may } = useRole();
  const person = usePerson(version.createdBy !== null)(version.createdBy);
  const models = useQuery(trpc.models.list.queryOptions(useScope()));
  const [form, setForm] = useState<"cards" | "json">("cards");
  const [rollingBack, setRollingBack] = useState(false);
  const { slug, published } = preset;
  const isLive = published?.version === version.version;
  const before = preset.versions.find((one) => one.version === version.version - 1);
  const name = `@preset/${slug}:${version.version}`;
  return (
    <div className="vp">
      <div className="head pe-head">
        <div className="titles">
          <p className="crumb"><Link href={at("/presets")}>Presets</Link> / <Link href={at(`/presets/${slug}`)}>{slug}</Link></p>
          <h1><code>{slug}</code> v{version.version} {isLive ? <span className="tag ok">live</span> : null}</h1>
        </div>
        <CopyButton text={name} label="Copy name" />
        <Link className="btn" href={`${at("/playground")}?${new URLSearchParams({ models: name }).toString()}`}>Try it</Link>
        {isLive || preset.builtIn || !may("presets.manage") ? null : <Button variant="primary" onClick={() => setRollingBack(true)}>Roll back to it</Button>}
      </div>
      <p className="says">{version.comment && !preset.builtIn ? `“${version.comment}” ` : ""}<span className="muted">{person ? `${person}, ` : ""}{preset.builtIn ? "Comes with the program" : <Ago at={version.createdAt} />}. A call names it as <code>{name}</code>, whatever is live.</span></p>
      <section aria-labelledby="version-rules">
        <div className="colh"><h2 id="version-rules">Rules</h2><Segmented label="View of the same document" value={form} options={FORMS} onChange={setForm} /></div>
        {form === "cards" ? <RuleCards document={version.document} models={models.data ?? []} readOnly matched={null} onChange={unchanged} /> : <pre className="json" tabIndex={0} aria-label="Document, JSON">{toJsonText(version.document)}</pre>}
      </section>
      {before ? <Card title={`Since v${before.version}`}><div className="body"><Diff before={before.document} after={version.document} beforeName={`in v${before.version}`} afterName={`in v${version.version}`} /></div></Card> : null}
      {published && !isLive && published.version !== before?.version ? <Card title={`Until v${published.version}, which is live`}><div className="body"><Diff before={version.document} after={published.document} beforeName={`in v${version.version}`} afterName={`in v${published.version}`} /></div></Card> : null}
      <RollBackDialog slug={slug} version={rollingBack ? version.version : null} onClose={() => setRollingBack(false)} />
    </div>
  );
}
