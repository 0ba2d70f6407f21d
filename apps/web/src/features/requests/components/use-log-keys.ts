"use client";
import { useState } from "react";
import { useKeys } from "../../shell/use-shortcuts.ts";

interface Walk { readonly ids: readonly string[]; readonly openId: string | null; readonly open: (id: string) => void; readonly close: () => void }

/** j and k move through the rows, Enter opens, [ and ] walk with the drawer open, Escape closes it. Gives the row the keys are on. */
export function useLogKeys({ ids, openId, open, close }: Walk) {
  const [cursor, setCursor] = useState<string | null>(null);
  const at = ids.indexOf(openId ?? cursor ?? "");
  const neighbour = (step: number): string | undefined => ids[at + step];
  const reveal = (id: string): void => document.querySelector(`[data-request="${id}"]`)?.scrollIntoView({ block: "nearest" });
  const move = (step: number) => (): void => {
    const id = at < 0 ? ids[0] : neighbour(step);
    if (id === undefined) return;
    setCursor(id);
    reveal(id);
    if (openId !== null) open(id);
  };
  const walk = (step: number): (() => void) | null => {
    const id = at < 0 ? undefined : neighbour(step);
    return id === undefined ? null : () => { open(id); reveal(id); };
  };
  const previous = walk(-1);
  const next = walk(1);
  const isDrawn = openId !== null;
  useKeys({
    "j": move(1), "k": move(-1),
    ...(cursor !== null && !isDrawn ? { "Enter": () => open(cursor) } : {}),
    ...(isDrawn ? { "Escape": close, "[": () => previous?.(), "]": () => next?.() } : {}),
  });
  return { cursor, previous: isDrawn ? previous : null, next: isDrawn ? next : null };
}
