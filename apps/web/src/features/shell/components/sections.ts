import { Activity, Bell, Box, ChartColumn, CreditCard, FileText, Gauge, KeyRound, LayoutGrid, Plug, Settings, ShieldCheck, SlidersHorizontal, SquareTerminal, Users, type LucideIcon } from "lucide-react";

/** `key` follows "g" on the keyboard. */
interface SectionLink { readonly label: string; readonly path: string; readonly icon: LucideIcon; readonly key: string }
interface Section { readonly title: string; readonly links: readonly SectionLink[] }

export const SECTIONS: readonly Section[] = [
  { title: "Build", links: [{ label: "Overview", path: "", icon: LayoutGrid, key: "o" }, { label: "Playground", path: "/playground", icon: SquareTerminal, key: "y" }, { label: "Models", path: "/models", icon: Box, key: "m" }, { label: "Presets", path: "/presets", icon: SlidersHorizontal, key: "p" }, { label: "API keys", path: "/keys", icon: KeyRound, key: "k" }] },
  { title: "Observe", links: [{ label: "Analytics", path: "/analytics", icon: ChartColumn, key: "a" }, { label: "Logs", path: "/logs", icon: Activity, key: "l" }, { label: "Alerts", path: "/alerts", icon: Bell, key: "w" }] },
  { title: "Operate", links: [{ label: "Provider keys", path: "/provider-keys", icon: Plug, key: "v" }, { label: "Limits & budgets", path: "/limits", icon: Gauge, key: "b" }, { label: "Guardrails", path: "/guardrails", icon: ShieldCheck, key: "r" }] },
  { title: "Organization", links: [{ label: "Members", path: "/members", icon: Users, key: "e" }, { label: "Billing", path: "/billing", icon: CreditCard, key: "i" }, { label: "Audit log", path: "/audit", icon: FileText, key: "u" }, { label: "Settings", path: "/settings", icon: Settings, key: "s" }] },
];
export const LINKS: readonly SectionLink[] = SECTIONS.flatMap((section) => section.links);

/** The four that fit a thumb; the fifth place opens the rest. */
export const TABS = ["", "/analytics", "/logs", "/keys"];
