"use client";
import { BookOpen, BookOpenCheck, Braces, CircleAlert, CircleUser, FolderOpen, HeartPulse, KeyRound, Rocket, ScanSearch, Search, SunMoon, type LucideIcon } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { useTheme } from "next-themes";
import { useRouter } from "next/navigation";
import { useTRPC } from "../trpc/provider.tsx";
import { LINKS } from "./components/sections.ts";
import { useBook, useProjectPath, useScope } from "./use-scope.ts";

export interface Command { readonly id: string; readonly label: string; readonly hint: string; readonly icon: LucideIcon; readonly run: () => void }

/** Pages outside the project. */
const ELSEWHERE = [{ label: "Documentation", path: "/docs", icon: BookOpen }, { label: "API reference", path: "/docs/api", icon: Braces }, { label: "Error catalogue", path: "/docs/errors", icon: CircleAlert }, { label: "Status", path: "/status", icon: HeartPulse }] as const;

const REQUEST_ID = /^req_[0-9a-z]{4,64}$/i;

/** What the palette offers for `text`: a request id opens its log, every word must occur in a command, and any text can be searched in the logs. */
export function useCommands(text: string, onShortcuts: () => void): readonly Command[] {
  const trpc = useTRPC();
  const router = useRouter();
  const at = useProjectPath();
  const scope = useScope();
  const { resolvedTheme, setTheme } = useTheme();
  const { mode, setMode } = useBook();
  const me = useQuery(trpc.viewer.me.queryOptions());
  const wanted = text.trim();
  const other = mode === "live" ? "test" : "live";
  const projects = (me.data?.organizations ?? []).flatMap((one) => one.projects.map((project) => ({ slug: `${one.slug}/${project.slug}`, label: `${one.name} / ${project.name}` }))).filter((one) => one.slug !== `${scope.organization}/${scope.project}`);
  const commands: Command[] = [
    ...LINKS.map((link) => ({ id: `go${link.path}`, label: link.label, hint: `g ${link.key}`, icon: link.icon, run: () => router.push(`${at(link.path)}?mode=${mode}`) })),
    { id: "create-key", label: "Create key", hint: "", icon: KeyRound, run: () => router.push(`${at("/keys")}?create=1`) },
    { id: "theme", label: "Toggle theme", hint: resolvedTheme === "dark" ? "to light" : "to dark", icon: SunMoon, run: () => setTheme(resolvedTheme === "dark" ? "light" : "dark") },
    { id: "book", label: `Show the ${other} book`, hint: "", icon: BookOpenCheck, run: () => setMode(other) },
    ...ELSEWHERE.map(({ label, path, icon }) => ({ id: `go${path}`, label, hint: "", icon, run: () => router.push(path) })),
    { id: "account", label: "Account", hint: "", icon: CircleUser, run: () => router.push(at("/account")) },
    { id: "onboarding", label: "First call and snippets", hint: "", icon: Rocket, run: () => router.push(at("/onboarding")) },
    { id: "shortcuts", label: "Keyboard shortcuts", hint: "?", icon: ScanSearch, run: onShortcuts },
    ...projects.map((project) => ({ id: `switch/${project.slug}`, label: `Switch to ${project.label}`, hint: "", icon: FolderOpen, run: () => router.push(`/${project.slug}`) })),
  ];
  const words = wanted.toLowerCase().split(/\s+/);
  const found = commands.filter((command) => words.every((word) => command.label.toLowerCase().includes(word)));
  if (wanted === "") return found;
  const byId: Command[] = REQUEST_ID.test(wanted) ? [{ id: "request", label: `Open request ${wanted}`, hint: "", icon: ScanSearch, run: () => router.push(`${at("/logs")}?mode=${mode}&id=${wanted.toLowerCase()}`) }] : [];
  return [...byId, ...found, { id: "search", label: `Search the logs for “${wanted}”`, hint: "", icon: Search, run: () => router.push(`${at("/logs")}?${new URLSearchParams({ mode, q: wanted }).toString()}`) }];
}
