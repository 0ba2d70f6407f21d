import type { Metadata } from "next";
import { PresetList } from "../../../../features/presets/components/preset-list.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Presets" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const scope = scopeOf(await params);
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.presets.list.queryOptions(scope)), client.prefetchQuery(trpc.presets.priceNotices.queryOptions(scope))]}><PresetList /></FirstAnswers>;
}
