/** Presets of an organization: a draft that may change, and published versions that never do. */
import { presetDocumentSchema, type CanaryOutcome, type DrawnBy, type PresetDocument, type PublishedPreset } from "@trunkline/contracts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { ConflictError, NotFoundError, UnprocessableError } from "./errors.ts";

export interface PresetVersionRecord { readonly version: number; readonly document: PresetDocument; readonly comment: string; readonly createdBy: string | null; readonly createdAt: Date }
/** Running while `endedAt` is null. */
export interface CanaryRecord {
  readonly id: string; readonly version: number; readonly baseVersion: number; readonly percent: number; readonly by: DrawnBy; readonly startedBy: string | null;
  readonly startedAt: Date; readonly endedAt: Date | null; readonly outcome: CanaryOutcome | null; readonly reason: string | null;
}
/** Of a version or of a model. */
export interface ShadowRecord { readonly id: string; readonly version: number | null; readonly model: string | null; readonly baseVersion: number; readonly percent: number; readonly startedBy: string | null; readonly startedAt: Date; readonly endedAt: Date | null }
export interface PresetRecord {
  readonly id: string; readonly slug: string; readonly name: string; readonly draft: PresetDocument | null; readonly publishedVersion: number | null;
  readonly updatedAt: Date; readonly versions: readonly PresetVersionRecord[];
  /** The newest one. */
  readonly canary: CanaryRecord | null;
  readonly shadow: ShadowRecord | null;
}

type CanaryRow = Omit<CanaryRecord, "by" | "outcome"> & { readonly drawnBy: string; readonly outcome: string | null };
const canaryOf = ({ id, version, baseVersion, percent, drawnBy, startedBy, startedAt, endedAt, outcome, reason }: CanaryRow): CanaryRecord =>
  ({ id, version, baseVersion, percent, by: drawnBy as DrawnBy, startedBy, startedAt, endedAt, outcome: outcome as CanaryOutcome | null, reason });

async function read(transaction: Transaction, organizationId: string, slug?: string): Promise<PresetRecord[]> {
  const rows = await transaction.preset.findMany({
    where: { organizationId, ...(slug === undefined ? {} : { slug }) }, orderBy: { createdAt: "asc" }, include: { versions: { orderBy: { version: "desc" } }, canaries: { orderBy: { startedAt: "desc" }, take: 1 }, shadows: { orderBy: { startedAt: "desc" }, take: 1 } },
  });
  return rows.map((row) => ({
    id: row.id, slug: row.slug, name: row.name, publishedVersion: row.publishedVersion, updatedAt: row.updatedAt,
    canary: row.canaries[0] ? canaryOf(row.canaries[0]) : null, shadow: row.shadows[0] ?? null,
    draft: row.draft === null ? null : presetDocumentSchema.parse(row.draft),
    versions: row.versions.map((version) => ({ version: version.version, comment: version.comment, createdBy: version.createdBy, createdAt: version.createdAt, document: presetDocumentSchema.parse(version.document) })),
  }));
}

export async function onePreset(transaction: Transaction, organizationId: string, slug: string): Promise<PresetRecord> {
  const preset = (await read(transaction, organizationId, slug))[0];
  if (!preset) throw new NotFoundError("preset");
  return preset;
}

/** Serialises writers of one preset, so that two publishes never take the same version number. */
export async function lockPreset(transaction: Transaction, organizationId: string, slug: string): Promise<PresetRecord> {
  await transaction.$queryRaw`SELECT id FROM preset WHERE "organizationId" = ${organizationId} AND slug = ${slug} FOR UPDATE`;
  return onePreset(transaction, organizationId, slug);
}

/** Nothing where none runs. */
export const endCanary = (transaction: Transaction, presetId: string, outcome: CanaryOutcome, at: Date): Promise<unknown> =>
  transaction.presetCanary.updateMany({ where: { presetId, endedAt: null }, data: { endedAt: at, outcome } });

export const endShadow = (transaction: Transaction, presetId: string, at: Date): Promise<unknown> => transaction.presetShadow.updateMany({ where: { presetId, endedAt: null }, data: { endedAt: at } });

/** What they run beside is no longer published. */
async function endTrials(transaction: Transaction, presetId: string, at: Date): Promise<void> {
  await endCanary(transaction, presetId, "replaced", at);
  await endShadow(transaction, presetId, at);
}

