/**
 * Canaries of presets: a version that takes a share of the requests beside the published one, until somebody promotes or aborts it. A draft
 * becomes a version first, so that every receipt names what served it. Who is drawn is the gateway's, whether it fails too often router-core's.
 */
import type { BookMode, DrawnBy } from "@trunkline/contracts";
import { Prisma } from "../../generated/client.ts";
import { CANARY_ARMS_SQL, canaryArms, type CanaryArmRow, type CanaryArms } from "../canary-arms.ts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { ConflictError, NotFoundError, UnprocessableError } from "./errors.ts";
import { endCanary, endShadow, lockPreset, onePreset, type PresetRecord } from "./presets.ts";

export interface NewCanary { readonly percent: number; readonly by: DrawnBy; readonly version?: number | undefined; readonly comment: string }

/** The version named, or the draft as a version that nothing is published by. */
export async function versionToTry(transaction: Transaction, actor: Actor, { preset, version, comment }: { readonly preset: PresetRecord; readonly version: number | undefined; readonly comment: string }): Promise<{ readonly tried: number; readonly baseVersion: number }> {
  const baseVersion = baseVersionOf(preset);
  if (version === baseVersion) throw new UnprocessableError(`v${version} is the published version.`);
  if (version !== undefined && !preset.versions.some((row) => row.version === version)) throw new NotFoundError("version of this preset");
  return { tried: version ?? await versionOfDraft(transaction, actor, { preset, comment }), baseVersion };
}

/** Throws UnprocessableError where nothing is published. */
export function baseVersionOf({ publishedVersion }: PresetRecord): number {
  if (publishedVersion === null) throw new UnprocessableError("What is tried stands beside a published version. Publish one first.");
  return publishedVersion;
}

async function versionOfDraft(transaction: Transaction, actor: Actor, { preset, comment }: { readonly preset: PresetRecord; readonly comment: string }): Promise<number> {
  if (!preset.draft) throw new UnprocessableError("There is no draft to try. Change the preset first, or name a version.");
  const version = (preset.versions[0]?.version ?? 0) + 1;
  await transaction.presetVersion.create({ data: { presetId: preset.id, organizationId: actor.organizationId, version, document: preset.draft, comment, createdBy: actor.userId } });
  await transaction.preset.update({ where: { id: preset.id }, data: { draft: Prisma.DbNull } });
  return version;
}

export function createCanaries(context: StoreContext) {
  const running = (preset: PresetRecord) => {
    if (!preset.canary || preset.canary.endedAt) throw new NotFoundError("running canary");
    return preset.canary;
  };
  const edit = (actor: Actor, slug: string, work: (transaction: Transaction, preset: PresetRecord) => Promise<string>): Promise<PresetRecord> =>
    context.tenant(actor, "presets.manage", async (transaction) => {
      const preset = await lockPreset(transaction, actor.organizationId, slug);
      await recordAudit(transaction, actor, { action: await work(transaction, preset), subject: preset.id });
      return onePreset(transaction, actor.organizationId, slug);
    });
  return {
    /** Throws ConflictError while one runs, UnprocessableError without a published version, a draft, or another version to try. */
    start: (actor: Actor, slug: string, { percent, by, version, comment }: NewCanary): Promise<PresetRecord> => edit(actor, slug, async (transaction, preset) => {
      if (preset.canary && !preset.canary.endedAt) throw new ConflictError(`v${preset.canary.version} is a canary already. Promote or abort it first.`);
      const { tried, baseVersion } = await versionToTry(transaction, actor, { preset, version, comment });
      await transaction.presetCanary.create({ data: { id: context.newId("can"), organizationId: actor.organizationId, presetId: preset.id, version: tried, baseVersion, percent, drawnBy: by, startedBy: actor.userId, startedAt: new Date(context.nowMs()) } });
      return "preset.canary-start";
    }),
    /** Throws NotFoundError where none runs; so do the next two. */
    setShare: (actor: Actor, slug: string, percent: number): Promise<PresetRecord> => edit(actor, slug, async (transaction, preset) => {
      await transaction.presetCanary.update({ where: { id: running(preset).id }, data: { percent } });
      return "preset.canary-share";
    }),
    /** The canary becomes the published version. */
    promote: (actor: Actor, slug: string): Promise<PresetRecord> => edit(actor, slug, async (transaction, preset) => {
      const { version } = running(preset);
      await endCanary(transaction, preset.id, "promoted", new Date(context.nowMs()));
      await endShadow(transaction, preset.id, new Date(context.nowMs()));
      await transaction.preset.update({ where: { id: preset.id }, data: { publishedVersion: version } });
      return "preset.canary-promote";
    }),
    abort: (actor: Actor, slug: string): Promise<PresetRecord> => edit(actor, slug, async (transaction, preset) => {
      running(preset);
      await endCanary(transaction, preset.id, "aborted", new Date(context.nowMs()));
      return "preset.canary-abort";
    }),
    /** Of the newest canary, running or not; null where there never was one. */
    arms: (actor: Actor, slug: string, mode: BookMode): Promise<CanaryArms | null> => context.tenant(actor, "usage.read", async (transaction) => {
      const { canary } = await onePreset(transaction, actor.organizationId, slug);
      if (!canary) return null;
      return canaryArms(await transaction.$queryRawUnsafe<CanaryArmRow[]>(CANARY_ARMS_SQL, actor.organizationId, mode, slug, canary.startedAt, [canary.version, canary.baseVersion]), canary);
    }),
  };
}
