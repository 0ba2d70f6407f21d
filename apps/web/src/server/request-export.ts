/**
 * The request log as a file: exactly the requests that a filter shows, newest first, read page by page as the file is sent, so that its size never stands in
 * memory. Requests that are stored while it is read are not in it. Decides how many there are at most; who may read them is decided by the data layer.
 */
import type { Actor, RequestFilter, WebDb } from "@trunkline/db/web";
import { csvLine } from "./csv.ts";
import { toRequestListItem } from "./request-view.ts";
import type { RequestListItem } from "./views.ts";

export type ExportFormat = "csv" | "json";
export type ExportFilter = Omit<RequestFilter, "cursor" | "limit">;
/** More rows than a spreadsheet works with at ease; whoever needs all of them exports the organization. */
export const EXPORT_ROWS_MAX = 100_000;
/** A statement over as many ends within milliseconds. */
const PAGE_ROWS = 500;

const COLUMNS = [
  "id", "createdAt", "status", "httpStatus", "errorCode", "errorMessage", "requestedModel", "model", "provider", "preset", "keyName", "streaming", "durationMs", "timeToFirstTokenMs",
  "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "costUsd", "attempts", "estimated",
] as const satisfies readonly (keyof RequestListItem)[];

/** Ends a file so that nobody takes a part of the log for all of it. */
export const exportName = (project: string, format: ExportFormat, matching: number): string =>
  matching > EXPORT_ROWS_MAX ? `requests-${project}-newest-${EXPORT_ROWS_MAX}.${format}` : `requests-${project}.${format}`;

async function* pages(db: Pick<WebDb, "requests">, actor: Actor, filter: ExportFilter, rowsMax: number): AsyncGenerator<readonly RequestListItem[], void> {
  let cursor: string | null | undefined;
  for (let left = rowsMax; left > 0 && cursor !== null; left -= PAGE_ROWS) {
    const page = await db.requests.list(actor, { ...filter, cursor, limit: Math.min(PAGE_ROWS, left) });
    yield page.rows.map(toRequestListItem);
    cursor = page.nextCursor;
  }
}

const asObject = (row: RequestListItem): string => JSON.stringify(Object.fromEntries(COLUMNS.map((name) => [name, row[name]])));

export async function* exportRequests(db: Pick<WebDb, "requests">, { actor, filter, format, rowsMax = EXPORT_ROWS_MAX }: { readonly actor: Actor; readonly filter: ExportFilter; readonly format: ExportFormat; readonly rowsMax?: number }): AsyncGenerator<string, void> {
  if (format === "csv") {
    yield csvLine(COLUMNS);
    for await (const rows of pages(db, actor, filter, rowsMax)) yield rows.map((row) => csvLine(COLUMNS.map((name) => row[name]))).join("");
    return;
  }
  let between = "[\n";
  for await (const rows of pages(db, actor, filter, rowsMax)) {
    if (rows.length === 0) continue;
    yield between + rows.map(asObject).join(",\n");
    between = ",\n";
  }
  yield between === "[\n" ? "[]\n" : "\n]\n";
}
