/** Canaries as the dashboard and the management API start, compare and end them; both ways lead through here, so that the gateways hear of each change. */
import { canarySchema, canaryShareSchema } from "@trunkline/contracts";
import type { Actor, CanaryArmRow, WebDb } from "@trunkline/db/web";
import type { Kv } from "@trunkline/kv";
import { judgeCanary } from "@trunkline/router-core";
import { z } from "zod";
import { usd } from "./money-view.ts";
import { changedPreset } from "./preset-change.ts";
import { COMMENT_LENGTH_MAX, toCanaryView } from "./preset-view.ts";
import type { CanaryArmView, CanaryReport, PresetView } from "./views.ts";

/** Without a version the draft becomes one. */
export const newCanaryInput = z.strictObject({ ...canarySchema.shape, version: z.int().min(1).optional(), comment: z.string().trim().max(COMMENT_LENGTH_MAX).default("") });
export const canaryShareInput = z.strictObject({ percent: canaryShareSchema });

interface Ports { readonly db: WebDb; readonly kv: Pick<Kv, "publish">; readonly actor: Actor }

export const startCanary = (ports: Ports, slug: string, canary: z.output<typeof newCanaryInput>): Promise<PresetView> => changedPreset(ports, ports.db.canaries.start(ports.actor, slug, canary));
export const setCanaryShare = (ports: Ports, slug: string, percent: number): Promise<PresetView> => changedPreset(ports, ports.db.canaries.setShare(ports.actor, slug, percent));
export const promoteCanary = (ports: Ports, slug: string): Promise<PresetView> => changedPreset(ports, ports.db.canaries.promote(ports.actor, slug));
export const abortCanary = (ports: Ports, slug: string): Promise<PresetView> => changedPreset(ports, ports.db.canaries.abort(ports.actor, slug));

const whole = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

export function toArmView({ version, requests, judged, failed, answered, chargeNanoUsd, ttftP50, ttftP95, durationP50, durationP95 }: CanaryArmRow): CanaryArmView {
  const charge = BigInt(chargeNanoUsd);
  return {
    version, requests, judged, failed, costUsd: usd(charge), costPerAnsweredUsd: answered === 0 ? null : usd(charge / BigInt(answered)),
    ttftP50Ms: whole(ttftP50), ttftP95Ms: whole(ttftP95), durationP50Ms: whole(durationP50), durationP95Ms: whole(durationP95),
  };
}

/** The newest canary beside the published version, with the verdict that the worker acts on; null where there never was one. Test requests only where no live one met it. */
export async function canaryReport({ db, actor }: Pick<Ports, "db" | "actor">, slug: string): Promise<CanaryReport | null> {
  const { canary } = await db.presets.find(actor, slug);
  const live = canary && await db.canaries.arms(actor, slug, "live");
  if (!canary || !live) return null;
  const mode = live.canary.requests > 0 ? "live" : "test";
  const { canary: tried, beside } = mode === "live" ? live : await db.canaries.arms(actor, slug, "test") ?? live;
  const { verdict, reason } = judgeCanary({ requests: tried.judged, failed: tried.failed }, { requests: beside.judged, failed: beside.failed });
  return { canary: toCanaryView(canary), mode, tried: toArmView(tried), beside: toArmView(beside), verdict, reason };
}
