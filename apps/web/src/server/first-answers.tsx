/**
 * What a page asks first is asked while its document is made, in this process, so that the figures stand in the HTML and nothing is asked twice.
 * The frame of the page goes out at once and the page follows in the same response when its answers are there. What takes too long or fails is left out:
 * the page asks for it itself, behind its skeleton, and shows why it failed. A page that is reached within the app keeps its answers there, and is not
 * held up.
 */
import { cache, type ReactNode } from "react";
import { headers } from "next/headers";
import { dehydrate, QueryClient } from "@tanstack/react-query";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { KnownAnswers } from "../features/trpc/provider.tsx";
import { appRouter } from "./app-router.ts";
import { requestContext } from "./trpc-context.ts";
import type { BookMode, Scope } from "./views.ts";

/** Most answers take some milliseconds. A question that is still open by then is in trouble, and the page can ask it again and say so. */
const WAIT_MS_MAX = 2_000;

/** One for the layout and the page of a request: what both ask is read once. */
const firstQuestions = cache(() => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
  return { client, trpc: createTRPCOptionsProxy({ router: appRouter, ctx: requestContext, queryClient: client }) };
});
type Questions = ReturnType<typeof firstQuestions>;

/** Browsers name what they load; a step within the app is an "empty" fetch. */
const isDocument = async (): Promise<boolean> => (await headers()).get("sec-fetch-dest") !== "empty";

export interface ProjectParams { readonly org: string; readonly project: string }
export const scopeOf = ({ org, project }: ProjectParams): Scope => ({ organization: org, project });

/** The book that a page shows, as its address or else the data says. Its mark is read before anything that is asked of it: the stream of the page tells by it whether that is still true. */
export async function bookMode({ client, trpc }: Questions, scope: Scope, asked: string | string[] | undefined): Promise<BookMode> {
  const mode = asked === "live" || asked === "test" ? asked : (await client.fetchQuery(trpc.usage.book.queryOptions(scope))).mode;
  await client.prefetchQuery(trpc.requests.mark.queryOptions({ ...scope, mode }));
  return mode;
}

/** Hands its children the answers to what `ask` asks. */
export async function FirstAnswers({ ask, children }: { ask: (questions: Questions) => readonly Promise<unknown>[]; children: ReactNode }) {
  if (!(await isDocument())) return children;
  const questions = firstQuestions();
  const answers = Promise.allSettled(ask(questions));
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([answers, new Promise((resolve) => { timer = setTimeout(resolve, WAIT_MS_MAX); })]);
  clearTimeout(timer);
  return <KnownAnswers state={dehydrate(questions.client)}>{children}</KnownAnswers>;
}
