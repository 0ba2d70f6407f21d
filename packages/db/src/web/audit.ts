/** Who changed what. Written in the transaction of the change, read newest first; nobody can alter or delete an entry. */
import type { Actor } from "./actor.ts";
import type { StoreContext, Transaction } from "./context.ts";

/** Written in the transaction of the change it tells of, so neither exists without the other. */
export async function recordAudit(transaction: Transaction, actor: Actor, entry: { action: string; subject: string }): Promise<void> {
  await transaction.auditEntry.create({ data: { organizationId: actor.organizationId, actor: actor.label, address: actor.address ?? null, ...entry } });
}

/** `actor` is the person's address, or the key's public id. */
export interface AuditRow { readonly id: bigint; readonly actor: string; readonly action: string; readonly subject: string; readonly address: string | null; readonly createdAt: Date }
/** `area` is the word before the dot of an action; `before` the last id of the page before. */
export interface AuditFilter { readonly area?: string | undefined; readonly actor?: string | undefined; readonly before?: bigint | undefined; readonly limit: number }

const USER = "user:";

export function createAuditLog(context: StoreContext) {
  return {
    list: (actor: Actor, { area, actor: by, before, limit }: AuditFilter): Promise<AuditRow[]> => context.tenant(actor, "organization.manage", async (transaction) => {
      const entries = await transaction.auditEntry.findMany({
        where: { organizationId: actor.organizationId, ...(area === undefined ? {} : { action: { startsWith: `${area}.` } }), ...(by === undefined ? {} : { actor: by }), ...(before === undefined ? {} : { id: { lt: before } }) },
        orderBy: { id: "desc" }, take: limit,
      });
      const ids = [...new Set(entries.flatMap((entry) => [entry.actor.startsWith(USER) ? entry.actor.slice(USER.length) : [], entry.subject.startsWith("usr_") ? entry.subject.split(" ")[0] ?? [] : []].flat()))];
      const users = await transaction.user.findMany({ where: { id: { in: ids } }, select: { id: true, email: true } });
      const emails = new Map(users.map((user) => [user.id, user.email]));
      const keys = await transaction.apiKey.findMany({ where: { organizationId: actor.organizationId, id: { in: entries.map((entry) => entry.subject) } }, select: { id: true, name: true } });
      const names = new Map(keys.map((key) => [key.id, key.name]));
      return entries.map((entry) => ({
        ...entry, actor: entry.actor.startsWith(USER) ? emails.get(entry.actor.slice(USER.length)) ?? "a removed person" : entry.actor,
        subject: names.get(entry.subject) ?? entry.subject.replace(/^usr_\S+/, (id) => emails.get(id) ?? id),
      }));
    }),
  };
}
