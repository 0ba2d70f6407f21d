"use client";
import { ListFilter, X } from "lucide-react";
import { useId, useState, type KeyboardEvent } from "react";
import { FILTER_NAMES, parseFilter, STATUSES, writeFilter, type FilterName, type LogFilter } from "./log-filter.ts";

interface Props { readonly filter: LogFilter; readonly onChange: (filter: LogFilter) => void; readonly known: Readonly<Partial<Record<FilterName, readonly string[]>>> }

const quoted = (value: string): string => (/\s/.test(value) ? `"${value}"` : value);

/** Tokens that are in force, and a line to write more: Enter applies, Backspace in an empty line takes the last one away. */
export function FilterBar({ filter, onChange, known }: Props) {
  const [text, setText] = useState("");
  const id = useId();
  const apply = (): void => {
    const more = parseFilter(text);
    onChange({ tokens: { ...filter.tokens, ...more.tokens }, search: more.search || filter.search });
    setText("");
  };
  const without = (name: FilterName): LogFilter => ({ ...filter, tokens: Object.fromEntries(Object.entries(filter.tokens).filter(([one]) => one !== name)) });
  const press = (event: KeyboardEvent): void => {
    if (event.key === "Enter") apply();
    if (event.key !== "Backspace" || text !== "") return;
    const last = FILTER_NAMES.findLast((name) => filter.tokens[name] !== undefined);
    onChange(filter.search === "" && last ? without(last) : { ...filter, search: "" });
  };
  const suggestions = [...STATUSES.map((status) => `status:${status}`), ...FILTER_NAMES.flatMap((name) => (known[name] ?? []).map((value) => `${name}:${quoted(value)}`))];
  return (
    <div className="fbar" role="search" aria-label="Filter the log">
      <ListFilter className="ic s" aria-hidden />
      {FILTER_NAMES.map((name) => (filter.tokens[name] === undefined ? null : <Token key={name} name={name} value={filter.tokens[name]} onRemove={() => onChange(without(name))} />))}
      {filter.search === "" ? null : <Token name="text" value={filter.search} onRemove={() => onChange({ ...filter, search: "" })} />}
      <input data-filter aria-label="Add a filter" list={id} placeholder={writeFilter(filter) === "" ? "status:failed model:openai/gpt-5 key:prod, words, or a request id" : "Filter"} autoComplete="off" value={text} onChange={(event) => setText(event.target.value)} onKeyDown={press} />
      <datalist id={id}>{suggestions.map((one) => <option key={one} value={one}>{one}</option>)}</datalist>
      <kbd className="desk">/</kbd>
    </div>
  );
}

function Token({ name, value, onRemove }: { name: string; value: string; onRemove: () => void }) {
  return <span className="tok"><b>{name}:</b><span>{value}</span><button type="button" aria-label={`Remove the filter ${name} ${value}`} onClick={onRemove}><X className="ic" aria-hidden /></button></span>;
}
