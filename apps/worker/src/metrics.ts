// The worker's own series in Prometheus text form. Labels are closed sets, never an organization or a request.
export interface WorkerMetrics {
  countIngested(result: { readonly received: number; readonly inserted: number }): void;
  countExport(outcome: string, meter: string): void;
  /** `kind` of the gap, `agrees`, or `unconfirmed`. */
  countComparison(kind: string, meter: string): void;
  /** `agrees`, `differs`, or `open`: the day may still change. */
  countProviderComparison(state: string, provider: string): void;
  /** `ok` or the class of the failure. */
  countProbe(provider: string, outcome: string, costNanoUsd: bigint): void;
  countJobFailure(job: string): void;
  /** Gauges are given at the moment of reading. */
  render(gauges: Readonly<Record<string, number>>): string;
}

const HELP: Readonly<Record<string, string>> = {
  trunkline_worker_usage_events_received_total: "Usage events taken from the queue, repeats included",
  trunkline_worker_usage_events_inserted_total: "Usage events booked for the first time",
  trunkline_worker_meter_exports_total: "Outcomes of the meter export by kind and meter",
  trunkline_worker_meter_comparisons_total: "Comparisons with Stripe's event summaries by outcome and meter",
  trunkline_worker_provider_comparisons_total: "Days compared with a provider's own accounts, by outcome and provider",
  trunkline_worker_probes_total: "Questions put to providers that requests say nothing of, by provider and outcome",
  trunkline_worker_probe_cost_usd_total: "What those questions cost, US dollars at list price",
  trunkline_worker_job_failures_total: "Jobs whose handler failed, by name",
};

export function createMetrics(): WorkerMetrics {
  const counters = new Map<string, Map<string, number>>();
  const add = (name: string, labels: string, amount: number): void => {
    const series = counters.get(name) ?? new Map<string, number>();
    counters.set(name, series.set(labels, (series.get(labels) ?? 0) + amount));
  };
  add("trunkline_worker_usage_events_received_total", "", 0);
  add("trunkline_worker_usage_events_inserted_total", "", 0);
  return {
    countIngested({ received, inserted }) {
      add("trunkline_worker_usage_events_received_total", "", received);
      add("trunkline_worker_usage_events_inserted_total", "", inserted);
    },
    countExport(outcome, meter) { add("trunkline_worker_meter_exports_total", `{outcome="${outcome}",meter="${meter}"}`, 1); },
    countComparison(kind, meter) { add("trunkline_worker_meter_comparisons_total", `{outcome="${kind}",meter="${meter}"}`, 1); },
    countProviderComparison(state, provider) { add("trunkline_worker_provider_comparisons_total", `{outcome="${state}",provider="${provider}"}`, 1); },
    countProbe(provider, outcome, costNanoUsd) {
      add("trunkline_worker_probes_total", `{provider="${provider}",outcome="${outcome}"}`, 1);
      add("trunkline_worker_probe_cost_usd_total", `{provider="${provider}"}`, Number(costNanoUsd) / 1e9);
    },
    countJobFailure(job) { add("trunkline_worker_job_failures_total", `{job="${job}"}`, 1); },
    render(gauges) {
      const lines = [...counters].flatMap(([name, series]) => [`# HELP ${name} ${HELP[name] ?? name}`, `# TYPE ${name} counter`, ...[...series].map(([labels, value]) => `${name}${labels} ${value}`)]);
      for (const [name, value] of Object.entries(gauges)) lines.push(`# TYPE ${name} gauge`, `${name} ${value}`);
      return `${lines.join("\n")}\n`;
    },
  };
}
