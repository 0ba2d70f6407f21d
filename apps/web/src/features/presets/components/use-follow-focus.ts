import { useEffect, useRef, type RefObject } from "react";

type Act = "up" | "down" | "remove";

/**
 * Keeps a keyboard where it works: after a move the focus is on the moved item's own button, after a removal on its successor's, and on the button that
 * adds where nothing is left. The list's items hold a `.acts` of their own before any other; what adds follows the list.
 */
export function useFollowFocus(): { readonly list: RefObject<HTMLOListElement | null>; readonly follow: (at: number, act: Act) => void } {
  const list = useRef<HTMLOListElement>(null);
  const wanted = useRef<{ readonly at: number; readonly act: Act } | null>(null);
  useEffect(() => {
    if (wanted.current === null || list.current === null) return;
    const { at, act } = wanted.current;
    wanted.current = null;
    const items = list.current.children;
    const own = items[Math.min(at, items.length - 1)]?.querySelector(".acts");
    const button = (name: Act): HTMLButtonElement | null => own?.querySelector<HTMLButtonElement>(`[data-act="${name}"]:not(:disabled)`) ?? null;
    const other: Act = act === "up" ? "down" : "up";
    (button(act) ?? button(other) ?? button("down") ?? list.current.parentElement?.querySelector<HTMLButtonElement>("[data-act='add']"))?.focus();
  });
  return { list, follow: (at, act) => { wanted.current = { at, act }; } };
}
