"use client";
import { useState } from "react";
import { useToasts } from "@trunkline/ui";
import { noteLeaving } from "../trpc/left-changes.ts";
import { TRPC_URL } from "../trpc/provider.tsx";

interface Destructive {
  readonly id: string;
  /** "prod-api is revoked." */
  readonly text: string;
  readonly commit: () => Promise<unknown>;
  /** The same change as a plain call, for a page that is going away: procedure and its input. */
  readonly leaving: { readonly procedure: string; readonly input: unknown };
}

/** A change that is carried out after ten seconds unless it is taken back; at once when the page goes away. `pending` holds the ids in between. */
export function useUndoable() {
  const toasts = useToasts();
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set());
  const drop = (id: string): void => setPending((now) => new Set([...now].filter((one) => one !== id)));
  const start = ({ id, text, commit, leaving }: Destructive): void => {
    setPending((now) => new Set([...now, id]));
    toasts.undoable({
      text, onUndo: () => drop(id),
      commit: async () => { await commit(); drop(id); },
      commitLeaving: () => { noteLeaving(); void fetch(`${TRPC_URL}/${leaving.procedure}`, { method: "POST", keepalive: true, headers: { "content-type": "application/json" }, body: JSON.stringify(leaving.input) }); },
    });
  };
  return { pending, start };
}
