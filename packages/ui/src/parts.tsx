"use client";
import { Check, Copy } from "lucide-react";
import { useId, useState, type ButtonHTMLAttributes, type InputHTMLAttributes, type ReactNode } from "react";

type Variant = "plain" | "primary" | "ghost";

export function Button({ variant = "plain", size, className = "", ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { variant?: Variant; size?: "sm" | "lg" }) {
  return <button type="button" {...rest} className={`btn ${variant === "plain" ? "" : variant} ${size ?? ""} ${className}`} />;
}

/** `note` explains the title in a few words, where there is room. */
export function Card({ title, note, aside, children, className = "" }: { title: string; note?: string; aside?: ReactNode; children: ReactNode; className?: string }) {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <header><h2 id={id}>{title}</h2>{note ? <span className="meta desk">{note}</span> : null}{aside ? <div className="aside">{aside}</div> : null}</header>
      {children}
    </section>
  );
}

/** How long the tick stays after a copy. */
const COPIED_MS = 1600;

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <Button size="sm" onClick={() => void copy()}>
      {copied ? <Check className="ic s" aria-hidden /> : <Copy className="ic s" aria-hidden />}
      <span aria-live="polite">{copied ? "Copied" : label}</span>
    </Button>
  );
}

export function Skeleton({ height = 20, width = "100%" }: { height?: number; width?: number | string }) {
  return <div className="skeleton" style={{ height, width }} aria-hidden />;
}

export function ErrorCard({ message, onRetry }: { message: string; onRetry?: () => void }) {
  return <div className="notice" role="alert"><span>{message}</span>{onRetry ? <Button size="sm" onClick={onRetry}>Try again</Button> : null}</div>;
}

/** One sentence, the primary action, and where it helps a snippet. */
export function EmptyState({ text, action, snippet }: { text: string; action?: ReactNode; snippet?: string }) {
  return (
    <div className="empty">
      <p className="muted">{text}</p>
      {snippet ? <pre className="mono" style={{ margin: 0, overflowX: "auto", maxWidth: "100%", fontSize: 12 }} tabIndex={0}>{snippet}</pre> : null}
      {action}
    </div>
  );
}

export function Field({ label, error, hint, ...input }: InputHTMLAttributes<HTMLInputElement> & { label: string; error?: string | undefined; hint?: string }) {
  const id = useId();
  return (
    <div className="control">
      <label htmlFor={id}>{label}</label>
      <input id={id} aria-invalid={error ? true : undefined} aria-describedby={error || hint ? `${id}-note` : undefined} {...input} />
      {error || hint ? <p id={`${id}-note`} className={error ? "err" : "meta"}>{error ?? hint}</p> : null}
    </div>
  );
}

export function Segmented<T extends string>({ label, value, options, onChange, className = "" }: { label: string; value: T; options: readonly { value: T; label: string }[]; onChange: (value: T) => void; className?: string }) {
  return (
    <div className={`seg ${className}`} role="radiogroup" aria-label={label}>
      {options.map((option) => <button key={option.value} type="button" role="radio" aria-checked={option.value === value} onClick={() => onChange(option.value)}>{option.label}</button>)}
    </div>
  );
}
