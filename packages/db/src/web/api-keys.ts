/** Keys that we issue. The secret never reaches this layer: it stores the HMAC, the public id and the last four characters. */
import type { Budget, BudgetPeriod } from "@trunkline/contracts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { ConflictError, NotFoundError } from "./errors.ts";
import { spentOf, timeZoneOf, toBudget } from "./budget-spend.ts";

export interface IssuedKey { readonly keyId: string; readonly lastFour: string; readonly hash: Uint8Array; readonly pepperVersion: number }
export interface NewApiKey {
  readonly projectId: string; readonly kind: "live" | "test" | "mgmt"; readonly name: string; readonly rpmLimit: number | null; readonly tpmLimit: number | null; readonly concurrencyLimit: number | null; readonly browserOrigins: string[]; readonly allowedModels: string[]; readonly expiresAt: Date | null;
  /** A member; null: a service key; absent: the actor, or a service key where the actor is a key itself. */
  readonly ownerId?: string | null;
  readonly budget: { readonly period: BudgetPeriod; readonly limitNanoUsd: bigint } | null;
}
/** `email` null: somebody who left. */
export interface KeyOwner { readonly userId: string; readonly email: string | null; readonly name: string | null }
export interface ApiKeyRow {
  readonly id: string; readonly projectId: string; readonly kind: "live" | "test" | "mgmt"; readonly name: string; readonly keyId: string; readonly lastFour: string;
  readonly createdAt: Date; readonly lastUsedAt: Date | null; readonly expiresAt: Date | null; readonly revokedAt: Date | null; readonly rpmLimit: number | null; /** Tokens a minute. */ readonly tpmLimit: number | null; /** Calls at a time. */ readonly concurrencyLimit: number | null; /** Pages that may use the key; `*`: any. */ readonly browserOrigins: readonly string[]; /** `author/model` or `author/*`; empty: every model. */ readonly allowedModels: readonly string[];
  /** null: a service key, which stays when its maker leaves. */
  readonly owner: KeyOwner | null;
  readonly budget: (Budget & { readonly spentNanoUsd: bigint }) | null; readonly spendNanoUsd30d: bigint; readonly requests30d: bigint;
}

const DAYS_30_MS = 30 * 86_400_000;
const fields = { id: true, projectId: true, kind: true, name: true, keyId: true, lastFour: true, createdAt: true, lastUsedAt: true, expiresAt: true, revokedAt: true, rpmLimit: true, tpmLimit: true, concurrencyLimit: true, browserOrigins: true, allowedModels: true, ownerId: true } as const;

const managementKeyInPage = (): ConflictError => new ConflictError("A management key acts as an admin, so no web page may use it.");

/** Throws NotFoundError for who is no member. */
async function assertMember(transaction: Transaction, organizationId: string, userId: string): Promise<void> {
  if (!(await transaction.member.findFirst({ where: { organizationId, userId }, select: { userId: true } }))) throw new NotFoundError("member");
}

async function ownersOf(transaction: Transaction, organizationId: string, ownerIds: readonly (string | null)[]): Promise<ReadonlyMap<string, KeyOwner>> {
  const ids = [...new Set(ownerIds.filter((id) => id !== null))];
  const members = ids.length === 0 ? [] : await transaction.member.findMany({ where: { organizationId, userId: { in: ids } }, select: { userId: true, user: { select: { email: true, name: true } } } });
  return new Map(members.map(({ userId, user }) => [userId, { userId, ...user }]));
}

