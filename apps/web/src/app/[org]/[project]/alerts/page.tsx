import type { Metadata } from "next";
import { AlertsPage } from "../../../../features/alerts/components/alerts-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Alerts" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const scope = scopeOf(await params);
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.alerts.list.queryOptions(scope))]}><AlertsPage /></FirstAnswers>;
}
