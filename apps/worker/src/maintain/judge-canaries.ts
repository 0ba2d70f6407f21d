/**
 * Ends canaries that fail clearly more often than the version beside which they run, and tells the gateways. Live requests are judged; test
 * requests only of a canary that met no live one, so that a fault ordered in a test never ends what customers use. What is clear is router-core's.
 */
import type { CanaryQueries, RunningCanary } from "@trunkline/db/worker";
import { judgeCanary, type CanaryVerdict } from "@trunkline/router-core";

export interface JudgeCanaryPorts {
  readonly db: CanaryQueries;
  readonly clock: () => number;
  announce(organizationId: string): Promise<void>;
  onAborted(canary: RunningCanary, reason: string): void;
  onFailed(canary: RunningCanary, error: unknown): void;
}

/** Returns one look at every running canary. One that cannot be judged keeps none of the others back. */
export function createJudgeCanaries(ports: JudgeCanaryPorts): () => Promise<void> {
  return async () => {
    for (const canary of await ports.db.listRunningCanaries()) {
      try {
        const { verdict, reason } = await judge(ports.db, canary);
        if (verdict !== "worse" || !await ports.db.abortCanary(canary.id, reason, ports.clock())) continue;
        ports.onAborted(canary, reason);
        await ports.announce(canary.organizationId);
      } catch (error) {
        ports.onFailed(canary, error);
      }
    }
  };
}

async function judge(db: CanaryQueries, canary: RunningCanary): Promise<CanaryVerdict> {
  const live = await db.loadCanaryArms(canary, "live");
  const { canary: tried, beside } = live.canary.requests > 0 ? live : await db.loadCanaryArms(canary, "test");
  return judgeCanary({ requests: tried.judged, failed: tried.failed }, { requests: beside.judged, failed: beside.failed });
}