export function createPresets(context: StoreContext) {
  const edit = (actor: Actor, slug: string, work: (transaction: Transaction, preset: PresetRecord) => Promise<string>): Promise<PresetRecord> =>
    context.tenant(actor, "presets.manage", async (transaction) => {
      const preset = await lockPreset(transaction, actor.organizationId, slug);
      await recordAudit(transaction, actor, { action: await work(transaction, preset), subject: preset.id });
      return onePreset(transaction, actor.organizationId, slug);
    });
  return {
    list: (actor: Actor): Promise<PresetRecord[]> => context.tenant(actor, "resources.read", (transaction) => read(transaction, actor.organizationId)),
    find: (actor: Actor, slug: string): Promise<PresetRecord> => context.tenant(actor, "resources.read", (transaction) => onePreset(transaction, actor.organizationId, slug)),
    /** Throws ConflictError when the slug is taken. */
    create: (actor: Actor, preset: { slug: string; name: string; document: PresetDocument }): Promise<PresetRecord> => context.tenant(actor, "presets.manage", async (transaction) => {
      if (await transaction.preset.findFirst({ where: { organizationId: actor.organizationId, slug: preset.slug }, select: { id: true } })) throw new ConflictError(`A preset "${preset.slug}" already exists.`);
      const id = context.newId("pre");
      await transaction.preset.create({ data: { id, organizationId: actor.organizationId, slug: preset.slug, name: preset.name, draft: preset.document } });
      await recordAudit(transaction, actor, { action: "preset.create", subject: id });
      return onePreset(transaction, actor.organizationId, preset.slug);
    }),
    saveDraft: (actor: Actor, slug: string, document: PresetDocument): Promise<PresetRecord> => edit(actor, slug, async (transaction, preset) => {
      await transaction.preset.update({ where: { id: preset.id }, data: { draft: document } });
      return "preset.save-draft";
    }),
    /** The draft becomes the next version. Throws UnprocessableError when there is no draft. */
    publish: (actor: Actor, slug: string, comment: string): Promise<PresetRecord> => edit(actor, slug, async (transaction, preset) => {
      if (!preset.draft) throw new UnprocessableError("There is no draft to publish. Change the preset first.");
      const version = (preset.versions[0]?.version ?? 0) + 1;
      await transaction.presetVersion.create({ data: { presetId: preset.id, organizationId: actor.organizationId, version, document: preset.draft, comment, createdBy: actor.userId } });
      await endTrials(transaction, preset.id, new Date(context.nowMs()));
      await transaction.$executeRaw`UPDATE preset SET draft = NULL, "publishedVersion" = ${version}, "updatedAt" = now() WHERE id = ${preset.id}`;
      return "preset.publish";
    }),
    /** With its draft, versions and trials, for good; what was called by it stays in the log. The caller publishes the change after the commit. */
    remove: (actor: Actor, slug: string): Promise<PresetRecord> => context.tenant(actor, "presets.manage", async (transaction) => {
      const preset = await lockPreset(transaction, actor.organizationId, slug);
      await transaction.priceNotice.updateMany({ where: { organizationId: actor.organizationId, presetSlug: slug, closedAt: null }, data: { closedAt: new Date(context.nowMs()) } });
      await transaction.preset.deleteMany({ where: { id: preset.id, organizationId: actor.organizationId } });
      await recordAudit(transaction, actor, { action: "preset.delete", subject: `${preset.id} ${slug}` });
      return preset;
    }),
    /** An earlier version becomes the published one again; nothing is rewritten. */
    rollBack: (actor: Actor, slug: string, version: number): Promise<PresetRecord> => edit(actor, slug, async (transaction, preset) => {
      if (!preset.versions.some((row) => row.version === version)) throw new NotFoundError("version of this preset");
      await endTrials(transaction, preset.id, new Date(context.nowMs()));
      await transaction.preset.update({ where: { id: preset.id }, data: { publishedVersion: version } });
      return "preset.roll-back";
    }),
  };
}

/** What the router takes: the published version of a record, or null. */
export function publishedOf(preset: PresetRecord): PublishedPreset | null {
  const version = preset.versions.find((row) => row.version === preset.publishedVersion);
  return version ? { slug: preset.slug, version: version.version, document: version.document } : null;
}
