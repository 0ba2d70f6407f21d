import type { Metadata } from "next";
import { BillingPage } from "../../../../features/billing/components/billing-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";
import { restAnswer } from "../../../../server/rest-answer.ts";

export const metadata: Metadata = { title: "Billing" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const { organization } = scopeOf(await params);
  // What asks Stripe may take its time: the page asks for it.
  return (
    <FirstAnswers ask={({ client }) => [
      client.prefetchQuery({ queryKey: ["billing", organization], queryFn: () => restAnswer(organization, "/billing") }),
      client.prefetchQuery({ queryKey: ["billing", organization, "plans"], queryFn: () => restAnswer(organization, "/billing/plans") }),
    ]}>
      <BillingPage />
    </FirstAnswers>
  );
}
