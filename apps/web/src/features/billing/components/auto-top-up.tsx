import { useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ago, Button, Card, ErrorCard, Field, Money, Skeleton } from "@trunkline/ui";
import { billing, type AutoTopUpView, type TopUpRow } from "./billing-api.ts";

const CENT = 0.01;
const AMOUNT_MIN = 5;
const AMOUNT_MAX = 10_000;
const STATES: Readonly<Record<string, string>> = { paid: "Paid", pending: "Under way", failed: "Failed", action_required: "Your bank wants you to confirm" };

/** Credit that is bought by itself, from the card kept with a purchase. */
export function AutoTopUp({ organization, pays }: { organization: string; pays: boolean }) {
  const key = ["billing", organization, "auto-top-up"];
  const client = useQueryClient();
  const view = useQuery({ queryKey: key, queryFn: () => billing<AutoTopUpView>(organization, "/auto-top-up") });
  const save = useMutation({ mutationFn: (wish: object) => billing<AutoTopUpView>(organization, "/auto-top-up", wish, "PATCH"), onSuccess: (now) => client.setQueryData(key, now) });
  return (
    <Card title="Automatic top-up" note={view.data?.enabled ? "on" : "off"}>
      <div className="body">
        {view.isPending ? <Skeleton height={72} /> : null}
        {view.isError ? <ErrorCard message={view.error.message} onRetry={() => void view.refetch()} /> : null}
        {save.error ? <ErrorCard message={save.error.message} /> : null}
        {view.data ? <Wish view={view.data} disabled={!pays || save.isPending} onSave={(wish) => save.mutate(wish)} /> : null}
      </div>
      {view.data && view.data.recent.length > 0 ? <div className="twrap tablecards" tabIndex={0} role="region" aria-label="Automatic top-ups, table"><table><thead><tr><th scope="col">Purchase</th><th scope="col" className="r">Amount</th><th scope="col" className="r">When</th></tr></thead><tbody>{view.data.recent.map(row)}</tbody></table></div> : null}
    </Card>
  );
}

const row = ({ id, state, error, pay_url, amount_usd, created_at }: TopUpRow) => (
  <tr key={id}><th scope="row">{STATES[state] ?? state}{error ? <span className="meta"> {error}</span> : null}{pay_url ? <> <a className="link" href={pay_url} rel="noreferrer">Confirm and pay</a></> : null}</th><td className="r"><Money usd={amount_usd} /></td><td className="r"><Ago at={created_at} /></td></tr>
);

function Wish({ view, disabled, onSave }: { view: AutoTopUpView; disabled: boolean; onSave: (wish: object) => void }) {
  const [threshold, setThreshold] = useState(view.threshold_usd ?? "5.00");
  const [amount, setAmount] = useState(view.amount_usd ?? "20.00");
  const [cap, setCap] = useState(view.monthly_cap_usd ?? "200.00");
  const wish = (enabled: boolean) => ({ enabled, thresholdUsd: Number(threshold).toFixed(2), amountUsd: Number(amount).toFixed(2), monthlyCapUsd: Number(cap).toFixed(2) });
  const submit = (event: FormEvent): void => { event.preventDefault(); onSave(wish(true)); };
  if (!view.card_kept) return <p className="meta">No card is kept yet. Tick “Keep the card for automatic top-up” when you next buy credit.</p>;
  return (
    <form className="wish" onSubmit={submit}>
      <Field label="When less is left than, USD" type="number" required min={CENT} step={CENT} value={threshold} onChange={(event) => setThreshold(event.target.value)} />
      <Field label="Buy, USD" type="number" required min={AMOUNT_MIN} max={AMOUNT_MAX} step={CENT} value={amount} onChange={(event) => setAmount(event.target.value)} />
      <Field label="At most a month, USD" type="number" required min={AMOUNT_MIN} step={CENT} value={cap} onChange={(event) => setCap(event.target.value)} />
      <Button type="submit" variant="primary" disabled={disabled}>{view.enabled ? "Save" : "Switch on"}</Button>
      {view.enabled ? <Button disabled={disabled} onClick={() => onSave(wish(false))}>Switch off</Button> : null}
    </form>
  );
}
