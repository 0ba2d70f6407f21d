import { useQuery } from "@tanstack/react-query";
import { Card, EmptyState, ErrorCard, Money } from "@trunkline/ui";
import { billing, type List, type MarginRow } from "./billing-api.ts";

/** What each customer brings and costs, for who operates the installation. Whoever does not sees nothing. */
export function Margins({ organization }: { readonly organization: string }) {
  const margins = useQuery({ queryKey: ["billing", organization, "margins"], queryFn: () => billing<List<MarginRow> & { readonly operates: boolean }>(organization, "/margins") });
  if (margins.isError) return <ErrorCard message={margins.error.message} onRetry={() => void margins.refetch()} />;
  if (!margins.data?.operates) return null;
  return (
    <Card title="Margin by customer" note="30 days: charges and plan fees, less what providers bill; those that lose most first">
      {margins.data.data.length === 0 ? <EmptyState text="No customer has used anything live yet." /> : (
        <div className="twrap tablecards" tabIndex={0} role="region" aria-label="Margin by customer, table">
          <table>
            <thead><tr><th scope="col">Customer</th><th scope="col" className="r">Charged</th><th scope="col" className="r">Plan fees</th><th scope="col" className="r">Providers</th><th scope="col" className="r">Absorbed</th><th scope="col" className="r">Margin</th></tr></thead>
            <tbody>{margins.data.data.map(({ organization: id, name, plan, charged_usd, plan_fees_usd, provider_cost_usd, absorbed_usd, margin_usd, margin_share }) => (
              <tr key={id}>
                <th scope="row">{name} <span className={Number(margin_usd) < 0 ? "tag warn" : "tag"}>{plan}</span></th>
                <td className="r" data-label="Charged"><Money usd={charged_usd} /></td><td className="r" data-label="Plan fees"><Money usd={plan_fees_usd} /></td><td className="r" data-label="Providers"><Money usd={provider_cost_usd} /></td>
                <td className="r" data-label="Absorbed"><Money usd={absorbed_usd} /></td><td className="r" data-label="Margin"><Money usd={margin_usd} />{margin_share === null ? null : <span className="meta"> {(margin_share * 100).toFixed(1)} %</span>}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
