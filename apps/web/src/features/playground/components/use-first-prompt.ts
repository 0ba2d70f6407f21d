"use client";
import { useSearchParams } from "next/navigation";
import { useQuery } from "@tanstack/react-query";
import { useRole } from "../../shell/use-role.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { EMPTY_PROMPT, type Prompt } from "./prompt.ts";

const FIRST_PROMPT: Prompt = { ...EMPTY_PROMPT, user: "Explain in two sentences why the sky is blue." };

/** What the page begins with: the stored prompt of the request named by `from` in the address, else an example. `note` says why it is not the request's own. */
export function useFirstPrompt(): { readonly first: Prompt; readonly note: string | null } {
  const from = useSearchParams().get("from");
  const trpc = useTRPC();
  const { role, may } = useRole();
  const stored = useQuery({ ...trpc.requests.prompt.queryOptions({ ...useScope(), id: from ?? "" }), enabled: from !== null && may("prompts.read") });
  const request = stored.data?.stored ? stored.data.request : null;
  // What reads a stored body comes with one.
  const said = useQuery({ queryKey: ["replayed-prompt", from], queryFn: async () => (await import("./replayed-prompt.ts")).replayedPrompt(request ?? ""), enabled: request !== null, staleTime: Number.POSITIVE_INFINITY });
  if (from === null || role === null) return { first: FIRST_PROMPT, note: null };
  if (!may("prompts.read")) return { first: FIRST_PROMPT, note: `You are ${role} here: write the prompt of ${from} anew.` };
  if (stored.data?.stored) return said.data ? { first: { ...EMPTY_PROMPT, ...said.data }, note: null } : { first: FIRST_PROMPT, note: said.isPending ? null : `${from} holds no message that could be asked again.` };
  return { first: FIRST_PROMPT, note: stored.data ? `The prompt of ${from} is not stored. ${stored.data.why}` : stored.isError ? stored.error.message : null };
}
