import { csvLine } from "../../../server/csv.ts";

type Cell = string | number | null;

export const toCsv = (rows: readonly (readonly Cell[])[]): string => rows.map(csvLine).join("");

/** The same table as a list of objects, its first row naming the fields. */
export function toJson([heads = [], ...rows]: readonly (readonly Cell[])[]): string {
  return `${JSON.stringify(rows.map((row) => Object.fromEntries(heads.map((head, at) => [String(head), row[at] ?? null]))), null, 2)}\n`;
}

/** Hands a text to the browser as a file. */
export function download(name: string, text: string): void {
  downloadBlob(name, new Blob([text], { type: name.endsWith(".json") ? "application/json" : name.endsWith(".svg") ? "image/svg+xml" : "text/csv;charset=utf-8" }));
}

export function downloadBlob(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
