/** Failover drills as the dashboard and the management API order, stop and report them; both ways lead through here, so that the gateways hear of each change. */
import { DRILL_DAYS_AHEAD_MAX, DRILL_MINUTES_MAX, INVALIDATION_TOPICS, PRESET_SLUG } from "@trunkline/contracts";
import { UnprocessableError, type Actor, type DrillArmRow, type DrillRecord, type WebDb } from "@trunkline/db/web";
import type { Kv } from "@trunkline/kv";
import { PROVIDERS } from "@trunkline/providers";
import { z } from "zod";
import { usd } from "./money-view.ts";
import { publishChange } from "./publish.ts";
import type { DrillArmView, DrillReport, DrillView } from "./views.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Two clocks of one installation, and the time that a request takes. */
const PAST_MS_MAX = MINUTE_MS;
const PROVIDER_LENGTH_MAX = 64;

/** What is drilled, once or every week. */
export const drilledShape = {
  preset: z.string().regex(PRESET_SLUG), provider: z.string().trim().min(1).max(PROVIDER_LENGTH_MAX), percent: z.number().min(0.1).max(100), minutes: z.number().min(1).max(DRILL_MINUTES_MAX),
  mode: z.enum(["live", "test"]).default("live"),
};
/** Without `startsAt` it begins at once. */
export const newDrillInput = z.strictObject({ ...drilledShape, startsAt: z.iso.datetime({ offset: true }).optional() });

interface Ports { readonly db: WebDb; readonly kv: Pick<Kv, "publish">; readonly actor: Actor }

/** Throws UnprocessableError where a drill would tell nothing. */
export async function assertDrillable({ db, actor }: Pick<Ports, "db" | "actor">, preset: string, provider: string): Promise<void> {
  const { publishedVersion } = await db.presets.find(actor, preset);
  if (publishedVersion === null) throw new UnprocessableError("A drill needs traffic. Publish the preset first.");
  if (!PROVIDERS.has(provider)) throw new UnprocessableError(`There is no provider "${provider}".`);
}

export async function startDrill({ db, kv, actor }: Ports, { preset, provider, percent, minutes, mode, startsAt }: z.output<typeof newDrillInput>): Promise<DrillView> {
  await assertDrillable({ db, actor }, preset, provider);
  const begins = startsAt === undefined ? null : new Date(startsAt);
  const now = Date.now();
  if (begins && (begins.getTime() < now - PAST_MS_MAX || begins.getTime() > now + DRILL_DAYS_AHEAD_MAX * DAY_MS)) throw new UnprocessableError(`startsAt must lie ahead, by ${DRILL_DAYS_AHEAD_MAX} days at most.`);
  const drill = await db.drills.start(actor, preset, { provider, percent, mode, startsAt: begins, durationMs: minutes * MINUTE_MS });
  await publishChange(kv, INVALIDATION_TOPICS.preset, actor.organizationId);
  return toDrillView(drill);
}

export async function stopDrill({ db, kv, actor }: Ports, id: string): Promise<DrillView> {
  const drill = await db.drills.stop(actor, id);
  await publishChange(kv, INVALIDATION_TOPICS.preset, actor.organizationId);
  return toDrillView(drill);
}

export const listDrills = async ({ db, actor }: Pick<Ports, "db" | "actor">, preset?: string): Promise<DrillView[]> => (await db.drills.list(actor, preset)).map(toDrillView);

export async function drillReport({ db, actor }: Pick<Ports, "db" | "actor">, id: string): Promise<DrillReport> {
  const drill = await db.drills.find(actor, id);
  const { drilled, beside } = await db.drills.arms(actor, drill);
  const [with_, without] = [costPerAnswered(drilled), costPerAnswered(beside)];
  return {
    drill: toDrillView(drill), drilled: toArmView(drilled), beside: toArmView(beside), lost: drilled.lost,
    costChangePercent: with_ === null || without === null || without === 0n ? null : Number(((with_ - without) * 1000n) / without) / 10,
  };
}

function stateOf({ startsAt, endsAt, endedAt }: DrillRecord, nowMs: number): DrillView["state"] {
  if (endedAt !== null) return "stopped";
  if (nowMs >= endsAt.getTime()) return "over";
  return nowMs < startsAt.getTime() ? "waiting" : "running";
}

const toDrillView = (drill: DrillRecord): DrillView => ({
  id: drill.id, preset: drill.preset, provider: drill.provider, percent: drill.percent, mode: drill.mode, state: stateOf(drill, Date.now()),
  startsAt: drill.startsAt.toISOString(), endsAt: drill.endsAt.toISOString(), endedAt: drill.endedAt?.toISOString() ?? null, startedBy: drill.startedBy, scheduled: drill.scheduled,
});

const costPerAnswered = ({ answered, chargeNanoUsd }: DrillArmRow): bigint | null => (answered === 0 ? null : BigInt(chargeNanoUsd) / BigInt(answered));
const whole = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

function toArmView(arm: DrillArmRow): DrillArmView {
  const cost = costPerAnswered(arm);
  return {
    requests: arm.requests, answered: arm.answered, failed: arm.failed, spared: arm.spared, servedBy: { ...arm.servedBy }, costUsd: usd(BigInt(arm.chargeNanoUsd)), costPerAnsweredUsd: cost === null ? null : usd(cost),
    recoveryP50Ms: whole(arm.recoveryP50), recoveryP95Ms: whole(arm.recoveryP95), ttftP50Ms: whole(arm.ttftP50), ttftP95Ms: whole(arm.ttftP95), durationP50Ms: whole(arm.durationP50), durationP95Ms: whole(arm.durationP95),
  };
}
