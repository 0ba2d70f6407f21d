/** The request log: one row a generation, newest first, keyset pagination. */
import { isPlanId, PLANS, type AttemptRecord, type BookMode } from "@trunkline/contracts";
import type { Generation } from "../../generated/client.ts";
import type { Actor } from "./actor.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { NotFoundError } from "./errors.ts";

export interface RequestFilter {
  readonly projectId?: string | undefined; readonly mode: BookMode; readonly cursor?: string | undefined; readonly limit: number;
  readonly status?: string | undefined; readonly model?: string | undefined; readonly provider?: string | undefined; readonly apiKeyId?: string | undefined; readonly search?: string | undefined;
}
export interface RequestRow extends Omit<Generation, "attempts" | "losses" | "metadata"> {
  readonly keyName: string;
  readonly attempts: readonly AttemptRecord[]; readonly losses: readonly string[]; readonly metadata: Readonly<Record<string, string>>;
}
/** What a request was, without any of what it said: enough to plan it again. */
export type RoutedRow = Pick<Generation, "id" | "createdAt" | "apiKeyId" | "projectId" | "presetSlug" | "requestedModel" | "provider" | "model" | "durationMs" | "timeToFirstTokenMs" | "endUser" | "sessionId" | "decision"
  | "inputTokens" | "cacheReadTokens" | "cacheWriteTokens" | "outputTokens" | "reasoningTokens" | "chargeNanoUsd"> & { readonly metadata: Readonly<Record<string, string>> };
const ROUTED = {
  id: true, createdAt: true, apiKeyId: true, projectId: true, presetSlug: true, requestedModel: true, provider: true, model: true, durationMs: true, timeToFirstTokenMs: true, endUser: true, sessionId: true, decision: true,
  inputTokens: true, cacheReadTokens: true, cacheWriteTokens: true, outputTokens: true, reasoningTokens: true, chargeNanoUsd: true, metadata: true,
} as const;
export interface RequestPage { readonly rows: readonly RequestRow[]; readonly nextCursor: string | null }

const CURSOR = /^(\d{13})_(req_[0-9a-z]{1,64})$/;
const encodeCursor = (row: { createdAt: Date; id: string }): string => `${row.createdAt.getTime()}_${row.id}`;

/** A malformed cursor is the first page: it can only come from an edited address. */
function before(cursor: string | undefined) {
  const match = CURSOR.exec(cursor ?? "");
  if (!match?.[1] || !match[2]) return null;
  const createdAt = new Date(Number(match[1]));
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: match[2] } }] };
}

function matching(search: string) {
  const contains = { contains: search, mode: "insensitive" } as const;
  return { OR: [{ id: search }, { requestedModel: contains }, { model: contains }, { errorMessage: contains }, { errorCode: contains }, { endUser: search }, { sessionId: search }] };
}

function chosen(actor: Actor, filter: Omit<RequestFilter, "limit">) {
  const { projectId, mode, status, model, provider, apiKeyId, search } = filter;
  const exact = Object.fromEntries(Object.entries({ projectId, status, model, provider, apiKeyId }).filter(([, value]) => value !== undefined));
  const cursor = before(filter.cursor);
  return { organizationId: actor.organizationId, mode, ...exact, AND: [...(cursor ? [cursor] : []), ...(search ? [matching(search)] : [])] };
}

async function withKeyNames(transaction: Transaction, organizationId: string, rows: readonly Generation[]): Promise<RequestRow[]> {
  const keys = await transaction.apiKey.findMany({ where: { organizationId, id: { in: [...new Set(rows.map((row) => row.apiKeyId))] } }, select: { id: true, name: true } });
  const names = new Map(keys.map((key) => [key.id, key.name]));
  return rows.map((row) => ({
    ...row, keyName: names.get(row.apiKeyId) ?? "deleted key",
    attempts: row.attempts as unknown as AttemptRecord[], losses: row.losses as string[], metadata: row.metadata as Record<string, string>,
  }));
}

