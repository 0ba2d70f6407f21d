import { Check, X } from "lucide-react";

const SUMMARY = "An example. A request goes to the Trunkline gateway. openai answers 503 and is struck out. The same request continues to anthropic, which answers 200. gemini stays on standby.";

/** An example request: a struck-out provider, and the one that finished it. At phone width the same as a list. */
export function FailoverDiagram() {
  return (
    <section className="dia" id="failover" aria-labelledby="failover-title">
      <div className="wrap">
        <h2 id="failover-title">When a provider fails, your request does not</h2>
        <p className="lead2">A preset names the order. The gateway keeps it, until something breaks. An example:</p>
        <div className="scr">
          <svg className="d" viewBox="0 0 1072 264" role="img" aria-label={SUMMARY}>
            <defs><pattern id="failed-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="1.5" height="6" fill="var(--danger)" fillOpacity=".16" /></pattern></defs>
            <Lines /><Ends /><Targets />
          </svg>
        </div>
        <List />
      </div>
    </section>
  );
}

function Lines() {
  return (
    <>
      <g fill="none" strokeWidth="2.5" strokeLinecap="round" strokeLinejoin="round">
        <path d="M252 132H402M396 126l7 6-7 6" stroke="var(--accent)" />
        <path d="M551 112H568C622 112 600 44 654 44H716" stroke="var(--danger)" strokeWidth="2" />
        <path d="M551 132H780M774 126l7 6-7 6" stroke="var(--accent)" />
        <path d="M551 152H568C622 152 600 220 654 220H780" stroke="var(--border-strong)" strokeWidth="2" strokeDasharray="1 7" />
      </g>
      <g transform="translate(728 44)"><circle r="10" fill="var(--subtle)" stroke="var(--danger)" strokeWidth="2" /><path d="M-4 -4l8 8M4 -4l-8 8" stroke="var(--danger)" strokeWidth="2" strokeLinecap="round" /></g>
      <text x="712" y="26" className="q bad" textAnchor="end">503 after 412 ms</text>
      <text x="692" y="121" className="q acc" textAnchor="middle">same request, next target</text>
      <text x="700" y="209" className="q" textAnchor="middle">standby</text>
    </>
  );
}

function Ends() {
  return (
    <>
      <rect className="box" x=".5" y="96.5" width="252" height="72" rx="8" /><text x="16" y="126" className="m">POST /v1/chat/completions</text><text x="16" y="150" className="m acc">@preset/support-triage</text>
      <rect x="406.5" y="92.5" width="144" height="80" rx="12" fill="var(--surface)" stroke="var(--accent)" strokeWidth="1.5" />
      <g transform="translate(424 117) scale(1.35)" fill="none" stroke="var(--accent)" strokeWidth="1.9" strokeLinecap="round"><path d="M1.5 9h6M7.5 9c4 0 3-5.5 7-5.5M7.5 9H15M7.5 9c4 0 3 5.5 7 5.5" /></g>
      <text x="458" y="128" className="strong">Trunkline</text><text x="458" y="147" className="q">moves on</text>
    </>
  );
}

function Targets() {
  return (
    <>
      <rect x="788.5" y="12.5" width="283" height="64" rx="8" fill="var(--surface)" stroke="var(--border)" /><rect x="788.5" y="12.5" width="283" height="64" rx="8" fill="url(#failed-hatch)" />
      <text x="808" y="40" className="struck">openai</text><text x="808" y="60" className="m struck">gpt-5</text><text x="1052" y="50" className="q bad" textAnchor="end">$0, not billed</text>
      <rect x="788.5" y="100.5" width="283" height="64" rx="8" fill="var(--surface)" stroke="var(--accent)" strokeWidth="1.5" />
      <text x="808" y="128" className="strong">anthropic</text><text x="808" y="148" className="m">claude-sonnet-4.5</text><text x="1052" y="128" className="q good" textAnchor="end">200, served</text><text x="1052" y="148" className="q fgt" textAnchor="end">$0.0118752</text>
      <rect className="box" x="788.5" y="188.5" width="283" height="64" rx="8" />
      <text x="808" y="216" className="mut">gemini</text><text x="808" y="236" className="m mut">gemini-2.5-pro</text><text x="1052" y="226" className="q" textAnchor="end">not needed</text>
    </>
  );
}

function List() {
  return (
    <ol className="dm">
      <li className="a"><code>POST /v1/chat/completions</code><br /><code className="acc">@preset/support-triage</code></li>
      <li className="b"><span className="dotx" aria-hidden /><b>Trunkline</b><span className="q">moves on</span></li>
      <li className="x"><span className="dotx"><X className="ic s" aria-hidden /></span><span><s>openai, gpt-5</s><br /><span className="q err">503 after 412 ms</span></span><span className="q err">$0, not billed</span></li>
      <li className="y"><span className="dotx"><Check className="ic s" aria-hidden /></span><span><b>anthropic</b><br /><code>claude-sonnet-4.5</code></span><span className="q num">$0.0118752</span></li>
      <li className="z"><span className="dotx" aria-hidden /><span className="muted">gemini, gemini-2.5-pro</span><span className="q">standby</span></li>
    </ol>
  );
}
