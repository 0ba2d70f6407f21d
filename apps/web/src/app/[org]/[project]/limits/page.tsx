import type { Metadata } from "next";
import { BudgetsPage } from "../../../../features/budgets/components/budgets-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Limits & budgets" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const scope = scopeOf(await params);
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.budgets.list.queryOptions(scope))]}><BudgetsPage /></FirstAnswers>;
}
