"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { count } from "@trunkline/ui";
import type { BookView, Dimension, UsageFilterView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { FILTER_LABELS, FILTER_NAMES, withFilter, withoutFilter } from "./usage-filters.ts";

interface Span { readonly from: string; readonly to: string }
interface Props { readonly span: Span; readonly mode: BookView["mode"]; readonly filters: UsageFilterView; /** A dimension of which a value is being chosen. */ readonly adding: Dimension | null; readonly onChange: (filters: UsageFilterView) => void; readonly onAdding: (dimension: Dimension | null) => void }

function useValues(dimension: Dimension, { span, mode, wanted }: { span: Span; mode: BookView["mode"]; wanted: boolean }) {
  const trpc = useTRPC();
  return useQuery({ ...trpc.usage.filterValues.queryOptions({ ...useScope(), mode, from: span.from, to: span.to, dimension }), enabled: wanted });
}

/** What the page is narrowed to, each with its way out, and the choice of one more. */
export function FilterBar({ span, mode, filters, adding, onChange, onAdding }: Props) {
  return (
    <div className="filters" role="group" aria-label="Filters">
      {FILTER_NAMES.map((name) => (filters[name] ? <Chips key={name} name={name} values={filters[name]} span={span} mode={mode} onRemove={(value) => onChange(withoutFilter(filters, name, value))} /> : null))}
      {adding ? <Chooser key={adding} name={adding} taken={filters[adding] ?? []} span={span} mode={mode} onChosen={(value) => { onAdding(null); if (value !== null) onChange(withFilter(filters, adding, value)); }} /> : null}
      {Object.keys(filters).length > 0 ? <button type="button" className="btn ghost sm" onClick={() => onChange({})}>Clear filters</button> : null}
    </div>
  );
}

/** Names are asked for where ids are no names. */
function Chips({ name, values, span, mode, onRemove }: { name: Dimension; values: readonly string[]; span: Span; mode: BookView["mode"]; onRemove: (value: string) => void }) {
  const known = useValues(name, { span, mode, wanted: name === "key" || values.includes("") });
  const labelOf = (value: string): string => known.data?.find(({ key }) => key === value)?.label ?? (value === "" ? "none" : value);
  return values.map((value) => (
    <span className="tag lg" key={value}>{FILTER_LABELS[name]}: <b>{labelOf(value)}</b><button type="button" className="drop" aria-label={`Take away the filter ${FILTER_LABELS[name]} ${labelOf(value)}`} onClick={() => onRemove(value)}><X className="ic s" aria-hidden /></button></span>
  ));
}

function Chooser({ name, taken, span, mode, onChosen }: { name: Dimension; taken: readonly string[]; span: Span; mode: BookView["mode"]; onChosen: (value: string | null) => void }) {
  const values = useValues(name, { span, mode, wanted: true });
  const left = (values.data ?? []).filter(({ key }) => !taken.includes(key));
  return (
    <label className="pick">{FILTER_LABELS[name]}
      <select value="" disabled={values.isPending} onChange={(event) => onChosen(left[Number(event.target.value)]?.key ?? null)} onKeyDown={(event) => { if (event.key === "Escape") onChosen(null); }}>
        <option value="">{values.isPending ? "Reading…" : values.isError ? "Could not be read" : left.length === 0 ? "No other in this range" : "Choose…"}</option>
        {left.map(({ key, label, requests }, index) => <option key={key} value={index}>{label} ({count(requests)})</option>)}
      </select>
    </label>
  );
}
