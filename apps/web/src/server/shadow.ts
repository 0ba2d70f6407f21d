/** Shadows as the dashboard and the management API start, compare and stop them; both ways lead through here, so that the gateways hear of each change. */
import { shadowShareSchema } from "@trunkline/contracts";
import { UnprocessableError, type Actor, type WebDb } from "@trunkline/db/web";
import type { Kv } from "@trunkline/kv";
import { z } from "zod";
import { toArmView } from "./canary.ts";
import { changedPreset } from "./preset-change.ts";
import { COMMENT_LENGTH_MAX, toShadowView } from "./preset-view.ts";
import type { PresetView, ShadowReport } from "./views.ts";

const MODEL_LENGTH_MAX = 128;
/** Without a version and a model the draft becomes a version. */
export const newShadowInput = z.strictObject({ percent: shadowShareSchema, version: z.int().min(1).optional(), model: z.string().min(1).max(MODEL_LENGTH_MAX).optional().describe("Copies go to this model instead of a version"), comment: z.string().trim().max(COMMENT_LENGTH_MAX).default("") });

interface Ports { readonly db: WebDb; readonly kv: Pick<Kv, "publish">; readonly actor: Actor }

/** Throws UnprocessableError for a model that does not exist, or beside a version. */
export async function startShadow(ports: Ports, slug: string, shadow: z.output<typeof newShadowInput>): Promise<PresetView> {
  const { model, version } = shadow;
  if (model !== undefined && version !== undefined) throw new UnprocessableError("A shadow is of a version or of a model, not of both.");
  if (model !== undefined && !(await ports.db.catalog.load()).models.has(model)) throw new UnprocessableError(`There is no model "${model}".`);
  return changedPreset(ports, ports.db.shadows.start(ports.actor, slug, shadow));
}
export const stopShadow = (ports: Ports, slug: string): Promise<PresetView> => changedPreset(ports, ports.db.shadows.stop(ports.actor, slug));

/** The copies of the newest shadow beside what was served meanwhile; null where there never was one. Test requests only where no live one was copied. */
export async function shadowReport({ db, actor }: Pick<Ports, "db" | "actor">, slug: string): Promise<ShadowReport | null> {
  const { shadow } = await db.presets.find(actor, slug);
  const live = shadow && await db.shadows.arms(actor, slug, "live");
  if (!shadow || !live) return null;
  const mode = live.canary.requests > 0 ? "live" : "test";
  const { canary: copies, beside } = mode === "live" ? live : await db.shadows.arms(actor, slug, "test") ?? live;
  return { shadow: toShadowView(shadow), mode, copies: toArmView(copies), served: toArmView(beside) };
}
