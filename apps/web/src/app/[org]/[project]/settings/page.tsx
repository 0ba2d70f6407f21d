import type { Metadata } from "next";
import { SettingsPage } from "../../../../features/organization/components/settings-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Settings" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const scope = scopeOf(await params);
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.organization.settings.queryOptions(scope)), client.prefetchQuery(trpc.organization.projectLimits.queryOptions(scope)), client.prefetchQuery(trpc.organization.promptStorage.queryOptions(scope))]}><SettingsPage /></FirstAnswers>;
}
