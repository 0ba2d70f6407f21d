"use client";
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { useRouter } from "next/navigation";
import { LINKS } from "./components/sections.ts";
import { useProjectPath } from "./use-scope.ts";

const PLACE = "trunkline.single-keys";
const OFF = "off";
const CHANGED = "trunkline-single-keys";
/** How long "g" waits for its second key. */
const SEQUENCE_MS = 1_500;

function subscribe(onChange: () => void): () => void {
  window.addEventListener(CHANGED, onChange);
  return () => window.removeEventListener(CHANGED, onChange);
}

/** Whether single keys act (WCAG 2.1.4: they can be turned off). Kept in this browser. */
export function useSingleKeys(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(subscribe, () => localStorage.getItem(PLACE) !== OFF, () => true);
  return [on, (next) => {
    if (next) localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, OFF);
    window.dispatchEvent(new Event(CHANGED));
  }];
}

/** True where a key press is text, a native control's own, or belongs to an open dialog. */
function isTaken(event: KeyboardEvent): boolean {
  const { target } = event;
  return event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey
    || (target instanceof HTMLElement && (target.isContentEditable || target.closest("input, textarea, select, dialog") !== null));
}

/** What a key does; "not mine" leaves it to whoever listens behind, in whatever order the page came to life. */
type KeyAction = () => void | "not mine";

/** Acts on single keys while no field has the focus. `keys` maps `event.key` to what it does. */
export function useKeys(keys: Readonly<Record<string, KeyAction>>): void {
  const [on] = useSingleKeys();
  const latest = useRef(keys);
  useLayoutEffect(() => { latest.current = keys; });
  useEffect(() => {
    if (!on) return;
    const press = (event: KeyboardEvent): void => {
      const act = isTaken(event) ? undefined : latest.current[event.key];
      if (act && act() !== "not mine") event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [on]);
}

/** What acts on every page: ⌘K or Ctrl+K, "?", "/" for the page's filter, and "g" with the letter of a page. */
export function useShellShortcuts({ onPalette, onHelp }: { onPalette: () => void; onHelp: () => void }): void {
  const router = useRouter();
  const at = useProjectPath();
  const begun = useRef(Number.NEGATIVE_INFINITY);
  const follow = (path: string): KeyAction => () => {
    const isSecond = performance.now() - begun.current < SEQUENCE_MS;
    begun.current = Number.NEGATIVE_INFINITY;
    if (!isSecond) return "not mine";
    router.push(at(path));
  };
  const go = Object.fromEntries(LINKS.map((link) => [link.key, follow(link.path)]));
  useKeys({ ...go, "g": () => { begun.current = performance.now(); }, "?": onHelp, "/": () => document.querySelector<HTMLElement>("[data-filter]")?.focus() });
  const palette = useRef(onPalette);
  useEffect(() => { palette.current = onPalette; });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      palette.current();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
