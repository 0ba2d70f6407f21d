/**
 * The gateway's Prometheus metrics, in a registry of their own. No label carries a tenant, a key, a model name or a path: those are for
 * the request log. Providers are bounded by number; every other label is a closed list.
 */
import { Counter, Gauge, Registry, collectDefaultMetrics, type Metric } from "prom-client";
import { LabelGuard } from "./label-guard.ts";
import { CounterTally, HistogramTally } from "./tally.ts";

/** Twice as many providers as the gateway has profiles; the rest read as `other`. */
const PROVIDERS_MAX = 64;
/** Inbound APIs and routes are few and fixed; the bound only guards against a caller-made value. */
const INBOUND_MAX = 16;
const CLASSES_MAX = 32;
/** Generations last from a tenth of a second to many minutes. */
const DURATION_BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];
const TTFT_BUCKETS_S = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 2, 5, 10, 30];
/** What the gateway itself adds: tens of microseconds when idle. */
const OVERHEAD_BUCKETS_S = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1];

export interface RequestObservation { readonly inbound: string; readonly status: number; readonly durationMs: number }
/** `class`: a failure class, or `ok` for the attempt that won. */
export interface AttemptObservation { readonly provider: string; readonly class: string; readonly durationMs: number; readonly timeToFirstTokenMs: number | null }

export interface Metrics {
  observeRequest(request: RequestObservation): void;
  observeAttempt(attempt: AttemptObservation): void;
  /** Time spent in the gateway, upstream's share taken off. */
  observeOverhead(durationMs: number): void;
  setInFlight(requests: number): void;
  /** Events written to the spool and not yet confirmed by the database, and their bytes. */
  setSpool(spool: { readonly events: number; readonly bytes: number }): void;
  /** All that are open, by provider. */
  setCircuitsOpen(byProvider: ReadonlyMap<string, number>): void;
  countRateLimited(): void;
  countBudgetRefused(): void;
  /** A dependency call that failed: `postgres`, `redis`, `queue`, `spool`. */
  countDependencyFailure(dependency: "postgres" | "redis" | "queue" | "spool" | "stripe" | "traces"): void;
  readonly contentType: string;
  /** The Prometheus text format. */
  render(): Promise<string>;
}

const seconds = (durationMs: number): number => Math.max(0, durationMs) / 1000;
/** `2xx`, `4xx`: enough for alerts; the exact status of a request is in its record. 429 and 499 stand apart because they mean something else. */
function statusLabel(status: number): string {
  if (status === 429 || status === 499) return String(status);
  return status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : "none";
}

function instruments(registry: Registry) {
  const registers = [registry];
  /** The registry asks a metric for no more than its name, its values and a reset. */
  const tally = <Kind extends CounterTally<string> | HistogramTally<string>>(metric: Kind): Kind => { registry.registerMetric(metric as unknown as Metric); return metric; };
  return {
    requests: tally(new CounterTally({ name: "trunkline_requests_total", help: "Requests answered, by inbound API and status.", labelNames: ["inbound", "status"] })),
    requestSeconds: tally(new HistogramTally({ name: "trunkline_request_duration_seconds", help: "From the first byte received to the last byte sent.", labelNames: ["inbound"] }, DURATION_BUCKETS_S)),
    attempts: tally(new CounterTally({ name: "trunkline_attempts_total", help: "Attempts at providers, by outcome; class ok won.", labelNames: ["provider", "class"] })),
    attemptSeconds: tally(new HistogramTally({ name: "trunkline_attempt_duration_seconds", help: "One attempt at one provider.", labelNames: ["provider"] }, DURATION_BUCKETS_S)),
    ttftSeconds: tally(new HistogramTally({ name: "trunkline_time_to_first_token_seconds", help: "From dispatch to the first content.", labelNames: ["provider"] }, TTFT_BUCKETS_S)),
    overheadSeconds: tally(new HistogramTally({ name: "trunkline_overhead_seconds", help: "Time added by the gateway.", labelNames: [] }, OVERHEAD_BUCKETS_S)),
    inFlight: new Gauge({ name: "trunkline_requests_in_flight", help: "Requests being served.", registers }),
    spoolEvents: new Gauge({ name: "trunkline_spool_events", help: "Usage events spooled and not yet confirmed.", registers }),
    spoolBytes: new Gauge({ name: "trunkline_spool_bytes", help: "Bytes of the spool on disk.", registers }),
    circuitsOpen: new Gauge({ name: "trunkline_circuits_open", help: "Open circuits.", labelNames: ["provider"] as const, registers }),
    rateLimited: new Counter({ name: "trunkline_rate_limited_total", help: "Requests refused by a rate limit.", registers }),
    budgetRefused: new Counter({ name: "trunkline_budget_refused_total", help: "Requests refused by a budget.", registers }),
    dependencyFailures: new Counter({ name: "trunkline_dependency_failures_total", help: "Calls to a dependency that failed.", labelNames: ["dependency"] as const, registers }),
  };
}

/** A new registry with Node's own metrics; make one per process. `runtime: false` leaves those out, for tests. */
export function createMetrics(options: { readonly runtime?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.runtime !== false) collectDefaultMetrics({ register: registry });
  const own = instruments(registry);
  const providers = new LabelGuard(PROVIDERS_MAX);
  const inbounds = new LabelGuard(INBOUND_MAX);
  const classes = new LabelGuard(CLASSES_MAX);
  return {
    observeRequest: (request) => {
      const inbound = inbounds.bound(request.inbound);
      own.requests.inc(inbound, statusLabel(request.status));
      own.requestSeconds.observe(inbound, seconds(request.durationMs));
    },
    observeAttempt: (attempt) => {
      const provider = providers.bound(attempt.provider);
      own.attempts.inc(provider, classes.bound(attempt.class));
      own.attemptSeconds.observe(provider, seconds(attempt.durationMs));
      if (attempt.timeToFirstTokenMs !== null) own.ttftSeconds.observe(provider, seconds(attempt.timeToFirstTokenMs));
    },
    observeOverhead: (durationMs) => own.overheadSeconds.observe("", seconds(durationMs)),
    setInFlight: (requests) => own.inFlight.set(requests),
    setSpool: ({ events, bytes }) => { own.spoolEvents.set(events); own.spoolBytes.set(bytes); },
    setCircuitsOpen: (byProvider) => {
      own.circuitsOpen.reset();
      for (const [provider, count] of byProvider) own.circuitsOpen.set({ provider: providers.bound(provider) }, count);
    },
    countRateLimited: () => own.rateLimited.inc(),
    countBudgetRefused: () => own.budgetRefused.inc(),
    countDependencyFailure: (dependency) => own.dependencyFailures.inc({ dependency }),
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}
