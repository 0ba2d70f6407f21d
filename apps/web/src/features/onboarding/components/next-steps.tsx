"use client";
import { ChartNoAxesCombined, Gauge, Route } from "lucide-react";
import Link from "next/link";
import { useProjectPath } from "../../shell/use-scope.ts";

const STEPS = [
  { path: "", icon: ChartNoAxesCombined, title: "Overview", text: "Spend, requests and failures of this project, as they happen." },
  { path: "/presets", icon: Route, title: "Create preset", text: "Name a first choice and a fallback, then call @preset/your-name." },
  { path: "/limits", icon: Gauge, title: "Set a budget", text: "A hard stop for the organization, the project or one key." },
] as const;

export function NextSteps() {
  const at = useProjectPath();
  return (
    <>
      <h2 className="lab">Next</h2>
      <ul className="next">{STEPS.map(({ path, icon: Icon, title, text }) => <li key={path}><Link href={at(path)}><h3><Icon className="ic" aria-hidden />{title}</h3><p>{text}</p></Link></li>)}</ul>
    </>
  );
}
