/**
 * What a page asks first is asked while its document is made, in this process, so that the figures stand in the HTML and nothing is asked twice.
 * The frame of the page waits a moment for the page, then goes out, and the page follows in the same response when its answers are there. What takes too
 * long or fails is left out: the page asks for it itself, behind its skeleton, and shows why it failed. A page that is reached within the app keeps its answers there, and is not
 * held up.
 */
import { cache, type ReactNode } from "react";
import { headers } from "next/headers";
import { dehydrate, QueryClient } from "@tanstack/react-query";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { KnownAnswers } from "../features/trpc/provider.tsx";
import { appRouter } from "./app-router.ts";
import { requestContext } from "./trpc-context.ts";
import type { BookMode, BookView, Scope } from "./views.ts";

/** Most answers take some milliseconds. A question that is still open by then is in trouble, and the page can ask it again and say so. */
const WAIT_MS_MAX = 2_000;
/**
 * A browser that has painted the frame draws what follows it 300 ms later at the earliest (React throttles what it reveals), so that a page which is
 * ready within this is painted sooner with its frame than behind it. More would keep the scripts from being fetched meanwhile.
 */
const FRAME_WAIT_MS_MAX = 150;

/** One for the layout and the page of a request: what both ask is read once. */
const firstQuestions = cache(() => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
  return { client, trpc: createTRPCOptionsProxy({ router: appRouter, ctx: requestContext, queryClient: client }), pages: new Set<Promise<unknown>>() };
});
type Questions = ReturnType<typeof firstQuestions>;

/** Browsers name what they load; a step within the app is an "empty" fetch. */
const isDocument = async (): Promise<boolean> => (await headers()).get("sec-fetch-dest") !== "empty";

export interface ProjectParams { readonly org: string; readonly project: string }
export const scopeOf = ({ org, project }: ProjectParams): Scope => ({ organization: org, project });

/** Which book is in use. The marks of both are read before anything that is asked of them: the stream of the page tells by its book's whether that is still true. */
export async function firstBook({ client, trpc }: Questions, scope: Scope): Promise<BookView> {
  await client.prefetchQuery(trpc.requests.mark.queryOptions(scope));
  return client.fetchQuery(trpc.usage.book.queryOptions(scope));
}

/** The book that a page shows, as its address or else the data says. */
export async function bookMode(questions: Questions, scope: Scope, asked: string | string[] | undefined): Promise<BookMode> {
  const { mode } = await firstBook(questions, scope);
  return asked === "live" || asked === "test" ? asked : mode;
}

async function atMost(waitMs: number, answers: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([answers, new Promise((resolve) => { timer = setTimeout(resolve, waitMs); })]);
  clearTimeout(timer);
}

interface FirstAnswersProps { readonly ask: (questions: Questions) => readonly Promise<unknown>[]; /** Around the pages, whose answers it waits for a moment. */ readonly frame?: boolean; readonly children: ReactNode }

/** Hands its children the answers to what `ask` asks. */
export async function FirstAnswers({ ask, frame = false, children }: FirstAnswersProps) {
  if (!(await isDocument())) return children;
  const questions = firstQuestions();
  const answers = Promise.allSettled(ask(questions));
  if (!frame) questions.pages.add(answers);
  await atMost(WAIT_MS_MAX, answers);
  if (frame) await atMost(FRAME_WAIT_MS_MAX, Promise.all(questions.pages));
  return <KnownAnswers state={dehydrate(questions.client)}>{children}</KnownAnswers>;
}
