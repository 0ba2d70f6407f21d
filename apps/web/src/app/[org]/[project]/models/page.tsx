import type { Metadata } from "next";
import { ModelsPage } from "../../../../features/models/components/models-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Models" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const scope = scopeOf(await params);
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.models.list.queryOptions(scope))]}><ModelsPage /></FirstAnswers>;
}
