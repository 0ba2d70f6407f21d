/** Usage, the request log and the audit log. */
import type { BookMode } from "@trunkline/contracts";
import type { Actor, UsageSums, WebDb } from "@trunkline/db/web";
import { z } from "zod";
import { csvLine } from "../csv.ts";
import { usd } from "../money-view.ts";
import { toRequestListItem, toRequestView } from "../request-view.ts";
import { usageFilterQuery, usageFiltersOf } from "../usage-filters.ts";
import { list, operation, type Operation } from "./operation.ts";

const DAYS_30_MS = 30 * 86_400_000;
const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;
const AUDIT_MAX = 500;
const RECEIPTS_MAX = 1_000;
const instant = z.union([z.iso.datetime({ offset: true }), z.iso.date()], "must be a date such as 2026-03-01, or a time such as 2026-03-01T12:00:00Z");
const mode = z.enum(["live", "test"]).optional();

const DIMENSIONS = ["model", "provider", "key", "project", "preset", "user", "session", "status"] as const;
type Dimension = (typeof DIMENSIONS)[number];
const isDimension = (name: string): name is Dimension => (DIMENSIONS as readonly string[]).includes(name);
const levels = z.string().default("model").transform((names, context): readonly [Dimension, Dimension?] => {
  const [first = "", second, ...rest] = names.split(",").map((name) => name.trim());
  if (isDimension(first) && rest.length === 0 && (second === undefined || (isDimension(second) && second !== first))) return second === undefined ? [first] : [first, second];
  context.addIssue({ code: "custom", message: `must be one of ${DIMENSIONS.join(", ")}, or two different ones parted by a comma` });
  return z.NEVER;
}).describe(`One of ${DIMENSIONS.join(", ")}, or two of them parted by a comma for both levels of a table. By user and session the largest 1,000 come first, then all others as one group ("*"), then requests that name nobody ("").`);

const usageQuery = z.object({
  group_by: levels, ...usageFilterQuery,
  mode, from: instant.optional(), to: instant.optional(), project: z.string().optional(), format: z.enum(["json", "csv"]).default("json"),
});

const sums = (row: UsageSums) => ({
  requests: Number(row.requests), failed: Number(row.failed), rescued: Number(row.rescued), attempts: Number(row.attempts), cost_usd: usd(row.chargeNanoUsd), provider_cost_usd: usd(row.costNanoUsd), absorbed_usd: usd(row.absorbedNanoUsd),
  input_tokens: Number(row.inputTokens), cache_read_tokens: Number(row.cacheReadTokens), cache_write_tokens: Number(row.cacheWriteTokens),
  output_tokens: Number(row.outputTokens), reasoning_tokens: Number(row.reasoningTokens), avg_ttft_ms: row.ttftCount > 0n ? Number(row.ttftMsSum / row.ttftCount) : null,
});

export function toCsv(rows: readonly Readonly<Record<string, unknown>>[], columns: readonly string[]): string {
  return [columns, ...rows.map((row) => columns.map((name) => row[name]))].map(csvLine).join("");
}

const SUM_COLUMNS = [ "requests", "failed", "rescued", "attempts", "cost_usd", "provider_cost_usd", "absorbed_usd", "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "avg_ttft_ms"];

interface Reach { readonly projectId: string | undefined; readonly mode: BookMode }
async function reachOf(db: WebDb, actor: Actor, query: { project?: string | undefined; mode?: BookMode | undefined }): Promise<Reach> {
  const projectId = query.project === undefined ? undefined : (await db.organizations.findProject(actor, query.project)).id;
  return { projectId, mode: query.mode ?? (await db.requests.defaultMode(actor, projectId)) };
}

const usage = operation({
  method: "GET", path: "/usage", id: "getUsage", summary: "Sums by one dimension or two, of all calls or of some; the last 30 days unless told", status: 200, query: usageQuery, body: null,
  handle: async ({ db, actor, query, nowMs }) => {
    const reach = await reachOf(db, actor, query);
    const range = { ...reach, filters: usageFiltersOf(query), from: new Date(query.from ?? nowMs - DAYS_30_MS), to: new Date(query.to ?? nowMs + 1) };
    const [by, thenBy] = query.group_by;
    const data = thenBy === undefined
      ? (await db.usage.groups(actor, range, by)).map((group) => ({ [by]: group.key, label: group.label, ...sums(group) }))
      : (await db.usage.nested(actor, range, [by, thenBy])).map((group) => ({ [by]: group.key, label: group.label, [thenBy]: group.thenKey, then_label: group.thenLabel, ...sums(group) }));
    if (query.format === "csv") {
      const columns = [by, "label", ...(thenBy === undefined ? [] : [thenBy, "then_label"]), ...SUM_COLUMNS];
      return new Response(toCsv(data, columns), { headers: { "content-type": "text/csv; charset=utf-8", "content-disposition": `attachment; filename="usage-by-${query.group_by.join("-and-")}.csv"` } });
    }
    return list(data, { mode: reach.mode, group_by: query.group_by.join(","), from: range.from.toISOString(), to: range.to.toISOString(), totals: sums(await db.usage.totals(actor, range)) });
  },
});

const text = z.string().max(PAGE_MAX).optional();
const requests = operation({
  method: "GET", path: "/requests", id: "listRequests", summary: "The request log, newest first", status: 200, body: null,
  query: z.object({ mode, project: text, cursor: text, limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT), status: text, model: text, provider: text, key: text, search: text }),
  handle: async ({ db, actor, query }) => {
    const reach = await reachOf(db, actor, query);
    const { cursor, limit, status, model, provider, search } = query;
    const page = await db.requests.list(actor, { ...reach, cursor, limit, status, model, provider, apiKeyId: query.key, search });
    return list(page.rows.map(toRequestListItem), { mode: reach.mode, has_more: page.nextCursor !== null, next_cursor: page.nextCursor });
  },
});

const request = operation({
  method: "GET", path: "/requests/{id}", id: "getRequest", summary: "One request with its attempts and cost lines", status: 200, query: null, body: null,
  handle: async ({ db, actor, parameters }) => {
    const row = await db.requests.find(actor, parameters["id"] ?? "");
    return toRequestView(row, row.priceVersionId === null ? null : await db.catalog.findPrice(row.priceVersionId));
  },
});

const receipts = operation({
  method: "GET", path: "/receipts", id: "listReceipts", summary: "Signed receipts in the order of their chain, after a sequence number, with the public keys", status: 200, body: null,
  query: z.object({ after: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(RECEIPTS_MAX).default(PAGE_DEFAULT) }),
  handle: async ({ db, actor, query }) => {
    const { receipts: data, keys } = await db.receipts.list(actor, query);
    const hasMore = data.length === query.limit;
    return list(data, { keys, has_more: hasMore, next_cursor: hasMore ? String(data.at(-1)?.receipt["sequence"]) : null });
  },
});

const audit = operation({
  method: "GET", path: "/audit-log", id: "listAudit", summary: "Who changed what, newest first", status: 200, query: null, body: null,
  handle: async ({ db, actor }) => list((await db.organizations.listAudit(actor, AUDIT_MAX)).map((row) => ({ ...row, id: row.id.toString() }))),
});

export const ANALYTICS_OPERATIONS: readonly Operation[] = [usage, requests, request, receipts, audit];
