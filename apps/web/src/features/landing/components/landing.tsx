import Link from "next/link";
import { GaugeCircle, Lock, Plug, ReceiptText } from "lucide-react";
import type { ReactNode } from "react";
import { Brand } from "../../shell/components/brand.tsx";
import { FailoverDiagram } from "./failover-diagram.tsx";
import { PlanTable } from "./plan-table.tsx";
import { PriceTable, type PriceLine } from "./price-table.tsx";
import "./landing.css";

interface Props {
  /** Address of the signed-in person's project; null for a visitor. */
  readonly home: string | null;
  /** What came of a confirmation link, where the visit follows one. */
  readonly verified: boolean | null;
  readonly snippet: ReactNode;
  readonly prices: readonly PriceLine[];
  readonly modelCount: number;
}

export function Landing({ home, verified, snippet, prices, modelCount }: Props) {
  return (
    <div className="lp">
      <div className="wrap"><Header home={home} /></div>
      <main id="main">
        {verified === null ? null : <div className="wrap"><output className={verified ? "told" : "told bad"}>{verified ? "Your e-mail address is confirmed." : "That link is used up or too old. Ask for a new one from the dashboard."}</output></div>}
        <div className="wrap hero1">
          <div>
            <h1>One API key for every model, and a receipt for every token.</h1>
            <p className="lead">Change the base URL. Trunkline routes each request, moves on when a provider fails, and shows what every attempt cost.</p>
            <div className="act">{home ? <Link className="btn primary lg" href={home}>Open dashboard</Link> : <Link className="btn primary lg" href="/signup">Get a key</Link>}<a className="btn lg" href="#prices">See prices</a></div>
            <p className="fine">A test key is free and needs no provider account.</p>
          </div>
          {snippet}
        </div>
        <FailoverDiagram />
        <PriceTable lines={prices} modelCount={modelCount} href={home ? `${home}/models` : "/signup"} />
        <PlanTable />
        <div className="wrap"><Facts /><Footer /></div>
      </main>
    </div>
  );
}

function Header({ home }: { home: string | null }) {
  return (
    <header className="lh">
      <Brand />
      <nav aria-label="Main"><a href="#failover">Failover</a><a href="#prices">Prices</a><a href="#plans">Plans</a><Link href="/docs">Docs</Link><Link href="/status">Status</Link></nav>
      <span className="grow" />
      {home ? <Link className="btn primary" href={home}>Dashboard</Link> : <><Link className="btn ghost" href="/sign-in">Sign in</Link><Link className="btn primary" href="/signup">Create account</Link></>}
    </header>
  );
}

const FACTS = [
  { icon: Lock, title: "Prompts stay yours", text: "Prompts and answers pass through and are not stored, unless you switch it on for a project. The log holds counts, times and costs." },
  { icon: ReceiptText, title: "The sum always agrees", text: "Every attempt, retry and cancelled stream is on the ledger. Charts, logs and totals add up." },
  { icon: Plug, title: "The client you have", text: "OpenAI and Anthropic requests are both understood, whichever provider answers." },
  { icon: GaugeCircle, title: "Budgets that hold", text: "A limit by day, week, month or in all, for the organization, a project or one key." },
] as const;

function Facts() {
  return <ul className="facts2">{FACTS.map(({ icon: Icon, title, text }) => <li key={title}><Icon className="ic" aria-hidden /><h2>{title}</h2><p>{text}</p></li>)}</ul>;
}

function Footer() {
  return <footer className="lf"><span>Trunkline</span><span className="grow" /><Link href="/docs">Docs</Link><Link href="/docs/api">API reference</Link><Link href="/docs/errors">Errors</Link><Link href="/status">Status</Link><Link href="/sign-in">Sign in</Link><Link href="/signup">Create account</Link></footer>;
}
