import { useQuery } from "@tanstack/react-query";
import { Ago, Card, EmptyState, ErrorCard, Money } from "@trunkline/ui";
import { billing, type List, type ProviderDay, type SettledEstimate } from "./billing-api.ts";

/** What each class means to who operates the gateway. */
const MEANINGS: Readonly<Record<string, string>> = {
  missing: "billed, and explained by no call of ours", duplicate: "booked, and not billed", mispriced: "the same tokens at another price", aborted: "what cut answers came to, against their estimate", in_flight: "across midnight, or not billed yet",
};
const STATES: Readonly<Record<string, string>> = { agrees: "agrees", differs: "differs", open: "still open" };

/** The whole installation against its providers, for who operates it; and what estimates of this organization came to. Whoever has neither sees nothing. */
export function ProviderReconciliation({ organization }: { readonly organization: string }) {
  const days = useQuery({ queryKey: ["billing", organization, "providers"], queryFn: () => billing<List<ProviderDay> & { readonly operates: boolean }>(organization, "/reconciliation/providers") });
  const settled = useQuery({ queryKey: ["billing", organization, "estimates"], queryFn: () => billing<List<SettledEstimate>>(organization, "/reconciliation/estimates?limit=20") });
  return (
    <>
      {days.isError ? <ErrorCard message={days.error.message} onRetry={() => void days.refetch()} /> : null}
      {days.data?.operates ? (
        <Card title="Providers" note="all that this installation booked, by day of UTC, against what each provider says it bills">
          {days.data.data.length === 0 ? <EmptyState text="Nothing was compared yet. Give the worker a provider's admin key (OPENAI_ADMIN_KEY, ANTHROPIC_ADMIN_KEY, OPENROUTER_ADMIN_KEY): it compares every morning." /> : <Days rows={days.data.data} />}
        </Card>
      ) : null}
      {settled.data && settled.data.data.length > 0 ? <Card title="Settled estimates" note="answers that were cut before their usage was told: what they came to at the provider. Your charge stays as it was"><Estimates rows={settled.data.data} /></Card> : null}
    </>
  );
}

const Days = ({ rows }: { readonly rows: readonly ProviderDay[] }) => (
  <div className="twrap tablecards" tabIndex={0} role="region" aria-label="Providers, table">
    <table>
      <thead><tr><th scope="col">Provider and day</th><th scope="col" className="r">Booked</th><th scope="col" className="r">Billed</th><th scope="col" className="r">Within</th><th scope="col">Gaps</th><th scope="col" className="r">Compared</th></tr></thead>
      <tbody>{rows.map(({ provider, day, state, booked_usd, billed_usd, error_bar_usd, gaps, compared_at }) => (
        <tr key={`${provider}${day}`}>
          <th scope="row">{provider} {day} <span className={state === "differs" ? "tag warn" : "tag"}>{STATES[state] ?? state}</span></th>
          <td className="r" data-label="Booked"><Money usd={booked_usd} /></td><td className="r" data-label="Billed"><Money usd={billed_usd} /></td><td className="r" data-label="Within">± <Money usd={error_bar_usd} /></td>
          <td data-label="Gaps">{gaps.length === 0 ? "none" : <ul className="gaps">{gaps.map((gap) => <li key={gap.class}><b>{gap.class.replaceAll("_", " ")}</b> <Money usd={gap.amount_usd} />{gap.attempts > 0 ? ` in ${gap.attempts.toLocaleString("en-US")} ${gap.attempts === 1 ? "call" : "calls"}` : ""} <span className="meta">{MEANINGS[gap.class] ?? ""}</span></li>)}</ul>}</td>
          <td className="r" data-label="Compared"><Ago at={compared_at} /></td>
        </tr>
      ))}</tbody>
    </table>
  </div>
);

const Estimates = ({ rows }: { readonly rows: readonly SettledEstimate[] }) => (
  <div className="twrap tablecards" tabIndex={0} role="region" aria-label="Settled estimates, table">
    <table>
      <thead><tr><th scope="col">Model and day</th><th scope="col" className="r">Calls</th><th scope="col" className="r">Estimated</th><th scope="col" className="r">Off by</th></tr></thead>
      <tbody>{rows.map(({ id, provider, model, day, attempts, estimated_usd, off_by_usd }) => (
        <tr key={id}><th scope="row">{model} <span className="meta">{provider}, {day}</span></th><td className="r" data-label="Calls">{attempts.toLocaleString("en-US")}</td><td className="r" data-label="Estimated"><Money usd={estimated_usd} /></td><td className="r" data-label="Off by"><Money usd={off_by_usd} /></td></tr>
      ))}</tbody>
    </table>
  </div>
);
