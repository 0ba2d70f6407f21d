import type { ReactNode } from "react";
import { Brand } from "../../shell/components/brand.tsx";
import "./account.css";

/** The frame of every page on the way in: one narrow column under the brand. */
export function AccountFrame({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <main className="auth" id="main">
      <div className="box">
        <Brand />
        <div><h1>{title}</h1>{lead ? <p className="muted">{lead}</p> : null}</div>
        {children}
      </div>
    </main>
  );
}
