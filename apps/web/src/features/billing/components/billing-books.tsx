import { lazy, Suspense, useSyncExternalStore } from "react";
import { useIsFetching } from "@tanstack/react-query";
import { AutoTopUp } from "./auto-top-up.tsx";
import { CreditNotes, Credits, Invoices, Statement } from "./billing-tables.tsx";
import { Reconciliation } from "./reconciliation.tsx";
import { TaxIds } from "./tax-ids.tsx";

/** Of the operator's own organization alone: everybody else's page does without their code. */
const Margins = lazy(async () => ({ default: (await import("./margins.tsx")).Margins }));
const ProviderReconciliation = lazy(async () => ({ default: (await import("./provider-reconciliation.tsx")).ProviderReconciliation }));
const noChange = () => () => undefined;

/** Everything below the plans. Cards whose length is not known yet would push one another about: all are asked for at once, and shown once all are there. */
export function BillingBooks({ organization, pays }: { organization: string; pays: boolean }) {
  // A document is drawn before anything is asked.
  const asked = useSyncExternalStore(noChange, () => true, () => false);
  const asking = useIsFetching({ queryKey: ["billing", organization], predicate: ({ state }) => state.status === "pending" }) > 0;
  return (
    <div style={asked && !asking ? undefined : { visibility: "hidden" }}>
      <AutoTopUp organization={organization} pays={pays} />
      <Credits organization={organization} pays={pays} /><Statement organization={organization} /><CreditNotes organization={organization} /><Invoices organization={organization} /><Reconciliation organization={organization} pays={pays} /><Suspense><ProviderReconciliation organization={organization} /><Margins organization={organization} /></Suspense><TaxIds organization={organization} pays={pays} />
    </div>
  );
}
