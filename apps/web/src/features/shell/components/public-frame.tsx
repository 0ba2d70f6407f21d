import "./public-frame.css";
import Link from "next/link";
import type { ReactNode } from "react";
import { Brand } from "./brand.tsx";

const PAGES = [["Docs", "/docs"], ["API reference", "/docs/api"], ["Errors", "/docs/errors"], ["Status", "/status"]] as const;

/** The frame of the pages that need no account. `here` is the address of the page in it. */
export function PublicFrame({ here, children }: { here: string; children: ReactNode }) {
  return (
    <div className="docs">
      <header className="wrap pub"><Brand /><nav aria-label="Public pages">{PAGES.map(([label, href]) => <Link key={href} href={href} aria-current={href === here ? "page" : undefined}>{label}</Link>)}</nav></header>
      <main className="wrap" id="main">{children}</main>
    </div>
  );
}
