/**
 * Shadows of presets: a version, or one model, that gets copies of a share of the requests beside the published version, and whose answers nobody sees. A draft becomes a
 * version first, as for a canary. What is copied and when is the gateway's; what it cost stands under the preset's name with `/shadow`.
 */
import { MODEL_SHADOW_VERSION, shadowSlug, type BookMode } from "@trunkline/contracts";
import { CANARY_ARMS_SQL, canaryArms, type CanaryArmRow, type CanaryArms } from "../canary-arms.ts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import { baseVersionOf, versionToTry } from "./canaries.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { ConflictError, NotFoundError } from "./errors.ts";
import { endShadow, lockPreset, onePreset, type PresetRecord } from "./presets.ts";

export interface NewShadow { readonly percent: number; readonly version?: number | undefined; /** In place of a version. */ readonly model?: string | undefined; readonly comment: string }

export function createShadows(context: StoreContext) {
  const edit = (actor: Actor, slug: string, work: (transaction: Transaction, preset: PresetRecord) => Promise<string>): Promise<PresetRecord> =>
    context.tenant(actor, "presets.manage", async (transaction) => {
      const preset = await lockPreset(transaction, actor.organizationId, slug);
      await recordAudit(transaction, actor, { action: await work(transaction, preset), subject: preset.id });
      return onePreset(transaction, actor.organizationId, slug);
    });
  return {
    /** Throws ConflictError while one runs, UnprocessableError without a published version, a draft, or another version to try. */
    start: (actor: Actor, slug: string, { percent, version, model, comment }: NewShadow): Promise<PresetRecord> => edit(actor, slug, async (transaction, preset) => {
      if (preset.shadow && !preset.shadow.endedAt) throw new ConflictError(`${preset.shadow.model ?? `v${preset.shadow.version}`} is a shadow already. Stop it first.`);
      const { tried, baseVersion } = model === undefined ? await versionToTry(transaction, actor, { preset, version, comment }) : { tried: null, baseVersion: baseVersionOf(preset) };
      await transaction.presetShadow.create({ data: { id: context.newId("shd"), organizationId: actor.organizationId, presetId: preset.id, version: tried, model: model ?? null, baseVersion, percent, startedBy: actor.userId, startedAt: new Date(context.nowMs()) } });
      return "preset.shadow-start";
    }),
    /** Throws NotFoundError where none runs. */
    stop: (actor: Actor, slug: string): Promise<PresetRecord> => edit(actor, slug, async (transaction, preset) => {
      if (!preset.shadow || preset.shadow.endedAt) throw new NotFoundError("running shadow");
      await endShadow(transaction, preset.id, new Date(context.nowMs()));
      return "preset.shadow-stop";
    }),
    /** Copies and what was served, since the newest shadow began; null where there never was one. */
    arms: (actor: Actor, slug: string, mode: BookMode): Promise<CanaryArms | null> => context.tenant(actor, "usage.read", async (transaction) => {
      const { shadow } = await onePreset(transaction, actor.organizationId, slug);
      if (!shadow) return null;
      const rows = (name: string, version: number): Promise<CanaryArmRow[]> => transaction.$queryRawUnsafe<CanaryArmRow[]>(CANARY_ARMS_SQL, actor.organizationId, mode, name, shadow.startedAt, [version]);
      const tried = shadow.version ?? MODEL_SHADOW_VERSION;
      const [copies, served] = [await rows(shadowSlug(slug), tried), await rows(slug, shadow.baseVersion)];
      return canaryArms([...copies, ...served], { version: tried, baseVersion: shadow.baseVersion });
    }),
  };
}
