import type { Dimension, UsageFilterView } from "../../../server/views.ts";

export const FILTER_LABELS: Readonly<Record<Dimension, string>> = { model: "Model", provider: "Provider", key: "Key", preset: "Preset", status: "Status" };
export const FILTER_NAMES = Object.keys(FILTER_LABELS) as Dimension[];

/** As one parameter of the address: `model=a&model=b&status=failed`. What it does not know it leaves out. */
export function filtersFrom(text: string | null): UsageFilterView {
  const given = new URLSearchParams(text ?? "");
  return Object.fromEntries(FILTER_NAMES.flatMap((name) => { const values = [...new Set(given.getAll(name))]; return values.length === 0 ? [] : [[name, values]]; }));
}

/** Null where nothing is filtered. */
export function filtersText(filters: UsageFilterView): string | null {
  const text = new URLSearchParams(FILTER_NAMES.flatMap((name) => (filters[name] ?? []).map((value) => [name, value]))).toString();
  return text === "" ? null : text;
}

export const isFiltered = (filters: UsageFilterView): boolean => filtersText(filters) !== null;

/** As a question to the server has it: nothing where nothing is filtered, so that it is the same question as without. */
export const asked = (filters: UsageFilterView): { readonly filters?: UsageFilterView } => (isFiltered(filters) ? { filters } : {});

export function withFilter(filters: UsageFilterView, name: Dimension, value: string): UsageFilterView {
  return { ...filters, [name]: [...new Set([...(filters[name] ?? []), value])] };
}

export function withoutFilter(filters: UsageFilterView, name: Dimension, value: string): UsageFilterView {
  const { [name]: values = [], ...rest } = filters;
  const left = values.filter((one) => one !== value);
  return left.length === 0 ? rest : { ...rest, [name]: left };
}

/** Words of the log's filter that say the same; a dimension with alternatives or without a word there is left out. */
export const logWords = (filters: UsageFilterView, except: Dimension): string[] =>
  (["model", "provider", "status"] as const).flatMap((name) => { const [value, ...others] = filters[name] ?? []; return name === except || !value || others.length > 0 ? [] : [`${name}:${value}`]; });
