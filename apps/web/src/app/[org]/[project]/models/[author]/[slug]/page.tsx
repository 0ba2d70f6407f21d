import type { Metadata } from "next";
import { ModelPage } from "../../../../../../features/models/components/model-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Model" };

export default async function Page({ params }: { params: Promise<ProjectParams & { readonly author: string; readonly slug: string }> }) {
  const { author, slug, ...project } = await params;
  const id = `${decodeURIComponent(author)}/${decodeURIComponent(slug)}`;
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.models.get.queryOptions({ ...scopeOf(project), id }))]}><ModelPage /></FirstAnswers>;
}
