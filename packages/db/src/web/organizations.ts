/** Organizations, projects, members, and how a caller becomes an Actor. */
import { guardrailsSchema, NO_GUARDRAILS, type Guardrails } from "@trunkline/contracts";
import { MANAGEMENT_KEY_ROLE, type Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { ConflictError, NotFoundError } from "./errors.ts";
import { slugFrom } from "./slug.ts";

export interface ProjectRecord { readonly id: string; readonly slug: string; readonly name: string; readonly rpmLimit: number | null; readonly tpmLimit: number | null; readonly concurrencyLimit: number | null; /** Share of requests of which prompts are stored; 0: none. */ readonly promptPercent: number; readonly promptRetentionDays: number; readonly promptPatterns: string[]; readonly promptsSince: Date | null; readonly guardrails: Guardrails; readonly createdAt: Date }
export interface OrganizationRecord { readonly id: string; readonly slug: string; readonly name: string; readonly timeZone: string; readonly rpmLimit: number | null; /** Tokens a minute. */ readonly tpmLimit: number | null; /** Calls at a time. */ readonly concurrencyLimit: number | null; /** Days for which answers of the Responses API are kept; 0: never. */ readonly responseRetentionDays: number; readonly createdAt: Date }
export interface ManagementKeyRecord { readonly actor: Actor; readonly hash: Uint8Array; readonly pepperVersion: number }

const organizationFields = { id: true, slug: true, name: true, timeZone: true, rpmLimit: true, tpmLimit: true, concurrencyLimit: true, responseRetentionDays: true, createdAt: true } as const;
const projectFields = { id: true, slug: true, name: true, rpmLimit: true, tpmLimit: true, concurrencyLimit: true, promptPercent: true, promptRetentionDays: true, promptPatterns: true, promptsSince: true, guardrails: true, createdAt: true } as const;
const toProject = <Row extends { readonly guardrails: unknown }>({ guardrails, ...row }: Row) => ({ ...row, guardrails: guardrails === null ? NO_GUARDRAILS : guardrailsSchema.parse(guardrails) });

/** True where the project begins to store prompts. A shorter time holds for what is stored already, too. */
async function changePromptStorage(transaction: Transaction, actor: Actor, before: { readonly id: string; readonly promptPercent: number; readonly promptRetentionDays: number }, change: { promptPercent?: number; promptRetentionDays?: number; promptPatterns?: string[] }): Promise<boolean> {
  const { promptPercent: percent = before.promptPercent, promptRetentionDays: days = before.promptRetentionDays, promptPatterns } = change;
  if (percent === before.promptPercent && days === before.promptRetentionDays && promptPatterns === undefined) return false;
  await recordAudit(transaction, actor, { action: "project.prompt-storage", subject: percent === 0 ? "off" : `${percent} % for ${days} days` });
  if (percent === 0) await transaction.$executeRaw`DELETE FROM stored_prompt WHERE "organizationId" = ${actor.organizationId} AND "projectId" = ${before.id}`;
  else if (days < before.promptRetentionDays) await transaction.$executeRaw`DELETE FROM stored_prompt WHERE "organizationId" = ${actor.organizationId} AND "projectId" = ${before.id} AND "createdAt" + ${days} * interval '1 day' <= now()`;
  return percent > 0 && before.promptPercent === 0;
}

export function createOrganizations(context: StoreContext) {
  const { client } = context;
  return {
    /** Throws NotFoundError for an organization the user is no member of: its existence is not told. */
    async findActor(userId: string, organizationSlug: string): Promise<Actor> {
      const member = await client.member.findFirst({ where: { userId, organization: { slug: organizationSlug, suspendedAt: null } }, select: { role: true, organizationId: true } });
      if (!member) throw new NotFoundError("organization");
      return { organizationId: member.organizationId, role: member.role, userId, label: `user:${userId}` };
    },
    /** The record behind a management key id; the caller compares the hash. null when absent, revoked, expired or suspended. */
    async findManagementKey(keyId: string): Promise<ManagementKeyRecord | null> {
      const key = await client.apiKey.findFirst({
        where: { keyId, kind: "mgmt", revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date(context.nowMs()) } }], project: { organization: { suspendedAt: null } } },
        select: { organizationId: true, hash: true, pepperVersion: true },
      });
      if (!key) return null;
      return { actor: { organizationId: key.organizationId, role: MANAGEMENT_KEY_ROLE, userId: null, label: `key:${keyId}` }, hash: key.hash, pepperVersion: key.pepperVersion };
    },
    find: (actor: Actor): Promise<OrganizationRecord> => context.tenant(actor, "resources.read", (transaction) =>
      transaction.organization.findUniqueOrThrow({ where: { id: actor.organizationId }, select: organizationFields })),
    /** A new slug is a new address for every page. Throws ConflictError when another organization has it. */
    changeSlug: (actor: Actor, wanted: string): Promise<OrganizationRecord> => context.tenant(actor, "organization.manage", async (transaction) => {
      const slug = slugFrom(wanted);
      // Another tenant's row is invisible inside the transaction.
      const taken = await client.organization.findFirst({ where: { slug, id: { not: actor.organizationId } }, select: { id: true } });
      if (taken) throw new ConflictError(`The address "${slug}" is taken.`);
      await recordAudit(transaction, actor, { action: "organization.slug", subject: slug });
      return transaction.organization.update({ where: { id: actor.organizationId }, data: { slug }, select: organizationFields });
    }),
    /** Who stops storing answers has those that are stored deleted with it. */
    update: (actor: Actor, change: { name?: string; timeZone?: string; rpmLimit?: number | null; tpmLimit?: number | null; concurrencyLimit?: number | null; responseRetentionDays?: number }): Promise<OrganizationRecord> => context.tenant(actor, "organization.manage", async (transaction) => {
      if (change.responseRetentionDays !== undefined) await recordAudit(transaction, actor, { action: "organization.response-retention", subject: String(change.responseRetentionDays) });
      if (change.responseRetentionDays === 0) await transaction.$executeRaw`DELETE FROM stored_response WHERE "organizationId" = ${actor.organizationId}`;
      await recordAudit(transaction, actor, { action: "organization.update", subject: actor.organizationId });
      return transaction.organization.update({ where: { id: actor.organizationId }, data: change, select: organizationFields });
    }),
    /** What a new organization has set up already, beyond its keys and presets. */
    setUp: (actor: Actor): Promise<{ readonly providerKey: boolean; readonly team: boolean }> => context.tenant(actor, "resources.read", async (transaction) => {
      const where = { organizationId: actor.organizationId };
      const [credential, members] = [await transaction.providerCredential.findFirst({ where, select: { id: true } }), await transaction.member.count({ where })];
      return { providerKey: credential !== null, team: members > 1 };
    }),
    listProjects: (actor: Actor): Promise<ProjectRecord[]> => context.tenant(actor, "resources.read", (transaction) =>
      transaction.project.findMany({ where: { organizationId: actor.organizationId }, orderBy: { createdAt: "asc" }, select: projectFields }).then((rows) => rows.map(toProject))),
    /** By slug or by id. Throws NotFoundError. */
    findProject: (actor: Actor, slugOrId: string): Promise<ProjectRecord> => context.tenant(actor, "resources.read", async (transaction) => {
      const project = await transaction.project.findFirst({ where: { organizationId: actor.organizationId, OR: [{ slug: slugOrId }, { id: slugOrId }] }, select: projectFields });
      if (!project) throw new NotFoundError("project");
      return toProject(project);
    }),
    createProject: (actor: Actor, name: string): Promise<ProjectRecord> => context.tenant(actor, "organization.manage", async (transaction) => {
      const slug = slugFrom(name);
      if (await transaction.project.findFirst({ where: { organizationId: actor.organizationId, slug }, select: { id: true } })) throw new ConflictError(`A project "${slug}" already exists.`);
      const id = context.newId("prj");
      await recordAudit(transaction, actor, { action: "project.create", subject: id });
      return toProject(await transaction.project.create({ data: { id, organizationId: actor.organizationId, slug, name }, select: projectFields }));
    }),
    /** By id or slug. The caller publishes the change after the commit. A project that stops storing prompts has those that are stored deleted. Throws NotFoundError. */
    updateProject: (actor: Actor, slugOrId: string, change: { name?: string; rpmLimit?: number | null; tpmLimit?: number | null; concurrencyLimit?: number | null; promptPercent?: number; promptRetentionDays?: number; promptPatterns?: string[]; guardrails?: Guardrails }): Promise<ProjectRecord> => context.tenant(actor, "organization.manage", async (transaction) => {
      const project = await transaction.project.findFirst({ where: { organizationId: actor.organizationId, OR: [{ slug: slugOrId }, { id: slugOrId }] }, select: { id: true, promptPercent: true, promptRetentionDays: true } });
      if (!project) throw new NotFoundError("project");
      const since = await changePromptStorage(transaction, actor, project, change);
      await recordAudit(transaction, actor, { action: change.guardrails ? "project.guardrails" : "project.update", subject: project.id });
      return toProject(await transaction.project.update({ where: { id: project.id }, data: { ...change, ...(since ? { promptsSince: new Date(context.nowMs()) } : {}) }, select: projectFields }));
    }),
    listAudit: (actor: Actor, limit: number) => context.tenant(actor, "organization.manage", (transaction) =>
      transaction.auditEntry.findMany({ where: { organizationId: actor.organizationId }, orderBy: { id: "desc" }, take: limit })),
  };
}
