"use client";
import { Gauge, Plug, Route, Users } from "lucide-react";
import Link from "next/link";
import { useProjectPath } from "../../shell/use-scope.ts";

const STEPS = [
  { path: "/provider-keys", icon: Plug, title: "Add a provider key", text: "Use your own OpenAI or Anthropic account; it is checked when you add it." },
  { path: "/presets", icon: Route, title: "Create preset", text: "Name a first choice and a fallback, then call @preset/your-name." },
  { path: "/limits", icon: Gauge, title: "Set a budget", text: "A hard stop for the organization, the project or one key." },
  { path: "/members", icon: Users, title: "Invite your team", text: "Everyone gets a role, their own keys, and a view of the spend." },
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
