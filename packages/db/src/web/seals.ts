/**
 * Everything that is sealed under a key-encryption key: provider credentials, the secrets of webhooks and those of authenticator apps. For the operator, over all
 * organizations; no secret is opened on the way.
 */
import { rewrap, SealError, sealVersion, type CredentialBinding, type VersionedSecrets } from "@trunkline/keys";
import type { StoreContext } from "./context.ts";
import { secondFactorBinding } from "./second-factors.ts";

export interface Rewrapped { readonly ok: boolean; readonly rewrapped: number; readonly current: number; /** Ids of what no key opens. */ readonly unreadable: readonly string[] }

interface StoredSeal { readonly id: string; readonly sealed: string; readonly binding: CredentialBinding }
interface SealTable {
  /** In the order of their ids. */
  read(afterId: string): Promise<readonly StoredSeal[]>;
  /** How many rows changed: none where the seal changed meanwhile. */
  replace(row: StoredSeal, sealed: string): Promise<number>;
}

/** Rows in memory at once. */
const PAGE = 200;

function tables({ client }: StoreContext): readonly SealTable[] {
  return [
    {
      read: async (after) => (await client.providerCredential.findMany({ where: { id: { gt: after } }, orderBy: { id: "asc" }, take: PAGE })).map(({ id, sealed, organizationId, provider, baseUrl, version }) => ({ id, sealed, binding: { organizationId, credentialId: id, provider, baseUrl, version } })),
      replace: async (row, sealed) => (await client.providerCredential.updateMany({ where: { id: row.id, sealed: row.sealed }, data: { sealed } })).count,
    },
    {
      read: async (after) => (await client.secondFactor.findMany({ where: { userId: { gt: after } }, orderBy: { userId: "asc" }, take: PAGE })).map(({ userId, sealed }) => ({ id: userId, sealed, binding: secondFactorBinding(userId) })),
      replace: async (row, sealed) => (await client.secondFactor.updateMany({ where: { userId: row.id, sealed: row.sealed }, data: { sealed } })).count,
    },
    {
      read: async (after) => (await client.alertRule.findMany({ where: { id: { gt: after }, webhookSecret: { not: null } }, orderBy: { id: "asc" }, take: PAGE })).map(({ id, webhookSecret, organizationId, webhookUrl }) => ({ id, sealed: webhookSecret ?? "", binding: { organizationId, credentialId: id, provider: "webhook", baseUrl: webhookUrl, version: 1 } })),
      replace: async (row, webhookSecret) => (await client.alertRule.updateMany({ where: { id: row.id, webhookSecret: row.sealed }, data: { webhookSecret } })).count,
    },
  ];
}

export function createSeals(context: StoreContext) {
  return {
    /**
     * Moves every seal to the newest key-encryption key. May be run again and beside live traffic: a seal that changed meanwhile is left as it is.
     * With nothing `unreadable`, the older keys may leave ENCRYPTION_KEYS afterwards.
     */
    async rewrapAll(keks: VersionedSecrets): Promise<Rewrapped> {
      const newest = Math.max(...keks.keys());
      const unreadable: string[] = [];
      let [rewrapped, current] = [0, 0];
      for (const table of tables(context)) {
        for (let page = await table.read(""); page.length > 0; page = await table.read(page.at(-1)?.id ?? "")) {
          for (const row of page) {
            if (sealVersion(row.sealed) === newest) { current++; continue; }
            const sealed = moved(row, keks);
            if (sealed === null) unreadable.push(row.id);
            else rewrapped += await table.replace(row, sealed);
          }
        }
      }
      return { ok: unreadable.length === 0, rewrapped, current, unreadable };
    },
  };
}

/** Null for a seal that none of the keys opens. */
function moved(row: StoredSeal, keks: VersionedSecrets): string | null {
  try {
    return rewrap(row.sealed, row.binding, keks);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
