import type { Metadata } from "next";
import { KeyPage } from "../../../../../features/keys/components/key-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "API key" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const scope = scopeOf(await params);
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.keys.list.queryOptions(scope))]}><KeyPage /></FirstAnswers>;
}
