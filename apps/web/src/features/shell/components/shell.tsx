"use client";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { Ellipsis, PanelLeft } from "lucide-react";
import { lazy, useEffect, useState, type ReactNode } from "react";
import { Deferred, Dialog } from "@trunkline/ui";
import { useLiveBook } from "../use-live.ts";
import { useProjectPath } from "../use-scope.ts";
import { useShellShortcuts } from "../use-shortcuts.ts";
import { Brand } from "./brand.tsx";
import { LINKS, SECTIONS, TABS } from "./sections.ts";
import { TopBar } from "./top-bar.tsx";

const loadPalette = async () => ({ default: (await import("./command-palette.tsx")).CommandPalette });
const CommandPalette = lazy(loadPalette);
const ShortcutSheet = lazy(async () => ({ default: (await import("./shortcut-sheet.tsx")).ShortcutSheet }));
/** By then the page stands, and whoever presses ⌘K finds the palette at hand. */
const PALETTE_AFTER_MS = 3_000;

type Opened = "palette" | "shortcuts" | "more" | null;

/** The frame of every page of a project: sidebar, top bar, and a tab bar at phone width. Holds the page's one stream. */
export function Shell({ children }: { children: ReactNode }) {
  const [collapsed, setCollapsed] = useState(false);
  const [opened, setOpened] = useState<Opened>(null);
  const live = useLiveBook();
  const at = useProjectPath();
  const pathname = usePathname();
  const query = useSearchParams();
  const mode = query.get("mode");
  const href = (path: string): string => `${at(path)}${mode ? `?mode=${mode}` : ""}`;
  const current = (path: string): "page" | undefined => (pathname === at(path) || (path !== "" && pathname.startsWith(`${at(path)}/`)) ? "page" : undefined);
  useShellShortcuts({ onPalette: () => setOpened((now) => (now === "palette" ? null : "palette")), onHelp: () => setOpened("shortcuts") });
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette(), PALETTE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  // A dialog reports that it closed also after another one took its place.
  const closing = (which: Opened) => (): void => setOpened((now) => (now === which ? null : now));
  // An open log needs the room.
  const rail = collapsed || (query.has("id") && pathname === at("/logs"));
  return (
    <div className={`app ${rail ? "rail" : ""}`} data-live={live}>
      <aside className="side">
        <Brand />
        <nav aria-label="Main">
          {SECTIONS.map((section) => (
            <div key={section.title}>
              <h2>{section.title}</h2>
              <ul>{section.links.map(({ label, path, icon: Icon }) => <li key={path}><Link href={href(path)} title={rail ? label : undefined} aria-current={current(path)}><Icon className="ic" aria-hidden /><span>{label}</span></Link></li>)}</ul>
            </div>
          ))}
        </nav>
        <footer><Link href="/docs">Docs</Link><Link href="/status">Status</Link><button type="button" aria-label={collapsed ? "Expand sidebar" : "Collapse sidebar"} aria-pressed={collapsed} onClick={() => setCollapsed(!collapsed)}><PanelLeft className="ic" aria-hidden /></button></footer>
      </aside>
      <div className="main">
        <TopBar onPalette={() => setOpened("palette")} />
        <main className="page" id="main">{children}</main>
      </div>
      <nav className="tabbar" aria-label="Sections">
        {LINKS.filter(({ path }) => TABS.includes(path)).sort((a, b) => TABS.indexOf(a.path) - TABS.indexOf(b.path)).map(({ label, path, icon: Icon }) => <Link key={path} href={href(path)} aria-current={current(path)}><Icon className="ic" aria-hidden />{label}</Link>)}
        <button type="button" aria-expanded={opened === "more"} onClick={() => setOpened("more")}><Ellipsis className="ic" aria-hidden />More</button>
      </nav>
      <Deferred wanted={opened === "palette"}><CommandPalette open={opened === "palette"} onClose={closing("palette")} onShortcuts={() => setOpened("shortcuts")} /></Deferred>
      <Deferred wanted={opened === "shortcuts"}><ShortcutSheet open={opened === "shortcuts"} onClose={closing("shortcuts")} /></Deferred>
      <Dialog title="More" open={opened === "more"} onClose={closing("more")}>
        <ul className="morelist">{LINKS.filter(({ path }) => !TABS.includes(path)).map(({ label, path, icon: Icon }) => <li key={path}><Link href={href(path)} aria-current={current(path)} onClick={closing("more")}><Icon className="ic" aria-hidden />{label}</Link></li>)}</ul>
      </Dialog>
    </div>
  );
}
