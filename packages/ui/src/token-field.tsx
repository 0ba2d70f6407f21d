"use client";
import { X } from "lucide-react";
import { useId, useState, type KeyboardEvent } from "react";

interface TokenFieldProps {
  readonly label: string;
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
  /** What may be meant; any other text is taken too. */
  readonly options?: readonly string[];
  readonly placeholder?: string;
  readonly hint?: string;
  readonly onFocus?: () => void;
}

/** A list of names: each is a token that can be taken away, the field adds to them by Enter, a comma or leaving it. */
export function TokenField({ label, value, onChange, options = [], placeholder, hint, onFocus }: TokenFieldProps) {
  const id = useId();
  const [text, setText] = useState("");
  const add = (): void => {
    const names = text.split(/[\s,]+/).filter((one) => one !== "" && !value.includes(one));
    if (names.length > 0) onChange([...value, ...names]);
    setText("");
  };
  const press = (event: KeyboardEvent): void => {
    if ((event.key === "Enter" || event.key === ",") && text.trim() !== "") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && text === "" && value.length > 0) onChange(value.slice(0, -1));
  };
  return (
    <div className="control">
      <label htmlFor={id}>{label}</label>
      <div className="tokens">
        {value.map((one) => <span key={one} className="tok"><span>{one}</span><button type="button" aria-label={`Remove ${one}`} onClick={() => onChange(value.filter((other) => other !== one))}><X aria-hidden /></button></span>)}
        <input id={id} list={`${id}-options`} value={text} placeholder={value.length === 0 ? placeholder : undefined} autoComplete="off" spellCheck={false} aria-describedby={hint ? `${id}-note` : undefined} onChange={(event) => setText(event.target.value)} onKeyDown={press} onBlur={add} onFocus={onFocus} />
        <datalist id={`${id}-options`}>{options.filter((one) => !value.includes(one)).map((one) => <option key={one}>{one}</option>)}</datalist>
      </div>
      {hint ? <p id={`${id}-note`} className="meta">{hint}</p> : null}
    </div>
  );
}
