import type { Metadata } from "next";
import { KeysPage } from "../../../../features/keys/components/keys-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "API keys" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const scope = scopeOf(await params);
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.keys.list.queryOptions(scope))]}><KeysPage /></FirstAnswers>;
}
