import { Activity, ChartColumn, Gauge, KeyRound, LayoutGrid, Box, SlidersHorizontal, type LucideIcon } from "lucide-react";

export interface Section { readonly title: string; readonly links: readonly { readonly label: string; readonly path: string; readonly icon: LucideIcon }[] }

export const SECTIONS: readonly Section[] = [
  { title: "Build", links: [{ label: "Overview", path: "", icon: LayoutGrid }, { label: "Models", path: "/models", icon: Box }, { label: "Presets", path: "/presets", icon: SlidersHorizontal }, { label: "API keys", path: "/keys", icon: KeyRound }] },
  { title: "Observe", links: [{ label: "Analytics", path: "/analytics", icon: ChartColumn }, { label: "Logs", path: "/logs", icon: Activity }] },
  { title: "Operate", links: [{ label: "Limits & budgets", path: "/limits", icon: Gauge }] },
];

/** The five that fit a thumb. */
export const TABS = ["", "/logs", "/keys", "/presets", "/analytics"];
