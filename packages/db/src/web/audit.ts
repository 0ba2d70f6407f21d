import type { Actor } from "./actor.ts";
import type { Transaction } from "./context.ts";

/** Written in the transaction of the change it tells of, so neither exists without the other. */
export async function recordAudit(transaction: Transaction, actor: Actor, entry: { action: string; subject: string }): Promise<void> {
  await transaction.auditEntry.create({ data: { organizationId: actor.organizationId, actor: actor.label, ...entry } });
}
