// The registry: every job name and what it sets going. A name that is missing here does not compile.
import type { JobName, JobPayloads } from "@trunkline/contracts";
import { ingestBatch } from "./ingest/ingest-batch.ts";
import type { IngestPorts } from "./ingest/ingest-batch.ts";

export interface JobPorts {
  readonly ingest: IngestPorts;
  /** One tick of the meter export and of what else is owed or paid. */
  readonly report: () => Promise<void>;
  /** One look at the price source; null when none is configured. */
  readonly syncCatalog: (() => Promise<void>) | null;
  /** One look at what new prices mean for presets. */
  readonly watchPrices: () => Promise<void>;
  /** Takes away stored answers and request rows whose time is over. */
  readonly removeExpired: () => Promise<void>;
  /** One tick of the alerts. */
  readonly alert: () => Promise<void>;
  /** One look at every running canary. */
  readonly judgeCanaries: () => Promise<void>;
  /** One look at the drills that are due or over. */
  readonly runDrills: () => Promise<void>;
}

type JobRegistry = { readonly [Name in JobName]: (payload: JobPayloads[Name]) => Promise<void> };

export function createJobs({ ingest, report, alert, syncCatalog, watchPrices, removeExpired, judgeCanaries, runDrills }: JobPorts): JobRegistry {
  let ticking: Promise<void> | null = null;
  let alerting: Promise<void> | null = null;
  return {
    "usage.ingest-events": ({ events }) => ingestBatch(ingest, events),
    async "billing.report-meter-events"() {
      // A tick that outlasts the interval is joined, not doubled.
      ticking ??= report().finally(() => { ticking = null; });
      await ticking;
    },
    async "catalog.sync-prices"() {
      // A source that cannot be read keeps no announced price from coming into force.
      try { await syncCatalog?.(); } finally { await watchPrices(); }
    },
    "response.remove-expired": () => removeExpired(),
    "preset.judge-canaries": () => judgeCanaries(),
    "preset.run-drills": () => runDrills(),
    async "alert.evaluate-rules"() {
      alerting ??= alert().finally(() => { alerting = null; });
      await alerting;
    },
  };
}
