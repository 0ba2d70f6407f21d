import type { Metadata } from "next";
import { MembersPage } from "../../../../features/organization/components/members-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Members" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const scope = scopeOf(await params);
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.organization.members.queryOptions(scope))]}><MembersPage /></FirstAnswers>;
}
