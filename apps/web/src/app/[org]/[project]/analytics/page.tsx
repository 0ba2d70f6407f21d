import { AnalyticsPage } from "../../../../features/usage/components/analytics-page.tsx";
import { minuteOf, rangeOf } from "../../../../features/usage/components/ranges.ts";
import { bookMode, FirstAnswers, firstBook, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export default async function Page({ params, searchParams }: { params: Promise<ProjectParams>; searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>> }) {
  const scope = scopeOf(await params);
  const { mode, ...chosen } = await searchParams;
  const minute = minuteOf(Date.now());
  return (
    <FirstAnswers ask={(questions) => {
      const { client, trpc } = questions;
      const sums = async (): Promise<void> => {
        const [book, shown] = await Promise.all([firstBook(questions, scope), bookMode(questions, scope, mode)]);
        await client.prefetchQuery(trpc.usage.series.queryOptions({ ...scope, mode: shown, ...rangeOf("7d", book, minute), groupBy: "model", compare: true }));
      };
      // What other choices ask is known to the page alone.
      return Object.keys(chosen).length === 0 ? [sums()] : [];
    }}>
      <AnalyticsPage minute={minute} />
    </FirstAnswers>
  );
}
