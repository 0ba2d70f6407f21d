import type { Metadata } from "next";
import { GuardrailsPage } from "../../../../features/guardrails/components/guardrails-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Guardrails" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const scope = scopeOf(await params);
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.guardrails.get.queryOptions(scope))]}><GuardrailsPage /></FirstAnswers>;
}
