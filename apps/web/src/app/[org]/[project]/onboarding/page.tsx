import type { Metadata } from "next";
import { Onboarding } from "../../../../features/onboarding/components/onboarding.tsx";
import { bookMode, FirstAnswers, scopeOf, type ProjectParams } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Make your first call" };

export default async function Page({ params, searchParams }: { params: Promise<ProjectParams>; searchParams: Promise<{ mode?: string | string[] }> }) {
  const scope = scopeOf(await params);
  const { mode } = await searchParams;
  return (
    <FirstAnswers ask={(questions) => {
      const { client, trpc } = questions;
      const state = async (): Promise<void> => {
        await bookMode(questions, scope, mode);
        await client.prefetchQuery(trpc.onboarding.state.queryOptions(scope));
      };
      return [state()];
    }}>
      <Onboarding />
    </FirstAnswers>
  );
}
