"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleUser, LogOut, Monitor, Moon, Search, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { lazy, Suspense, useState } from "react";
import { Segmented } from "@trunkline/ui";
import { useTRPC } from "../../trpc/provider.tsx";
import { useBook, useProjectPath, useScope } from "../use-scope.ts";

const Standing = lazy(async () => ({ default: (await import("./standing.tsx")).Standing }));
const BOOKS = [{ value: "live", label: "Live" }, { value: "test", label: "Test" }] as const;

/** Switchers at the left, search, theme and account at the right. */
export function TopBar({ onPalette }: { onPalette: () => void }) {
  const trpc = useTRPC();
  const me = useQuery(trpc.viewer.me.queryOptions());
  const { organization, project } = useScope();
  const { mode, setMode } = useBook();
  const router = useRouter();
  const organizations = me.data?.organizations ?? [];
  const here = organizations.find((one) => one.slug === organization);
  return (
    <header className="top">
      <span className="switch">
        <span className="orgmark" aria-hidden>{(here?.name ?? organization).slice(0, 1).toUpperCase()}</span>
        <select className="select" style={{ border: 0, backgroundColor: "transparent", fontWeight: 500, maxWidth: "40vw" }} aria-label="Organization and project" value={`${organization}/${project}`} onChange={(event) => router.push(`/${event.target.value}`)}>
          {organizations.length === 0 ? <option value={`${organization}/${project}`}>{`${organization} / ${project}`}</option> : null}
          {organizations.flatMap((one) => one.projects.map((two) => <option key={two.id} value={`${one.slug}/${two.slug}`}>{`${one.name} / ${two.name}`}</option>))}
        </select>
      </span>
      <Segmented className="book" label="Book" value={mode} options={BOOKS} onChange={setMode} />
      <span className="grow" />
      <button type="button" className="kbar" aria-keyshortcuts="Meta+K Control+K" onClick={onPalette}><Search className="ic s" aria-hidden /><span>Search or jump to</span><kbd>⌘K</kbd></button>
      <button type="button" className="btn icon ghost mob" aria-label="Search" onClick={onPalette}><Search className="ic" aria-hidden /></button>
      <Suspense><Standing /></Suspense>
      <ThemeToggle />
      <Account email={me.data?.user.email ?? ""} />
    </header>
  );
}

const NEXT_THEME = { system: "light", light: "dark", dark: "system" } as const;
const THEME_ICON = { system: Monitor, light: Sun, dark: Moon } as const;

function ThemeToggle() {
  const { theme, setTheme } = useTheme();
  const [shown, setShown] = useState(false);
  const now = theme === "light" || theme === "dark" ? theme : "system";
  // The server does not know the theme: the icon follows the first interaction or the client's own knowledge after mount.
  const Icon = THEME_ICON[shown ? now : "system"];
  return <button type="button" className="btn icon ghost desk" aria-label="Change theme" title="Change theme" onClick={() => { setShown(true); setTheme(NEXT_THEME[now]); }}><Icon className="ic" aria-hidden /></button>;
}

function Account({ email }: { email: string }) {
  const [open, setOpen] = useState(false);
  const at = useProjectPath();
  const signOut = async (): Promise<void> => {
    await fetch("/api/account/sign-out", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    window.location.assign("/sign-in");
  };
  return (
    <span style={{ position: "relative" }}>
      <button type="button" className="avatar" style={{ display: "grid" }} aria-label={`Account ${email}`} aria-expanded={open} onClick={() => setOpen(!open)}>{email.slice(0, 2).toUpperCase()}</button>
      {open ? <div className="menu"><p className="meta" style={{ padding: "6px 10px" }}>{email}</p><Link href={at("/account")} onClick={() => setOpen(false)}><CircleUser className="ic" aria-hidden />Account</Link><button type="button" onClick={() => void signOut()}><LogOut className="ic" aria-hidden />Sign out</button></div> : null}
    </span>
  );
}
