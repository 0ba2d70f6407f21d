// One tick of the alerts: look at every rule once a minute, send what is due each time. A rule that cannot be looked at keeps none of the others back.
import type { AlertQueries, DrillQueries, PriceQueries } from "@trunkline/db/worker";
import { deliverAlerts, type DeliverPorts } from "./deliver.ts";
import { findAlerts } from "./find.ts";

export interface AlertPorts extends DeliverPorts {
  readonly db: AlertQueries & Pick<PriceQueries, "listOpenPriceNotices"> & Pick<DrillQueries, "listLosingDrills">;
  onOpened(rule: { readonly organizationId: string; readonly kind: string }, count: number): void;
  onRuleFailed(rule: { readonly id: string; readonly organizationId: string }, error: unknown): void;
}

/** Sums are kept by the minute: looking more often would see nothing new. */
const EVALUATE_MS = 60_000;

/** Returns the tick, to be called as often as one likes. Rejects where the database is away, and tries again with the next call. */
export function createAlertTick(ports: AlertPorts): () => Promise<void> {
  let dueAtMs = 0;
  return async () => {
    const nowMs = ports.clock();
    if (nowMs >= dueAtMs) {
      await evaluate(ports, nowMs);
      dueAtMs = nowMs + EVALUATE_MS;
    }
    await deliverAlerts(ports);
  };
}

async function evaluate(ports: AlertPorts, nowMs: number): Promise<void> {
  for (const rule of await ports.db.listAlertRules(nowMs)) {
    try {
      const opened = await ports.db.recordFindings(rule, await findAlerts({ db: ports.db, rule, nowMs }), nowMs);
      if (opened > 0) ports.onOpened(rule, opened);
    } catch (error) {
      ports.onRuleFailed(rule, error);
    }
  }
}
