import { redirect } from "next/navigation";
import { OverviewPage } from "../../../features/overview/components/overview-page.tsx";
import { bookMode, FirstAnswers, scopeOf, type ProjectParams } from "../../../server/first-answers.tsx";
import { organizationPagePath } from "../organization-path.ts";

export default async function Page({ params, searchParams }: { params: Promise<ProjectParams>; searchParams: Promise<{ mode?: string | string[] }> }) {
  const { org, project } = await params;
  const moved = await organizationPagePath(org, project);
  if (moved !== null) redirect(moved);
  const scope = scopeOf({ org, project });
  const asked = (await searchParams).mode;
  return (
    <FirstAnswers ask={(questions) => {
      const { client, trpc } = questions;
      const overview = async (): Promise<void> => client.prefetchQuery(trpc.usage.overview.queryOptions({ ...scope, mode: await bookMode(questions, scope, asked) }));
      return [overview(), client.prefetchQuery(trpc.presets.priceNotices.queryOptions(scope))];
    }}>
      <OverviewPage />
    </FirstAnswers>
  );
}
