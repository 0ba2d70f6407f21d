import { useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, ErrorCard, Field, Skeleton } from "@trunkline/ui";
import { billing, type List, type TaxIdRow } from "./billing-api.ts";

/** Tax ids as they stand on invoices. The page that sells asks for them too. */
export function TaxIds({ organization, pays }: { organization: string; pays: boolean }) {
  const client = useQueryClient();
  const key = ["billing", organization, "tax-ids"];
  const ids = useQuery({ queryKey: key, queryFn: () => billing<List<TaxIdRow>>(organization, "/tax-ids") });
  const change = useMutation({
    mutationFn: (wish: { readonly add: object } | { readonly remove: string }) => ("add" in wish ? billing<object>(organization, "/tax-ids", wish.add) : billing<object>(organization, `/tax-ids/${wish.remove}`, {}, "DELETE")),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
  const [type, setType] = useState("eu_vat");
  const [value, setValue] = useState("");
  const submit = (event: FormEvent): void => { event.preventDefault(); change.mutate({ add: { type, value: value.trim() } }); };
  return (
    <Card title="Tax ids" note="stand on your invoices">
      <div className="body">
        {ids.isPending ? <Skeleton height={44} /> : null}
        {ids.isError ? <ErrorCard message={ids.error.message} onRetry={() => void ids.refetch()} /> : null}
        {change.error ? <ErrorCard message={change.error.message} /> : null}
        {ids.data?.data.map((one) => <p key={one.id} className="taxid"><code>{one.type}</code> {one.value} {one.verification ? <span className="tag">{one.verification}</span> : null} {pays ? <Button disabled={change.isPending} onClick={() => change.mutate({ remove: one.id })}>Remove</Button> : null}</p>)}
        {pays ? (
          <form className="wish" onSubmit={submit}>
            <Field label="Type, as Stripe names it" required pattern="[a-z]{2}_[a-z_]+" value={type} onChange={(event) => setType(event.target.value)} />
            <Field label="Tax id" required minLength={3} maxLength={40} value={value} onChange={(event) => setValue(event.target.value)} />
            <Button type="submit" disabled={change.isPending}>Add</Button>
          </form>
        ) : null}
      </div>
    </Card>
  );
}
