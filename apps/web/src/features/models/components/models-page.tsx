"use client";
import "./models.css";
import { lazy, Suspense, useState } from "react";
import { useSearchParams } from "next/navigation";
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { Button, EmptyState, ErrorCard, Skeleton } from "@trunkline/ui";
import type { ModelView } from "../../../server/views.ts";
import { useChoice, useScope, useSetParams } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { CAPABILITIES, isMatch, PAGE_ROWS, sorted, SORTS, type Capability, type Sort } from "./model-filter.ts";
import { ModelTable } from "./model-table.tsx";

const CompareTray = lazy(async () => ({ default: (await import("./compare-tray.tsx")).CompareTray }));
/** More columns than these are no comparison. */
const COMPARED_MAX = 4;
/** Of the tray, about. */
const TRAY_HEIGHT = 520;
const SKELETON_ROWS = 8;

/** Which models stand side by side; in the address, so that a comparison can be handed on. The address follows a moment after the choice, which shows at once. */
function useCompared(models: readonly ModelView[]) {
  const setParams = useSetParams();
  const given = useSearchParams().get("compare") ?? "";
  const [chosen, setChosen] = useState({ over: given, ids: given });
  const ids = (chosen.over === given ? chosen.ids : given).split(",");
  const compared = models.filter((one) => ids.includes(one.id)).slice(0, COMPARED_MAX);
  const setCompared = (next: readonly string[]): void => {
    setChosen({ over: given, ids: next.join(",") });
    setParams({ compare: next.join(",") || null });
  };
  const toggle = (id: string): void => setCompared(compared.some((one) => one.id === id) ? compared.filter((one) => one.id !== id).map((one) => one.id) : [...compared.map((one) => one.id), id]);
  return { compared, setCompared, toggle };
}

export function ModelsPage() {
  const trpc = useTRPC();
  const scope = useScope();
  const models = useQuery(trpc.models.list.queryOptions(scope));
  // Came with the document: what the page begins with, while the whole list is on its way.
  const { data: first } = useQuery(trpc.models.first.queryOptions(scope, { enabled: false }));
  const known = models.data ?? first?.models;
  const [text, setText] = useState("");
  const [rows, setRows] = useState(PAGE_ROWS);
  const [capability, setCapability] = useChoice<Capability>("can", CAPABILITIES, "anything");
  const [sort, setSort] = useChoice<Sort>("sort", SORTS, "name");
  const asked = useSearchParams().get("provider") ?? "";
  const setParams = useSetParams();
  const providers = models.data ? [...new Set(models.data.flatMap((model) => model.providers.map((one) => one.provider)))].sort() : first?.providers ?? [];
  const provider = providers.includes(asked) ? asked : "";
  const visible = sorted((known ?? []).filter((model) => isMatch(model, { text, capability, provider })), sort);
  const total = models.data?.length ?? first?.total;
  // A choice among the first rows says nothing of the rest.
  const count = models.data || text || provider || capability !== "anything" ? visible.length : total ?? 0;
  const { compared, setCompared, toggle } = useCompared(known ?? []);
  const clear = (): void => { setText(""); setParams({ can: null, provider: null }); };
  return (
    <>
      <div className="head"><h1>Models</h1></div>
      <div className="modelbar">
        <div className="field"><Search className="ic s" aria-hidden /><input type="search" aria-label="Search models" placeholder="Model, author, provider or tier" value={text} onChange={(event) => setText(event.target.value)} /></div>
        <select className="select" aria-label="Provider" value={provider} onChange={(event) => setParams({ provider: event.target.value || null })}><option value="">Every provider</option>{providers.map((one) => <option key={one} value={one}>{one}</option>)}</select>
        <select className="select" aria-label="Capability" value={capability} onChange={(event) => setCapability(event.target.value as Capability)}>{CAPABILITIES.map((one) => <option key={one} value={one}>{one === "anything" ? "Any capability" : `With ${one}`}</option>)}</select>
        <select className="select" aria-label="Sort" value={sort} onChange={(event) => setSort(event.target.value as Sort)}>{SORTS.map((one) => <option key={one} value={one}>By {one}</option>)}</select>
        <output className="meta num">{known ? `${count} of ${total} models; prices per million tokens` : ""}</output>
      </div>
      {!known && models.isPending ? <section className="card" aria-label="Models are loading" aria-busy="true"><div className="body" style={{ display: "grid", gap: 12, paddingTop: 16 }}>{Array.from({ length: SKELETON_ROWS }, (_, row) => <Skeleton key={row} height={36} />)}</div></section> : null}
      {models.isError ? <ErrorCard message={`The models could not be loaded. ${models.error.message}`} onRetry={() => void models.refetch()} /> : null}
      {compared.length > 0 ? <Suspense fallback={<div className="ct"><Skeleton height={TRAY_HEIGHT} /></div>}><CompareTray models={compared} onRemove={toggle} onClear={() => setCompared([])} /></Suspense> : null}
      {known ? (
        <section className="card mt" aria-label="Models">
          {visible.length > 0 ? <ModelTable models={visible.slice(0, rows)} compared={new Set(compared.map((one) => one.id))} full={compared.length >= COMPARED_MAX} onCompare={toggle} /> : <EmptyState text={known.length === 0 ? "The catalogue holds no model with a price yet." : "No model matches this search."} action={<Button onClick={() => (known.length === 0 ? void models.refetch() : clear())}>{known.length === 0 ? "Look again" : "Clear search"}</Button>} />}
          {count > rows ? <div className="body"><Button onClick={() => setRows(rows + PAGE_ROWS)}>Show {Math.min(PAGE_ROWS, count - rows)} more</Button></div> : null}
        </section>
      ) : null}
    </>
  );
}
