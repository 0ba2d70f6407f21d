"use client";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { PanelLeft } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useProjectPath } from "../use-scope.ts";
import { SECTIONS, TABS } from "./sections.ts";
import { TopBar } from "./top-bar.tsx";

export function Brand() {
  return (
    <Link className="brand" href="/" aria-label="Trunkline">
      <svg width="18" height="18" viewBox="0 0 18 18" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden><path d="M1.5 9h6M7.5 9c4 0 3-5.500 7-5.500M7.500 9H15M7.500 9c4 0 3 5.500 7 5.500" /><circle cx="16" cy="9" r="1.400" fill="currentColor" stroke="none" /></svg>
      <span>Trunkline</span>
    </Link>
  );
}

/** The frame of every page of a project: sidebar, top bar, and a tab bar at phone width. */
export function Shell({ children }: { children: ReactNode }) {
  const [rail, setRail] = useState(false);
  const at = useProjectPath();
  const pathname = usePathname();
  const mode = useSearchParams().get("mode");
  const href = (path: string): string => `${at(path)}${mode ? `?mode=${mode}` : ""}`;
  const current = (path: string): "page" | undefined => (pathname === at(path) || (path !== "" && pathname.startsWith(`${at(path)}/`)) ? "page" : undefined);
  const links = SECTIONS.flatMap((section) => section.links);
  return (
    <div className={`app ${rail ? "rail" : ""}`}>
      <aside className="side">
        <Brand />
        <nav aria-label="Main">
          {SECTIONS.map((section) => (
            <div key={section.title}>
              <h2>{section.title}</h2>
              <ul>{section.links.map(({ label, path, icon: Icon }) => <li key={path}><Link href={href(path)} aria-current={current(path)}><Icon className="ic" aria-hidden /><span>{label}</span></Link></li>)}</ul>
            </div>
          ))}
        </nav>
        <footer><button type="button" aria-label={rail ? "Expand sidebar" : "Collapse sidebar"} aria-pressed={rail} onClick={() => setRail(!rail)}><PanelLeft className="ic" aria-hidden /></button></footer>
      </aside>
      <div className="main">
        <TopBar />
        <main className="page" id="main">{children}</main>
      </div>
      <nav className="tabbar" aria-label="Sections">
        {links.filter(({ path }) => TABS.includes(path)).map(({ label, path, icon: Icon }) => <Link key={path} href={href(path)} aria-current={current(path)}><Icon className="ic" aria-hidden />{label}</Link>)}
      </nav>
    </div>
  );
}
