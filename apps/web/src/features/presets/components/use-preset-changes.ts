import { useEffect, useState } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferOutput } from "@trpc/tanstack-react-query";
import type { PresetDocument } from "@trunkline/contracts";
import type { PresetView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { checkDocument, toJsonText } from "./document-edits.ts";

/** Saving and publishing. Both put the answer where the page reads it, so that no second fetch can show an older state. */
function useWrites(slug: string) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const onSuccess = async (preset: inferOutput<typeof trpc.presets.get>): Promise<void> => {
    queryClient.setQueryData(trpc.presets.get.queryKey({ ...scope, slug }), preset);
    await queryClient.invalidateQueries(trpc.presets.list.queryFilter());
  };
  const save = useMutation(trpc.presets.saveDraft.mutationOptions({ onSuccess }));
  const publish = useMutation(trpc.presets.publish.mutationOptions({ onSuccess }));
  return { save, publish, target: { ...scope, slug } };
}

/** The document on the page: what is stored, or the unsaved edit over it. */
export function usePresetChanges(preset: PresetView, stored: PresetDocument) {
  const { save, publish, target } = useWrites(preset.slug);
  const [edited, setEdited] = useState<PresetDocument | null>(null);
  const [textProblem, setTextProblem] = useState<string | null>(null);
  const document = edited ?? stored;
  const checked = checkDocument(document);
  const problem = textProblem ?? ("problem" in checked ? checked.problem : null);
  const dirty = edited !== null && toJsonText(edited) !== toJsonText(stored);
  const unsaved = dirty || textProblem !== null;

  useEffect(() => {
    if (!unsaved) return;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [unsaved]);

  const discard = (): void => {
    setEdited(null);
    setTextProblem(null);
  };
  const saveDraft = async (): Promise<void> => {
    await save.mutateAsync({ ...target, document });
    setEdited((now) => (now === document ? null : now));
  };
  const publishDraft = async (comment: string): Promise<void> => {
    if (dirty) await saveDraft();
    await publish.mutateAsync({ ...target, comment });
  };
  return {
    document, valid: problem === null ? document : null, problem, dirty, unsaved, busy: save.isPending || publish.isPending, error: save.error ?? publish.error,
    edit: setEdited, setTextProblem, discard, saveDraft, publishDraft,
  };
}
export type PresetChanges = ReturnType<typeof usePresetChanges>;
