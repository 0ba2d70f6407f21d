import type { Metadata } from "next";
import { PresetPage } from "../../../../../features/presets/components/preset-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Preset" };

export default async function Page({ params }: { params: Promise<ProjectParams & { readonly slug: string }> }) {
  const { slug, ...project } = await params;
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.presets.get.queryOptions({ ...scopeOf(project), slug }))]}><PresetPage /></FirstAnswers>;
}
