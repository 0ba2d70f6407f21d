"use client";
import "./models.css";
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { Button, EmptyState, ErrorCard, Skeleton } from "@trunkline/ui";
import type { ModelView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { ModelTable } from "./model-table.tsx";

const SKELETON_ROWS = 8;

const matches = (model: ModelView, text: string): boolean => {
  const whole = `${model.id} ${model.name} ${model.author} ${model.tier} ${model.providers.map((one) => one.provider).join(" ")}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => whole.includes(word));
};

export function ModelsPage() {
  const trpc = useTRPC();
  const models = useQuery(trpc.models.list.queryOptions(useScope()));
  const [text, setText] = useState("");
  const visible = (models.data ?? []).filter((model) => matches(model, text));
  return (
    <>
      <div className="head"><h1>Models</h1></div>
      <div className="modelbar">
        <div className="field"><Search className="ic s" aria-hidden /><input type="search" aria-label="Search models" placeholder="Model, author, provider or tier" value={text} onChange={(event) => setText(event.target.value)} /></div>
        <output className="meta num">{models.data ? `${visible.length} of ${models.data.length} models; prices per million tokens` : ""}</output>
      </div>
      {models.isPending ? <section className="card" aria-label="Models are loading" aria-busy="true"><div className="body" style={{ display: "grid", gap: 12, paddingTop: 16 }}>{Array.from({ length: SKELETON_ROWS }, (_, row) => <Skeleton key={row} height={36} />)}</div></section> : null}
      {models.isError ? <ErrorCard message={`The models could not be loaded. ${models.error.message}`} onRetry={() => void models.refetch()} /> : null}
      {models.data ? (
        <section className="card mt" aria-label="Models">
          {visible.length > 0 ? <ModelTable models={visible} /> : <EmptyState text={models.data.length === 0 ? "The catalogue holds no model with a price yet." : "No model matches this search."} action={<Button onClick={() => (models.data.length === 0 ? void models.refetch() : setText(""))}>{models.data.length === 0 ? "Look again" : "Clear search"}</Button>} />}
        </section>
      ) : null}
    </>
  );
}
