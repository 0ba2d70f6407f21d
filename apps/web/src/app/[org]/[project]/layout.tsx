import { Suspense, type ReactNode } from "react";
import { redirect } from "next/navigation";
import { Skeleton } from "@trunkline/ui";
import { Shell } from "../../../features/shell/components/shell.tsx";
import { FirstAnswers, firstBook, scopeOf, type ProjectParams } from "../../../server/first-answers.tsx";
import { currentUser } from "../../../server/session.ts";

/** About the first screen of a page. */
const PAGE_HEIGHT = 640;

export default async function ProjectLayout({ params, children }: { params: Promise<ProjectParams>; children: ReactNode }) {
  if (!(await currentUser())) redirect("/sign-in");
  const scope = scopeOf(await params);
  return (
    <FirstAnswers frame ask={(questions) => [questions.client.prefetchQuery(questions.trpc.viewer.me.queryOptions()), firstBook(questions, scope)]}>
      <Shell><Suspense fallback={<Skeleton height={PAGE_HEIGHT} />}>{children}</Suspense></Shell>
    </FirstAnswers>
  );
}
