/**
 * Begins the weekly drills whose hour has come, tells the gateways, and writes down what came of drills that are over, before the log forgets it.
 * Whether one is due, and that each hour is taken once, the data layer decides; who is told of a bad report is the alerts'.
 */
import { randomBytes } from "node:crypto";
import { createId } from "@trunkline/contracts";
import type { DrillQueries, DueDrill } from "@trunkline/db/worker";

export interface RunDrillPorts {
  readonly db: Pick<DrillQueries, "takeDueDrill" | "keepDrillReports">;
  readonly clock: () => number;
  announce(organizationId: string): Promise<void>;
  onDue(drill: DueDrill): void;
}

/** Requests that began before the end may run and be booked some minutes after it. */
const BOOKED_MS = 5 * 60_000;
const ID_BYTES = 16;

/** Returns one look. Rejects where Postgres is away; the next look does what this one left. */
export function createRunDrills({ db, clock, announce, onDue }: RunDrillPorts): () => Promise<void> {
  return async () => {
    for (;;) {
      const nowMs = clock();
      const drill = await db.takeDueDrill(createId("drl", nowMs, randomBytes(ID_BYTES)), nowMs);
      if (!drill) break;
      onDue(drill);
      if (drill.outcome === "started") await announce(drill.organizationId);
    }
    await db.keepDrillReports(clock() - BOOKED_MS);
  };
}
