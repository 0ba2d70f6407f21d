"use client";
import Link from "next/link";
import { Circle, CircleCheck, X } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import type { OverviewView } from "../../../server/views.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";

const RADIUS = 8;
const ROUND = 2 * Math.PI * RADIUS;
const noChange = () => () => undefined;

/** What is left to set up, until all is done or it is put away in this browser. */
export function SetupStrip({ setup }: { setup: OverviewView["setup"] }) {
  const at = useProjectPath();
  const { organization, project } = useScope();
  const place = `trunkline.setup-closed.${organization}.${project}`;
  const kept = useSyncExternalStore(noChange, () => localStorage.getItem(place) !== null, () => false);
  const [closed, setClosed] = useState(false);
  const steps = [
    { done: setup.key, label: "API key", path: "/keys", action: "Create" }, { done: setup.firstRequest, label: "First request", path: "/onboarding", action: "Send" },
    { done: setup.preset, label: "Preset with fallback", path: "/presets", action: "Add" }, { done: setup.budget, label: "Budget", path: "/limits", action: "Set" },
    { done: setup.providerKey, label: "Provider key", path: "/provider-keys", action: "Add" }, { done: setup.team, label: "Team", path: "/members", action: "Invite" },
  ];
  const done = steps.filter((step) => step.done).length;
  if (done === steps.length || kept || closed) return null;
  const close = (): void => {
    localStorage.setItem(place, "1");
    setClosed(true);
  };
  return (
    <section className="setup" aria-label="Setup">
      <h2>
        <svg width="20" height="20" viewBox="0 0 20 20" fill="none" strokeWidth="2.5" aria-hidden><circle cx="10" cy="10" r={RADIUS} stroke="var(--border)" /><circle cx="10" cy="10" r={RADIUS} stroke="var(--accent)" strokeLinecap="round" strokeDasharray={`${(ROUND * done) / steps.length} ${ROUND}`} transform="rotate(-90 10 10)" /></svg>
        Setup <span className="muted num">{done} of {steps.length}</span>
      </h2>
      <ol>{steps.map((step) => <li key={step.label} className={step.done ? "done" : "todo"}>{step.done ? <CircleCheck className="ic" aria-label="done" /> : <Circle className="ic" aria-hidden />}{step.label} {step.done ? null : <Link className="link" href={at(step.path)}>{step.action}<span className="sr"> {step.label.toLowerCase()}</span></Link>}</li>)}</ol>
      <button type="button" className="btn icon ghost sm desk" aria-label="Dismiss the setup checklist" onClick={close}><X className="ic s" aria-hidden /></button>
    </section>
  );
}
