import type { ReactNode } from "react";
import "../features/account/components/account.css";

/** The frame of the pages that stand in for any other: in the first load of each, so it brings nothing but itself. Its links load afresh. */
export function PlainFrame({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  return (
    <main className="auth" id="main">
      <div className="box">
        <a className="brand" href="/"><span>Trunkline</span></a>
        <div><h1>{title}</h1><p className="muted">{lead}</p></div>
        {children}
      </div>
    </main>
  );
}