export function createRequests(context: StoreContext) {
  return {
    list: (actor: Actor, filter: RequestFilter): Promise<RequestPage> => context.tenant(actor, "usage.read", async (transaction) => {
      const rows = await transaction.generation.findMany({
        where: chosen(actor, filter), orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: filter.limit + 1,
      });
      const page = rows.slice(0, filter.limit);
      const last = page.at(-1);
      return { rows: await withKeyNames(transaction, actor.organizationId, page), nextCursor: rows.length > filter.limit && last ? encodeCursor(last) : null };
    }),
    /** How many the filter holds; counts no further than `max`. */
    countUpTo: (actor: Actor, filter: Omit<RequestFilter, "cursor" | "limit">, max: number): Promise<number> => context.tenant(actor, "usage.read", (transaction) =>
      transaction.generation.count({ where: chosen(actor, filter), take: max })),
    /** Days for which the plan keeps rows; null: no plan, and they stay. */
    keptDays: (actor: Actor): Promise<number | null> => context.tenant(actor, "usage.read", async (transaction) => {
      const account = await transaction.billingAccount.findUnique({ where: { organizationId: actor.organizationId }, select: { plan: true } });
      return account && isPlanId(account.plan) ? PLANS[account.plan].logRetentionDays : null;
    }),
    /** Throws NotFoundError for an absent or foreign id alike. */
    find: (actor: Actor, id: string, projectId?: string): Promise<RequestRow> => context.tenant(actor, "usage.read", async (transaction) => {
      const row = await transaction.generation.findFirst({ where: { id, organizationId: actor.organizationId, ...(projectId === undefined ? {} : { projectId }) } });
      const complete = row && (await withKeyNames(transaction, actor.organizationId, [row]))[0];
      if (!complete) throw new NotFoundError("request");
      return complete;
    }),
    /** Answered requests that a preset routed since `from`, newest first. */
    routedBy: (actor: Actor, { slug, mode, from, limit }: { readonly slug: string; readonly mode: BookMode; readonly from: Date; readonly limit: number }): Promise<readonly RoutedRow[]> => context.tenant(actor, "usage.read", async (transaction) => {
      const rows = await transaction.generation.findMany({ where: { organizationId: actor.organizationId, mode, presetSlug: slug, createdAt: { gte: from }, provider: { not: null } }, orderBy: { createdAt: "desc" }, take: limit, select: ROUTED });
      return rows.map((row) => ({ ...row, metadata: row.metadata as Record<string, string> }));
    }),
    findFirst: (actor: Actor, projectId: string): Promise<RequestRow | null> => context.tenant(actor, "usage.read", async (transaction) => {
      const row = await transaction.generation.findFirst({ where: { organizationId: actor.organizationId, projectId }, orderBy: { createdAt: "asc" } });
      return (row && (await withKeyNames(transaction, actor.organizationId, [row]))[0]) ?? null;
    }),
    recentFailures: (actor: Actor, projectId: string, mode: BookMode): Promise<RequestRow[]> => context.tenant(actor, "usage.read", async (transaction) => {
      const rows = await transaction.generation.findMany({ where: { organizationId: actor.organizationId, projectId, mode, status: { in: ["failed", "partial"] } }, orderBy: { createdAt: "desc" }, take: RECENT_FAILURES });
      return withKeyNames(transaction, actor.organizationId, rows);
    }),
    /** `live` as soon as the book holds one live request; before that `test`, so that a new account sees its first calls. */
    defaultMode: (actor: Actor, projectId?: string): Promise<BookMode> => context.tenant(actor, "usage.read", async (transaction) => {
      const live = await transaction.usageRollup.findFirst({ where: { organizationId: actor.organizationId, mode: "live", ...(projectId === undefined ? {} : { projectId }) }, select: { mode: true } });
      return live ? "live" : "test";
    }),
  };
}

/** As many as the overview's list shows. */
const RECENT_FAILURES = 5;