export function createApiKeys(context: StoreContext) {
  async function read(transaction: Transaction, where: { organizationId: string; projectId?: string; id?: string }): Promise<ApiKeyRow[]> {
    const keys = await transaction.apiKey.findMany({ where, orderBy: { createdAt: "desc" }, select: fields });
    const ids = keys.map((key) => key.id);
    const usage = await transaction.usageRollupHour.groupBy({
      by: ["apiKeyId"], where: { organizationId: where.organizationId, apiKeyId: { in: ids }, bucket: { gte: new Date(context.nowMs() - DAYS_30_MS) } }, _sum: { chargeNanoUsd: true, requests: true }, _max: { bucket: true },
    });
    const budgets = await transaction.budget.findMany({ where: { organizationId: where.organizationId, scope: "key", scopeId: { in: ids } }, orderBy: { createdAt: "asc" } });
    const spent: (Budget & { readonly spentNanoUsd: bigint })[] = [];
    const timeZone = budgets.length === 0 ? "UTC" : await timeZoneOf(transaction, where.organizationId);
    for (const row of budgets) { const budget = toBudget(row, timeZone); spent.push({ ...budget, spentNanoUsd: await spentOf(transaction, budget, context.nowMs()) }); }
    const owners = await ownersOf(transaction, where.organizationId, keys.map((key) => key.ownerId));
    return keys.map(({ ownerId, ...key }) => {
      const used = usage.find((row) => row.apiKeyId === key.id);
      const sums = used?._sum;
      return {
        ...key, owner: ownerId === null ? null : owners.get(ownerId) ?? { userId: ownerId, email: null, name: null }, lastUsedAt: key.lastUsedAt ?? used?._max.bucket ?? null,
        budget: spent.find((row) => row.scopeId === key.id) ?? null, spendNanoUsd30d: sums?.chargeNanoUsd ?? 0n, requests30d: sums?.requests ?? 0n,
      };
    });
  }
  async function one(transaction: Transaction, organizationId: string, id: string): Promise<ApiKeyRow> {
    const row = (await read(transaction, { organizationId, id }))[0];
    if (!row) throw new NotFoundError("API key");
    return row;
  }
  return {
    list: (actor: Actor, projectId?: string): Promise<ApiKeyRow[]> => context.tenant(actor, "resources.read", (transaction) =>
      read(transaction, { organizationId: actor.organizationId, ...(projectId === undefined ? {} : { projectId }) })),
    /** A management key acts as an admin, so only who manages the organization may make one. Throws NotFoundError for a foreign project. */
    create: (actor: Actor, key: NewApiKey, issued: IssuedKey): Promise<ApiKeyRow> => context.tenant(actor, key.kind === "mgmt" ? "organization.manage" : "keys.manage", async (transaction) => {
      const { budget, ownerId = actor.userId, ...data } = key;
      if (key.kind === "mgmt" && key.browserOrigins.length > 0) throw managementKeyInPage();
      if (!(await transaction.project.findFirst({ where: { id: key.projectId, organizationId: actor.organizationId }, select: { id: true } }))) throw new NotFoundError("project");
      if (ownerId !== null && ownerId !== actor.userId) await assertMember(transaction, actor.organizationId, ownerId);
      const id = context.newId("key");
      const hash = new Uint8Array(issued.hash);
      await transaction.apiKey.create({ data: { id, organizationId: actor.organizationId, createdBy: actor.userId, ownerId, ...data, ...issued, hash } });
      if (budget) await transaction.budget.create({ data: { id: context.newId("bud"), organizationId: actor.organizationId, scope: "key", scopeId: id, name: `${key.name} budget`, ...budget } });
      await recordAudit(transaction, actor, { action: "key.create", subject: id });
      return one(transaction, actor.organizationId, id);
    }),
    update: (actor: Actor, id: string, change: { name?: string; rpmLimit?: number | null; tpmLimit?: number | null; concurrencyLimit?: number | null; browserOrigins?: string[]; allowedModels?: string[]; expiresAt?: Date | null; ownerId?: string | null }): Promise<ApiKeyRow> => context.tenant(actor, "keys.manage", async (transaction) => {
      if (change.browserOrigins?.length && (await one(transaction, actor.organizationId, id)).kind === "mgmt") throw managementKeyInPage();
      if (change.ownerId) await assertMember(transaction, actor.organizationId, change.ownerId);
      const changed = await transaction.apiKey.updateMany({ where: { id, organizationId: actor.organizationId, revokedAt: null }, data: change });
      if (changed.count === 0) throw new NotFoundError("API key");
      await recordAudit(transaction, actor, { action: "key.update", subject: id });
      return one(transaction, actor.organizationId, id);
    }),
    /** Final. The caller publishes the invalidation after the commit. `projectId` given: the key must be of that project. */
    revoke: (actor: Actor, id: string, projectId?: string): Promise<ApiKeyRow> => context.tenant(actor, "keys.manage", async (transaction) => {
      const row = await one(transaction, actor.organizationId, id);
      if (projectId !== undefined && row.projectId !== projectId) throw new NotFoundError("API key");
      if (row.revokedAt) throw new ConflictError("This key is already revoked.");
      await transaction.apiKey.updateMany({ where: { id, organizationId: actor.organizationId }, data: { revokedAt: new Date(context.nowMs()) } });
      await recordAudit(transaction, actor, { action: "key.revoke", subject: id });
      return one(transaction, actor.organizationId, id);
    }),
  };
}
