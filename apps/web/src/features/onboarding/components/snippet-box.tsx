"use client";
import { Eye, EyeOff, KeyRound } from "lucide-react";
import { useId, useRef, useState, type KeyboardEvent } from "react";
import { Button, CopyButton } from "@trunkline/ui";
import { Highlight } from "./highlight.tsx";
import { envLine, maskKey, snippetFor, type Client, type Connection } from "./snippets.ts";
import "./onboarding.css";

interface Props { readonly connection: Connection; readonly clients: readonly Client[]; /** Shows that the key is a person's own: it can be revealed, and comes as a .env line. */ readonly own?: boolean }

/** One snippet at a time, by client. A person's own key stands masked; copying gives it in full. */
export function SnippetBox({ connection, clients, own = false }: Props) {
  const id = useId();
  const [client, setClient] = useState<Client>(clients[0] ?? "curl");
  const [revealed, setRevealed] = useState(false);
  const shownKey = revealed || !own ? connection.apiKey : maskKey(connection.apiKey);
  return (
    <div className="codebox">
      <ClientTabs id={id} clients={clients} value={client} onChange={setClient} />
      <pre id={`${id}-panel`} role="tabpanel" tabIndex={0} aria-labelledby={`${id}-${clients.indexOf(client)}`}><Highlight code={snippetFor(client, { ...connection, apiKey: shownKey })} keyText={shownKey} /></pre>
      {own ? <div className="cfoot env"><code>{envLine(shownKey)}</code><span className="grow" /><CopyButton text={envLine(connection.apiKey)} label="Copy .env line" /></div> : null}
      <div className="cfoot">
        <KeyRound className="ic s" aria-hidden /><span>{own ? "Your test key is in the snippet. Copying gives it in full." : "The SDK you have; only the address and the key change."}</span><span className="grow" />
        {own ? <Button variant="ghost" size="sm" aria-pressed={revealed} onClick={() => setRevealed(!revealed)}>{revealed ? <EyeOff className="ic s" aria-hidden /> : <Eye className="ic s" aria-hidden />}Reveal</Button> : null}
        <CopyButton text={snippetFor(client, connection)} />
      </div>
    </div>
  );
}

function ClientTabs({ id, clients, value, onChange }: { id: string; clients: readonly Client[]; value: Client; onChange: (client: Client) => void }) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = (clients.indexOf(value) + step + clients.length) % clients.length;
    const next = clients[at];
    if (next) onChange(next);
    list.current?.querySelectorAll<HTMLButtonElement>("[role=tab]")[at]?.focus();
  };
  return (
    <div ref={list} className="tabs" role="tablist" aria-label="Client">
      {clients.map((client, at) => <button key={client} id={`${id}-${at}`} type="button" role="tab" aria-selected={client === value} aria-controls={`${id}-panel`} tabIndex={client === value ? 0 : -1} onKeyDown={move} onClick={() => onChange(client)}>{client}</button>)}
    </div>
  );
}
