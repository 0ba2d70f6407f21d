/**
 * The only door to tenant tables: a role check, then a transaction that runs as the unprivileged role `trunkline_tenant`
 * with `app.tenant` set, so that row-level security holds even where a statement forgets its `organizationId`.
 */
import { randomBytes } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { createId, type IdPrefix, type Permission } from "@trunkline/contracts";
import { PrismaClient, type Prisma } from "../../generated/client.ts";
import { assertMay, type Actor } from "./actor.ts";

/** A dashboard query that takes longer is a fault, and must not hold a pool slot. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** The driver's default waits for ever. */
const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;
/** Per web process; four processes stay below the default 100 connections of Postgres. */
const POOL_CONNECTIONS_MAX = 10;

export type Transaction = Prisma.TransactionClient;

export interface StoreContext {
  /** Never leaves this package: it sees every tenant. */
  readonly client: PrismaClient;
  readonly nowMs: () => number;
  readonly newId: (prefix: IdPrefix) => string;
  readonly tenant: <T>(actor: Actor, permission: Permission, work: (transaction: Transaction) => Promise<T>) => Promise<T>;
}

export interface WebDbOptions { readonly databaseUrl: string; readonly nowMs?: () => number }

/** Narrows the rest of the transaction to one organization; both settings end with the transaction. */
export async function enterTenant(transaction: Transaction, organizationId: string): Promise<void> {
  await transaction.$executeRaw`SELECT set_config('role', 'trunkline_tenant', true), set_config('app.tenant', ${organizationId}, true)`;
}

export function createContext({ databaseUrl, nowMs = Date.now }: WebDbOptions): StoreContext {
  const adapter = new PrismaPg({
    connectionString: databaseUrl, max: POOL_CONNECTIONS_MAX, connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS, statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  const client = new PrismaClient({ adapter, transactionOptions: { maxWait: CONNECT_TIMEOUT_MS, timeout: STATEMENT_TIMEOUT_MS } });
  return {
    client,
    nowMs,
    newId: (prefix) => createId(prefix, nowMs(), randomBytes(16)),
    tenant: async (actor, permission, work) => {
      assertMay(actor, permission);
      return client.$transaction(async (transaction) => {
        await enterTenant(transaction, actor.organizationId);
        return work(transaction);
      });
    },
  };
}
