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

/** A subject begins with an id, and goes on with what the id alone does not tell. */
const idOf = (subject: string): string => subject.split(" ", 1)[0] ?? "";
const PERSON = "usr_";

/** What people call a thing: its name now, or the one that was written down when it was removed; else its id. */
export function subjectText(subject: string, names: ReadonlyMap<string, string>): string {
  const id = idOf(subject);
  const rest = subject.slice(id.length + 1);
  const name = names.get(id);
  if (name !== undefined) return rest === "" ? name : `${name} ${rest}`;
  return rest === "" || id.startsWith(PERSON) || !/^[a-z]{3}_/.test(id) ? subject : rest;
}

/** Names of all that is still there. INVARIANT: people are found by any id, everything else only in the organization itself. */
async function namesOf(transaction: Transaction, organizationId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const where = { organizationId, id: { in: [...new Set(ids)] } };
  const select = { id: true, name: true } as const;
  const [users, keys, projects, budgets, alerts, presets, credentials, organization] = [
    await transaction.user.findMany({ where: { id: where.id }, select: { id: true, email: true } }), await transaction.apiKey.findMany({ where, select }), await transaction.project.findMany({ where, select }),
    await transaction.budget.findMany({ where, select }), await transaction.alertRule.findMany({ where, select }), await transaction.preset.findMany({ where, select: { id: true, slug: true } }),
    await transaction.providerCredential.findMany({ where, select: { id: true, provider: true, label: true } }), await transaction.organization.findMany({ where: { id: organizationId }, select }),
  ];
  return new Map<string, string>([
    ...[...keys, ...projects, ...budgets, ...alerts, ...organization].map(({ id, name }) => [id, name] as const), ...users.map(({ id, email }) => [id, email] as const),
    ...presets.map(({ id, slug }) => [id, slug] as const), ...credentials.map(({ id, provider, label }) => [id, `${provider} ${label}`] as const),
  ]);
}

export function createAuditLog(context: StoreContext) {
  return {
    list: (actor: Actor, { area, actor: by, before, limit }: AuditFilter): Promise<AuditRow[]> => context.tenant(actor, "organization.manage", async (transaction) => {
      const entries = await transaction.auditEntry.findMany({
        where: { organizationId: actor.organizationId, ...(area === undefined ? {} : { action: { startsWith: `${area}.` } }), ...(by === undefined ? {} : { actor: by }), ...(before === undefined ? {} : { id: { lt: before } }) },
        orderBy: { id: "desc" }, take: limit,
      });
      const names = await namesOf(transaction, actor.organizationId, entries.flatMap(({ actor: who, subject }) => [idOf(subject), who.startsWith(USER) ? who.slice(USER.length) : ""]));
      return entries.map((entry) => ({ ...entry, actor: entry.actor.startsWith(USER) ? names.get(entry.actor.slice(USER.length)) ?? "a removed person" : entry.actor, subject: subjectText(entry.subject, names) }));
    }),
  };
}
