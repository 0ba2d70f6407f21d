import type { Metadata } from "next";
import { ModelsPage } from "../../../../features/models/components/models-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Models" };

export default async function Page({ params, searchParams }: { params: Promise<ProjectParams>; searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>> }) {
  const scope = scopeOf(await params);
  const { mode: _mode, ...chosen } = await searchParams;
  // The first rows of another choice are known when the whole list is.
  const isWhole = Object.keys(chosen).length === 0;
  return <FirstAnswers ask={({ client, trpc }) => (isWhole ? [client.prefetchQuery(trpc.models.first.queryOptions(scope))] : [])}><ModelsPage /></FirstAnswers>;
}
