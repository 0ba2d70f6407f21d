"use client";
import { useEffect, useRef } from "react";
import { TriangleAlert } from "lucide-react";
import { Button, CopyButton } from "@trunkline/ui";

/** The only time that anybody sees a key whole. */
export function CreatedKey({ name, secret, onDone }: { name: string; secret: string; onDone: () => void }) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => line.current?.querySelector("button")?.focus(), []);
  const environment = `TRUNKLINE_API_KEY=${secret}`;
  return (
    <>
      <div className="control">
        <p style={{ fontWeight: 500 }}>{name}</p>
        <div className="secret" ref={line}><code>{secret}</code><CopyButton text={secret} label="Copy" /></div>
      </div>
      <p className="once"><TriangleAlert className="ic" aria-hidden />This is the only time you see it. Only a keyed hash is stored, so it cannot be shown again.</p>
      <div className="control">
        <p style={{ fontWeight: 500 }}>As a line for .env</p>
        <div className="secret"><code>{environment}</code><CopyButton text={environment} label="Copy line" /></div>
      </div>
      <div className="row" style={{ justifyContent: "flex-end" }}><Button variant="primary" onClick={onDone}>Done</Button></div>
    </>
  );
}
