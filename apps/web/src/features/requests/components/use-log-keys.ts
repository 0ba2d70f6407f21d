"use client";
import { useRef, useState } from "react";
import { useKeys } from "../../shell/use-shortcuts.ts";

interface Walk { readonly ids: readonly string[]; readonly openId: string | null; readonly open: (id: string) => void; readonly close: () => void }

/** What is open by the address: the page follows it a moment later, and keys may be pressed faster than that. */
const openNow = (): string | null => new URLSearchParams(window.location.search).get("id");

/** j and k move through the rows, Enter opens, [ and ] walk with the drawer open, Escape closes it. Gives the row the keys are on. */
export function useLogKeys({ ids, openId, open, close }: Walk) {
  const [cursor, setCursor] = useState<string | null>(null);
  /** Where the keys are, before it is drawn: the next may be pressed sooner. */
  const place = useRef<string | null>(null);
  /** The row `step` away from `id`; the first one where `id` is not in the list. */
  const neighbour = (id: string | null, step: number): string | undefined => {
    const at = ids.indexOf(id ?? "");
    return at < 0 ? ids[0] : ids[at + step];
  };
  const show = (id: string | undefined, drawn: boolean): void => {
    if (id === undefined) return;
    place.current = id;
    setCursor(id);
    if (drawn) open(id);
    document.querySelector(`[data-request="${id}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const move = (step: number) => (): void => { const id = openNow(); show(neighbour(id ?? place.current, step), id !== null); };
  const walk = (step: number) => (): void => show(neighbour(openNow(), step), true);
  const isDrawn = openId !== null;
  useKeys({
    "j": move(1), "k": move(-1),
    ...(cursor !== null && !isDrawn ? { "Enter": () => open(place.current ?? cursor) } : {}),
    ...(isDrawn ? { "Escape": close, "[": walk(-1), "]": walk(1) } : {}),
  });
  const has = (step: number): boolean => isDrawn && ids.includes(openId) && neighbour(openId, step) !== undefined;
  return { cursor, previous: has(-1) ? walk(-1) : null, next: has(1) ? walk(1) : null };
}
