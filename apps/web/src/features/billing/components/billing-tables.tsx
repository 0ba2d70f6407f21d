import { useState, type ReactNode } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ago, Button, Card, EmptyState, ErrorCard, Money, Skeleton } from "@trunkline/ui";
import { billing, type CreditNoteRow, type CreditRow, type InvoiceRow, type List, type StatementRow } from "./billing-api.ts";
import { ConfirmAct, type Act } from "./confirm-act.tsx";

interface RowsProps<Row> { readonly organization: string; readonly path: string; readonly title: string; readonly note: string; readonly empty: string; readonly heads: readonly string[]; readonly row: (row: Row) => ReactNode }

/** One list of the billing resources: loading, refused, empty, or a table. */
function Rows<Row>({ organization, path, title, note, empty, heads, row }: RowsProps<Row>) {
  const rows = useQuery({ queryKey: ["billing", organization, path], queryFn: () => billing<List<Row>>(organization, path) });
  return (
    <Card title={title} note={note}>
      {rows.isPending ? <div className="body"><Skeleton height={72} /></div> : null}
      {rows.isError ? <div className="body"><ErrorCard message={rows.error.message} onRetry={() => void rows.refetch()} /></div> : null}
      {rows.data?.data.length === 0 ? <EmptyState text={empty} /> : null}
      {rows.data && rows.data.data.length > 0 ? <div className="twrap tablecards" tabIndex={0} role="region" aria-label={`${title}, table`}><table><thead><tr>{heads.map((head, at) => <th key={head} scope="col" className={at === 0 ? undefined : "r"}>{head}</th>)}</tr></thead><tbody>{rows.data.data.map(row)}</tbody></table></div> : null}
    </Card>
  );
}

const wordsOf = (kind: string): string => kind.replaceAll(/[._]/g, " ");

const REFUND_WINDOW_MS = 24 * 3_600_000;
const mayRefund = ({ kind, created_at }: CreditRow): boolean => kind === "purchase" && Date.now() - Date.parse(created_at) < REFUND_WINDOW_MS;

const creditRow = (row: CreditRow, onRefund: ((row: CreditRow) => void) | null): ReactNode => { const { id, kind, amount_usd, created_at } = row; return <tr key={id}><th scope="row">{wordsOf(kind)} {onRefund && mayRefund(row) ? <Button onClick={() => onRefund(row)}>Refund what is unused</Button> : null}</th><td className="r"><Money usd={amount_usd} /></td><td className="r"><Ago at={created_at} /></td></tr>; };

const statementRow = ({ transaction, kind, amount_usd, balance_usd, at }: StatementRow): ReactNode => <tr key={transaction}><th scope="row">{wordsOf(kind)} <code className="meta">{transaction}</code></th><td className="r"><Money usd={amount_usd} /></td><td className="r"><Money usd={balance_usd} /></td><td className="r"><Ago at={at} /></td></tr>;

const invoiceRow = ({ id, number, status, total_usd, paid_usd, created_at, url }: InvoiceRow): ReactNode => <tr key={id}><th scope="row">{url ? <a className="link" href={url} rel="noreferrer" target="_blank">{number ?? id}</a> : (number ?? id)} {status ? <span className="tag">{status}</span> : null}</th><td className="r"><Money usd={total_usd} /></td><td className="r"><Money usd={paid_usd} /></td><td className="r"><Ago at={created_at} /></td></tr>;

export function Credits({ organization, pays }: { organization: string; pays: boolean }) {
  const client = useQueryClient();
  const refund = useMutation({ mutationFn: (credit: string) => billing<object>(organization, "/refunds", { credit }), onSuccess: () => client.invalidateQueries({ queryKey: ["billing", organization] }) });
  const [act, setAct] = useState<Act | null>(null);
  const ask = ({ id, amount_usd }: CreditRow): void => setAct({
    title: "Refund this purchase?", label: "Refund", run: () => refund.mutate(id),
    text: `What is still unused of the $${Number(amount_usd).toFixed(2)} goes back to the card it was paid with. Calls that it would have paid for are refused from then on, unless other credit is left.`,
  });
  return <><ConfirmAct act={act} onClose={() => setAct(null)} />{refund.error ? <ErrorCard message={refund.error.message} /> : null}<Rows<CreditRow> organization={organization} path="/credits?limit=20" title="Credit" note="what was granted or bought" empty="No credit was bought yet." heads={["What", "Amount", "When"]}
    row={(row) => creditRow(row, pays && !refund.isPending ? ask : null)} /></>;
}

export const Statement = ({ organization }: { organization: string }) => (
  <Rows<StatementRow> organization={organization} path="/statement?limit=20" title="Statement" note="every posting of the ledger, with the balance it left" empty="The ledger holds no live charge yet." heads={["Posting", "Amount", "Balance", "When"]}
    row={statementRow} />
);

const SETTLED: Readonly<Record<string, string>> = { credit: "in your credit", invoice_balance: "with your next invoice" };

const noteRow = ({ id, amount_usd, requests, reason, state, settled_by, created_at }: CreditNoteRow): ReactNode => <tr key={id}><th scope="row">{reason} <span className="tag">{SETTLED[settled_by ?? ""] ?? state}</span> <code className="meta">{id}</code></th><td className="r">{requests.toLocaleString("en-US")}</td><td className="r"><Money usd={amount_usd} /></td><td className="r"><Ago at={created_at} /></td></tr>;

export const CreditNotes = ({ organization }: { organization: string }) => (
  <Rows<CreditNoteRow> organization={organization} path="/credit-notes" title="Credit notes" note="what corrected prices came to; negative is in your favour" empty="No price was ever corrected." heads={["Why", "Requests", "Amount", "When"]}
    row={noteRow} />
);

export const Invoices = ({ organization }: { organization: string }) => (
  <Rows<InvoiceRow> organization={organization} path="/invoices" title="Invoices" note="from Stripe, newest first" empty="There is no invoice yet." heads={["Number", "Total", "Paid", "When"]}
    row={invoiceRow} />
);
