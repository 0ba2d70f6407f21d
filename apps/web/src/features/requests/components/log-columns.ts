/** The columns of the log: which there are, which are shown unless chosen otherwise, and how a choice stands in the address. */
export const LOG_COLUMNS = [
  { id: "time", label: "Time", fixed: true }, { id: "status", label: "Status" }, { id: "model", label: "Model, served", fixed: true }, { id: "requested", label: "Asked for", extra: true }, { id: "provider", label: "Provider" }, { id: "key", label: "Key" },
  { id: "preset", label: "Preset", extra: true }, { id: "ttft", label: "TTFT", right: true }, { id: "total", label: "Total", right: true }, { id: "speed", label: "Tokens/s", right: true, extra: true }, { id: "tokens", label: "Tokens", right: true },
  { id: "attempts", label: "Attempts", right: true, extra: true }, { id: "cost", label: "Cost", right: true }, { id: "flags", label: "Flags" },
] as const satisfies readonly { readonly id: string; readonly label: string; readonly fixed?: true; readonly extra?: true; readonly right?: true }[];
export type LogColumn = (typeof LOG_COLUMNS)[number]["id"];

const isFixed = (column: (typeof LOG_COLUMNS)[number]): boolean => "fixed" in column;
const DEFAULT: readonly LogColumn[] = LOG_COLUMNS.filter((column) => !("extra" in column)).map(({ id }) => id);
/** Nothing but the fixed ones. */
const NONE = "-";

/** In the table's order, whatever the address's; what it does not know it leaves out. */
export function columnsFrom(text: string | null): readonly LogColumn[] {
  if (text === null) return DEFAULT;
  const asked = text.split(",");
  return LOG_COLUMNS.filter((column) => isFixed(column) || asked.includes(column.id)).map(({ id }) => id);
}

/** Null for the columns that are shown anyway. */
export function columnsText(shown: readonly LogColumn[]): string | null {
  if (LOG_COLUMNS.every(({ id }) => shown.includes(id) === DEFAULT.includes(id))) return null;
  return LOG_COLUMNS.filter((column) => !isFixed(column) && shown.includes(column.id)).map(({ id }) => id).join(",") || NONE;
}
