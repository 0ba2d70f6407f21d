"use client";
import "./docs.css";
import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { CopyButton } from "@trunkline/ui";
import { findOperations, type ReferenceField, type ReferenceOperation, type ReferenceSection } from "../reference.ts";

/** `missing` names what could not be read just now. An operation's address is its anchor: following one opens it. */
export function ReferencePage({ sections, missing }: { sections: readonly ReferenceSection[]; missing: string | null }) {
  const [words, setWords] = useState("");
  const found = sections.map((section) => ({ ...section, operations: findOperations(section, words) })).filter((section) => section.operations.length > 0);
  const amount = found.reduce((sum, section) => sum + section.operations.length, 0);
  useEffect(() => {
    const follow = (): void => {
      const id = decodeURIComponent(window.location.hash.slice(1));
      // What is asked for may be hidden by the search.
      if (id !== "" && document.getElementById(id) === null) flushSync(() => setWords(""));
      const target = document.getElementById(id);
      if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
    };
    follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return (
    <>
      <h1>API reference</h1>
      <p className="lead">From the schemas that check the requests. The documents themselves: {sections.map((section, at) => <span key={section.id}>{at > 0 ? ", " : ""}<a className="link" href={section.id === "gateway" ? `${section.baseUrl.replace(/\/v1$/, "")}/openapi.json` : "/openapi.json"}>{section.title}</a></span>)}.</p>
      {missing ? <p className="notice" role="alert">{missing}</p> : null}
      <label className="refsearch"><Search className="ic s" aria-hidden /><span className="sr">Search the reference</span><input type="search" placeholder="Path, words or a field: rotate key, max_tokens" value={words} onChange={(event) => setWords(event.target.value)} /></label>
      <p className="meta" aria-live="polite">{amount} {amount === 1 ? "operation" : "operations"}</p>
      {found.map((section) => (
        <section key={section.id} aria-labelledby={`${section.id}-title`}>
          <h2 id={`${section.id}-title`}>{section.title}</h2>
          <p className="muted"><code>{section.baseUrl}</code></p>
          <div className="ops">{section.operations.map((operation) => <Operation key={operation.id} operation={operation} />)}</div>
        </section>
      ))}
      {found.length === 0 ? <p className="muted">Nothing is called like that. Fewer words find more.</p> : null}
    </>
  );
}

/** Names between backticks are set as code. */
const Worded = ({ text }: { text: string }) => text.split("`").map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part));

/** Bodies are laid out when they are opened: hundreds of fields would only be in the way before. */
function Operation({ operation }: { operation: ReferenceOperation }) {
  const [open, setOpen] = useState(false);
  const { id, method, path, summary, parameters, body, returned, example, answers } = operation;
  return (
    <details id={id} className="op" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary><span className={`verb ${method.toLowerCase()}`}>{method}</span><code>{path}</code><span className="muted what"><Worded text={summary} /></span></summary>
      {open ? (
        <div className="opbody">
          <p><a className="link" href={`#${id}`}>Link to this</a></p>
          {parameters.length > 0 ? <Fields title="Parameters" fields={parameters} /> : null}
          {body.length > 0 ? <Fields title="Body" fields={body} /> : null}
          <div className="ex"><div className="row"><h3>Example</h3><span className="grow" /><CopyButton text={example} /></div><pre tabIndex={0} aria-label={`${method} ${path}, example`}>{example}</pre></div>
          {returned.length > 0 ? <Fields title="Answer" fields={returned} of="answer" /> : null}
          <h3>Statuses</h3>
          <dl className="answers">{answers.map(({ status, text }) => <div key={status}><dt className="num">{status}</dt><dd className="muted">{text}</dd></div>)}</dl>
        </div>
      ) : null}
    </details>
  );
}

/** In an answer every field is there unless it says otherwise. */
function Fields({ title, fields, of = "request" }: { title: string; fields: readonly ReferenceField[]; of?: "request" | "answer" }) {
  return (
    <>
      <h3>{title}</h3>
      <dl className="fields">{fields.map(({ name, type, required, note }) => <div key={name}><dt><code>{name}</code>{of === "request" && required ? <span className="tag">required</span> : of === "answer" && !required ? <span className="tag">optional</span> : null}</dt><dd><span className="meta mono">{type}</span>{note ? <span className="muted note"><Worded text={note} /></span> : null}</dd></div>)}</dl>
    </>
  );
}
