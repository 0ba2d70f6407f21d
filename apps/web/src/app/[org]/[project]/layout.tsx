import { Suspense, type ReactNode } from "react";
import { redirect } from "next/navigation";
import { Skeleton } from "@trunkline/ui";
import { Shell } from "../../../features/shell/components/shell.tsx";
import { FirstAnswers, scopeOf, type ProjectParams } from "../../../server/first-answers.tsx";
import { currentUser } from "../../../server/session.ts";

/** About the first screen of a page. */
const PAGE_HEIGHT = 640;

export default async function ProjectLayout({ params, children }: { params: Promise<ProjectParams>; children: ReactNode }) {
  if (!(await currentUser())) redirect("/sign-in");
  const scope = scopeOf(await params);
  return (
    <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.viewer.me.queryOptions()), client.prefetchQuery(trpc.usage.book.queryOptions(scope))]}>
      <Shell><Suspense fallback={<Skeleton height={PAGE_HEIGHT} />}>{children}</Suspense></Shell>
    </FirstAnswers>
  );
}
