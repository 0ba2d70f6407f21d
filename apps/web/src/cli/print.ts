/** What a person reads at a terminal: a table for a list, a line for each fact of a thing. `--json` gives programs all of it. */

type Fact = string | number | boolean | bigint | Date | null | undefined;
type Row = Readonly<Record<string, unknown>>;

/** Longer texts are cut in tables, but for the last column; a line of its own holds a whole one. */
const CELL_CHARS_MAX = 60;

export function printed(result: unknown): string {
  if (Array.isArray(result)) return table(result);
  return isRow(result) ? described(result) : told(result as Fact);
}

function described(row: Row): string {
  const facts = Object.entries(row).filter(([, value]) => !isNested(value)).map(([name, value]) => [spoken(name), told(value as Fact)] as const);
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  const parts = facts.length === 0 ? [] : [facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join("\n")];
  for (const [name, value] of Object.entries(row)) if (isNested(value)) parts.push(`${spoken(name)}\n${indented(printed(value))}`);
  return parts.join("\n\n");
}

function table(rows: readonly unknown[]): string {
  if (rows.length === 0) return "none";
  if (!rows.every(isRow)) return rows.map((row) => printed(row)).join("\n");
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => rows.some((row) => row[name] != null && row[name] !== "" && !isNested(row[name])));
  const cells = rows.map((row) => names.map((name, at) => { const text = told(isNested(row[name]) ? null : row[name] as Fact); return at === names.length - 1 ? text : cut(text); }));
  const isNumber = names.map((_, at) => cells.every((row) => /^-?[\d.]*$/.test(row[at] ?? "")));
  const widths = names.map((name, at) => Math.max(spoken(name).length, ...cells.map((row) => (row[at] ?? "").length)));
  const line = (texts: readonly string[]): string => texts.map((text, at) => isNumber[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)).join("  ").trimEnd();
  return [line(names.map(spoken)), ...cells.map(line)].join("\n");
}

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
const isNested = (value: unknown): boolean => Array.isArray(value) || isRow(value);
const indented = (text: string): string => text.split("\n").map((line) => line === "" ? line : `  ${line}`).join("\n");
const cut = (text: string): string => text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX - 1)}…` : text;
/** `createdAt` → `created at`. */
const spoken = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();

function told(value: Fact): string {
  if (value instanceof Date) return value.toISOString();
  return value == null ? "" : typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}
