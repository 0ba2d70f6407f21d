/** Provider credentials that an organization brings. Write-only: a seal comes in and never goes out to a caller of this layer. */
import type { CredentialBinding } from "@trunkline/keys";
import type { Prisma } from "../../generated/client.ts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { NotFoundError, UnprocessableError } from "./errors.ts";

export interface ProviderCredentialRecord {
  readonly id: string; readonly provider: string; readonly label: string; readonly lastFour: string; readonly baseUrl: string | null; readonly position: number; readonly weight: number;
  readonly enabled: boolean; readonly platformFallback: boolean; readonly createdAt: Date; readonly validatedAt: Date | null; readonly lastUsedAt: Date | null; readonly lastFailureAt: Date | null; readonly lastFailure: string | null;
  /** At list price, as the provider bills the organization. */
  readonly spendNanoUsd30d: bigint; readonly requests30d: number;
}
export interface NewProviderCredential {
  readonly provider: string; readonly label: string; readonly lastFour: string; readonly baseUrl: string | null; readonly weight: number; readonly platformFallback: boolean; readonly validatedAt: Date | null;
  /** Null: behind those of the provider that are there. */
  readonly position: number | null;
  readonly seal: (binding: CredentialBinding) => string;
}
export interface ProviderCredentialChange {
  readonly label?: string; readonly position?: number; readonly weight?: number; readonly enabled?: boolean; readonly platformFallback?: boolean;
  /** Another secret is another version, whose circuit starts closed. */
  readonly secret?: Pick<NewProviderCredential, "lastFour" | "seal" | "validatedAt">;
}

/** A provider asks them one after the other; more would only delay the platform's answer. */
export const CREDENTIALS_PER_PROVIDER_MAX = 8;
const DAYS_30_MS = 30 * 86_400_000;

const shown = {
  id: true, provider: true, label: true, lastFour: true, baseUrl: true, position: true, weight: true, enabled: true, platformFallback: true, createdAt: true, validatedAt: true, lastUsedAt: true, lastFailureAt: true, lastFailure: true,
} as const satisfies Prisma.ProviderCredentialSelect;

export function createProviderCredentials(context: StoreContext) {
  async function read(transaction: Transaction, where: { organizationId: string; id?: string }): Promise<ProviderCredentialRecord[]> {
    const rows = await transaction.providerCredential.findMany({ where, orderBy: [{ provider: "asc" }, { position: "asc" }, { id: "asc" }], select: shown });
    const usage = rows.length === 0 ? [] : await transaction.generation.groupBy({
      by: ["credentialId"], where: { organizationId: where.organizationId, credentialId: { in: rows.map((row) => row.id) }, createdAt: { gte: new Date(context.nowMs() - DAYS_30_MS) } }, _sum: { ownSpendNanoUsd: true }, _count: true,
    });
    return rows.map((row) => {
      const sums = usage.find((one) => one.credentialId === row.id);
      return { ...row, spendNanoUsd30d: sums?._sum.ownSpendNanoUsd ?? 0n, requests30d: sums?._count ?? 0 };
    });
  }
  async function one(transaction: Transaction, organizationId: string, id: string): Promise<ProviderCredentialRecord> {
    const [row] = await read(transaction, { organizationId, id });
    if (!row) throw new NotFoundError("provider credential");
    return row;
  }
  return {
    list: (actor: Actor): Promise<ProviderCredentialRecord[]> => context.tenant(actor, "resources.read", (transaction) => read(transaction, { organizationId: actor.organizationId })),
    /** The caller has validated the secret, and publishes the invalidation after the commit. */
    create: (actor: Actor, { seal, position, ...data }: NewProviderCredential): Promise<ProviderCredentialRecord> => context.tenant(actor, "credentials.manage", async (transaction) => {
      const peers = await transaction.providerCredential.findMany({ where: { organizationId: actor.organizationId, provider: data.provider }, select: { position: true } });
      if (peers.length >= CREDENTIALS_PER_PROVIDER_MAX) throw new UnprocessableError(`A provider has at most ${CREDENTIALS_PER_PROVIDER_MAX} credentials. Remove one first.`);
      const id = context.newId("crd");
      const sealed = seal({ organizationId: actor.organizationId, credentialId: id, provider: data.provider, baseUrl: data.baseUrl, version: 1 });
      await transaction.providerCredential.create({ data: { id, organizationId: actor.organizationId, createdBy: actor.userId, sealed, position: position ?? Math.max(-1, ...peers.map((peer) => peer.position)) + 1, ...data } });
      await recordAudit(transaction, actor, { action: "credential.create", subject: id });
      return one(transaction, actor.organizationId, id);
    }),
    update: (actor: Actor, id: string, { secret, ...change }: ProviderCredentialChange): Promise<ProviderCredentialRecord> => context.tenant(actor, "credentials.manage", async (transaction) => {
      const row = await transaction.providerCredential.findFirst({ where: { id, organizationId: actor.organizationId } });
      if (!row) throw new NotFoundError("provider credential");
      const version = row.version + 1;
      const renewed = secret && { lastFour: secret.lastFour, validatedAt: secret.validatedAt, version, lastFailureAt: null, lastFailure: null, sealed: secret.seal({ organizationId: row.organizationId, credentialId: id, provider: row.provider, baseUrl: row.baseUrl, version }) };
      await transaction.providerCredential.updateMany({ where: { id, organizationId: actor.organizationId, version: row.version }, data: { ...change, ...renewed } });
      await recordAudit(transaction, actor, { action: secret ? "credential.rotate" : "credential.update", subject: id });
      return one(transaction, actor.organizationId, id);
    }),
    /** What a check of the stored secret needs. For `openCredential` alone; the check needs the same right as a change. */
    loadSealed: (actor: Actor, id: string) => context.tenant(actor, "credentials.manage", async (transaction) => {
      const row = await transaction.providerCredential.findFirst({ where: { id, organizationId: actor.organizationId } });
      if (!row) throw new NotFoundError("provider credential");
      return { provider: row.provider, sealed: row.sealed, binding: { organizationId: row.organizationId, credentialId: row.id, provider: row.provider, baseUrl: row.baseUrl, version: row.version } satisfies CredentialBinding };
    }),
    markValidated: (actor: Actor, id: string): Promise<ProviderCredentialRecord> => context.tenant(actor, "credentials.manage", async (transaction) => {
      await transaction.providerCredential.updateMany({ where: { id, organizationId: actor.organizationId }, data: { validatedAt: new Date(context.nowMs()), lastFailureAt: null, lastFailure: null } });
      return one(transaction, actor.organizationId, id);
    }),
    remove: (actor: Actor, id: string): Promise<ProviderCredentialRecord> => context.tenant(actor, "credentials.manage", async (transaction) => {
      const record = await one(transaction, actor.organizationId, id);
      await transaction.providerCredential.deleteMany({ where: { id, organizationId: actor.organizationId } });
      await recordAudit(transaction, actor, { action: "credential.remove", subject: `${id} ${record.provider} ${record.label}` });
      return record;
    }),
  };
}
