import { useState, type ReactNode } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ago, Button, Card, EmptyState, ErrorCard, Money, Skeleton } from "@trunkline/ui";
import { billing, type GapRow, type KeptComparison, type List, type MeterReconciliation, type ReconciliationView } from "./billing-api.ts";

/** What each class means to who pays. */
const MEANINGS: Readonly<Record<string, string>> = {
  missing: "Stripe was told and does not hold it: not billed", duplicate: "Stripe holds more than it was told: too much is billed", mispriced: "corrected prices; credit notes settle it",
  aborted: "a call to Stripe broke off: it may be counted or not", in_flight: "used, and told to Stripe within hours",
};
const METERS: Readonly<Record<string, string>> = { spend: "Spend", requests: "Requests" };

/** The ledger against Stripe, gap by gap. What Stripe certainly does not hold can be sent again. */
export function Reconciliation({ organization, pays }: { readonly organization: string; readonly pays: boolean }) {
  const client = useQueryClient();
  const found = useQuery({ queryKey: ["billing", organization, "reconciliation"], queryFn: () => billing<ReconciliationView>(organization, "/reconciliation") });
  const resend = useMutation({ mutationFn: (meter: string) => billing<object>(organization, "/reconciliation/resend", { meter }), onSuccess: () => client.invalidateQueries({ queryKey: ["billing", organization, "reconciliation"] }) });
  const meters = found.data?.meters ?? [];
  return (
    <Card title="Reconciliation" note="the ledger against Stripe's own sums of 34 days; looked at every night as well" aside={<Button disabled={found.isFetching} onClick={() => void found.refetch()}>Compare now</Button>}>
      {found.isPending ? <div className="body"><Skeleton height={72} /></div> : null}
      {found.isError ? <div className="body"><ErrorCard message={found.error.message} onRetry={() => void found.refetch()} /></div> : null}
      {resend.error ? <div className="body"><ErrorCard message={resend.error.message} /></div> : null}
      {found.data && meters.length === 0 ? <EmptyState text="Stripe was told of nothing yet." /> : null}
      {meters.length > 0 ? (
        <div className="twrap tablecards" tabIndex={0} role="region" aria-label="Reconciliation, table">
          <table>
            <thead><tr><th scope="col">Meter</th><th scope="col" className="r">Told</th><th scope="col" className="r">Stripe holds</th><th scope="col" className="r">Within</th><th scope="col">Gaps</th></tr></thead>
            <tbody>{meters.map((meter) => <MeterRow key={meter.meter} meter={meter} onResend={pays && !resend.isPending ? () => resend.mutate(meter.meter) : null} />)}</tbody>
          </table>
        </div>
      ) : null}
      {meters.length > 0 ? <History organization={organization} /> : null}
      {found.data && meters.length > 0 ? <p className="body meta">Compared <Ago at={found.data.compared_at} />.</p> : null}
    </Card>
  );
}

/** What a night's comparison found, in words; the rest of the names say it. */
const KINDS: Readonly<Record<string, string>> = { doubt_counted: "more, as calls that broke off explain", excess: "more than it was told", missing: "less than it was told", unexported: "hours not told yet", rows_exceed_ledger: "more told than used" };

/** What the nights before found. Asked for when it is opened. */
function History({ organization }: { readonly organization: string }) {
  const [open, setOpen] = useState(false);
  const kept = useQuery({ queryKey: ["billing-history", organization], queryFn: () => billing<List<KeptComparison>>(organization, "/reconciliation/history"), enabled: open });
  return (
    <details className="body" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Earlier nights</summary>
      {kept.isPending && open ? <Skeleton height={72} /> : null}
      {kept.isError ? <ErrorCard message={kept.error.message} onRetry={() => void kept.refetch()} /> : null}
      {kept.data?.data.length === 0 ? <p className="meta">The first comparison runs tonight.</p> : null}
      {kept.data && kept.data.data.length > 0 ? (
        <div className="twrap tablecards" tabIndex={0} role="region" aria-label="Earlier nights, table">
          <table>
            <thead><tr><th scope="col">Compared</th><th scope="col">Meter</th><th scope="col" className="r">Told</th><th scope="col" className="r">Stripe held</th><th scope="col">Found</th></tr></thead>
            <tbody>{kept.data.data.map((night) => <Night key={`${night.compared_at}${night.meter}`} night={night} />)}</tbody>
          </table>
        </div>
      ) : null}
    </details>
  );
}

function Night({ night: { meter, unit, kind, confirmed, told, stripe, compared_at } }: { readonly night: KeptComparison }) {
  const amount = (value: string) => (unit === "usd" ? <Money usd={value} /> : <span className="num">{Number(value).toLocaleString("en-US")}</span>);
  return (
    <tr>
      <th scope="row"><Ago at={compared_at} /></th><td data-label="Meter">{METERS[meter] ?? meter}</td><td className="r" data-label="Told">{amount(told)}</td><td className="r" data-label="Stripe held">{amount(stripe)}</td>
      <td data-label="Found"><span className={kind === "agrees" || !confirmed ? "tag" : "tag warn"}>{KINDS[kind] ?? kind}</span>{confirmed ? null : <span className="meta"> looked at again a quarter of an hour later</span>}</td>
    </tr>
  );
}

function MeterRow({ meter: { meter, unit, agrees, told, stripe, error_bar, gaps }, onResend }: { readonly meter: MeterReconciliation; readonly onResend: (() => void) | null }) {
  const amount = (value: string) => (unit === "usd" ? <Money usd={value} /> : <span className="num">{Number(value).toLocaleString("en-US")}</span>);
  const safe = gaps.reduce((sum, gap) => sum + gap.resendable, 0);
  return (
    <tr>
      <th scope="row">{METERS[meter] ?? meter} <span className={agrees ? "tag" : "tag warn"}>{agrees ? "agrees" : "differs"}</span></th>
      <td className="r" data-label="Told">{amount(told)}</td><td className="r" data-label="Stripe holds">{amount(stripe)}</td><td className="r" data-label="Within">± {amount(error_bar)}</td>
      <td data-label="Gaps">
        {gaps.length === 0 ? "none" : <ul className="gaps">{gaps.map((gap, at) => <GapLine key={`${gap.class}${at}`} gap={gap} amount={amount} />)}</ul>}
        {safe > 0 && onResend !== null ? <Button onClick={onResend}>Send {safe} again</Button> : null}
      </td>
    </tr>
  );
}

const GapLine = ({ gap: { class: kind, amount: value, events }, amount }: { readonly gap: GapRow; readonly amount: (value: string) => ReactNode }) => (
  <li><b>{kind.replaceAll("_", " ")}</b> {amount(value)}{events > 0 ? ` in ${events} ${events === 1 ? "event" : "events"}` : ""} <span className="meta">{MEANINGS[kind] ?? ""}</span></li>
);
