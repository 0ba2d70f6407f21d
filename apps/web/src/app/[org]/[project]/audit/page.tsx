import type { Metadata } from "next";
import { AuditPage } from "../../../../features/organization/components/audit-page.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Audit log" };

export default async function Page({ params }: { params: Promise<ProjectParams> }) {
  const scope = scopeOf(await params);
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchInfiniteQuery(trpc.organization.audit.infiniteQueryOptions({ ...scope, area: null }, { getNextPageParam: (page) => page.nextCursor }))]}><AuditPage /></FirstAnswers>;
}
