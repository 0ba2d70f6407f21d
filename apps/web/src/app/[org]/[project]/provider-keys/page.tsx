import type { Metadata } from "next";
import { ProviderKeysPage } from "../../../../features/provider-keys/components/provider-keys-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Provider keys" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const scope = scopeOf(await params);
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.providerKeys.list.queryOptions(scope))]}><ProviderKeysPage /></FirstAnswers>;
}
