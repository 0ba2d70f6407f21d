/**
 * Failover drills: whether a request takes part in one, and what an attempt that a drill makes fail looks like. Nothing is sent, and neither
 * circuits, retry budget nor bills hear of it. A drill refuses nobody: where all others have failed, the provider is asked after all, and
 * its attempt says that without the drill's mercy the request had been lost. The setting carries its own end, and this gateway's clock decides.
 */
import { ZERO_USAGE, type AttemptRecord, type Failure, type PresetDrill } from "@trunkline/contracts";
import { drawFor, type Candidate } from "@trunkline/router-core";
import type { RoutedCall } from "../stages.ts";

export interface Drills {
  /** Of the presets that are held already: the request has just been planned by one. */
  drillOf(organizationId: string, slug: string): PresetDrill | undefined;
  /** Uniform in [0, 1), for requests of no session. */
  random(): number;
}

export const DRILL_FAILURE: Failure = { class: "server_error", status: null, publicMessage: "Failover drill: taken for failed, nothing was sent.", retryAfterMs: null };

/** The provider that is taken for failed; null: this request takes part in no drill. A session, or an end user, is drawn as one. */
export function drilledProvider(drills: Drills, { plan, key, mode, facts }: Pick<RoutedCall, "plan" | "key" | "mode" | "facts">, nowMs: number): string | null {
  const drill = plan.presetSlug === null ? undefined : drills.drillOf(key.organizationId, plan.presetSlug);
  if (drill === undefined || drill.mode !== mode || nowMs < drill.startsAtMs || nowMs >= drill.endsAtMs) return null;
  return drawFor(facts, { by: "session", salt: `drill/${drill.id}`, random: drills.random() }) * 100 < drill.percent ? drill.provider : null;
}

export function drilledAttempt({ provider, model, upstreamModel, price, credential }: Candidate, attempt: number, nowMs: number): AttemptRecord {
  const record: AttemptRecord = {
    attempt, provider, model, upstreamModel, startedAtMs: nowMs, durationMs: 0, timeToFirstTokenMs: null, status: null, failureClass: DRILL_FAILURE.class, message: DRILL_FAILURE.publicMessage,
    usage: ZERO_USAGE, priceVersionId: price.id, costNanoUsd: "0", drill: "failed",
  };
  return credential ? { ...record, credentialId: credential.id } : record;
}
