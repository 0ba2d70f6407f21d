import type { AlertRuleView } from "../../../server/views.ts";

export type AlertKind = AlertRuleView["kind"];

export const KINDS: readonly { readonly value: AlertKind; readonly label: string; readonly note: string }[] = [
  { value: "budget", label: "Budget", note: "Told once for each share of a budget that is reached, in each of its periods." },
  { value: "error_rate", label: "Error rate", note: "Told while too many of your live requests fail." },
  { value: "spend_anomaly", label: "Spend anomaly", note: "Told when an hour costs far more than the hours of the seven days before it." },
  { value: "latency", label: "Latency", note: "Told while one in twenty of your streamed live requests waits too long for its first token." },
  { value: "provider_down", label: "Provider down", note: "Told while a provider fails too many of your attempts, rescued or not." },
  { value: "credential_failing", label: "Provider key failing", note: "Told when a provider refuses one of your own keys, or its account has no quota left." },
  { value: "low_balance", label: "Low balance", note: "Told when less prepaid credit is left than you name, while calls are still served." },
  { value: "price_change", label: "Price change", note: "Told when new prices change what a preset of yours chooses, or what it could save." },
  { value: "drill_failed", label: "Drill lost requests", note: "Told when a failover drill is over in which requests would have been lost." },
];
export const kindLabel = (kind: AlertKind): string => KINDS.find((one) => one.value === kind)?.label ?? kind;

const PERCENTS = [50, 80, 100];
const NANO = 1_000_000_000;

/** When a rule speaks, in a few words; what is not set is the default. */
export function conditionText({ kind, settings }: Pick<AlertRuleView, "kind" | "settings">): string {
  const { percents = PERCENTS, percent = 20, minutes = 10, requestsMin = 20, factor = 3, spendNanoUsdMin, milliseconds = 5_000, balanceNanoUsdMin } = settings;
  switch (kind) {
    case "budget": return `at ${percents.join(", ")} %`;
    case "error_rate": return `${percent} % of at least ${requestsMin} requests in ${minutes} min`;
    case "provider_down": return `${percent} % of at least ${requestsMin} attempts in ${minutes} min`;
    case "spend_anomaly": return `${factor} times the usual hour, from $${Number(spendNanoUsdMin ?? NANO) / NANO}`;
    case "latency": return `first token p95 from ${milliseconds} ms, of at least ${requestsMin} requests in ${minutes} min`;
    case "low_balance": return `below $${Number(balanceNanoUsdMin ?? 10 * NANO) / NANO}`;
    case "credential_failing": return "refused, or out of quota";
    case "price_change": return "when a preset would choose otherwise or could save";
    case "drill_failed": return "when requests would have been lost";
  }
}
