import { LogsPage } from "../../../../features/requests/components/logs-page.tsx";
import { bookMode, FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export default async function Page({ params, searchParams }: { params: Promise<ProjectParams>; searchParams: Promise<{ mode?: string | string[]; q?: string | string[] }> }) {
  const scope = scopeOf(await params);
  const { mode, q } = await searchParams;
  return (
    <FirstAnswers ask={(questions) => {
      const { client, trpc } = questions;
      const rows = async (): Promise<void> => client.prefetchInfiniteQuery(trpc.requests.list.infiniteQueryOptions({ ...scope, mode: await bookMode(questions, scope, mode) }, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
      // What a filter means is known to the page alone.
      return [client.prefetchQuery(trpc.keys.list.queryOptions(scope)), ...(q === undefined ? [rows()] : [])];
    }}>
      <LogsPage />
    </FirstAnswers>
  );
}
