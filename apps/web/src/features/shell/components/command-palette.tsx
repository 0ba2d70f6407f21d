"use client";
import { Search } from "lucide-react";
import { useId, useState, type KeyboardEvent } from "react";
import { Dialog } from "@trunkline/ui";
import { useCommands, type Command } from "../use-commands.ts";

export function CommandPalette({ open, onClose, onShortcuts }: { open: boolean; onClose: () => void; onShortcuts: () => void }) {
  return <Dialog bare title="Command palette" open={open} onClose={onClose}><Palette onClose={onClose} onShortcuts={onShortcuts} /></Dialog>;
}

/** A combobox: arrows move, Enter runs, Escape closes. */
function Palette({ onClose, onShortcuts }: { onClose: () => void; onShortcuts: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const commands = useCommands(text, onShortcuts);
  const id = useId();
  const chosen = commands[Math.min(at, commands.length - 1)];
  const run = (command: Command | undefined): void => {
    onClose();
    command?.run();
  };
  const press = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) setAt((now) => (now + step + commands.length) % commands.length);
    else if (event.key === "Enter") run(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <div className="palette">
      <div className="ask"><Search className="ic" aria-hidden /><input role="combobox" aria-label="Search or jump to" aria-expanded aria-controls={id} aria-activedescendant={chosen ? `${id}-${chosen.id}` : undefined} placeholder="Page, action, request id, or words in the logs" autoComplete="off" value={text} onChange={(event) => { setText(event.target.value); setAt(0); }} onKeyDown={press} /><kbd>Esc</kbd></div>
      <div className="found" id={id} role="listbox" tabIndex={-1} aria-label="Commands">
        {commands.map((command) => {
          const { icon: Icon } = command;
          return <button key={command.id} type="button" tabIndex={-1} role="option" id={`${id}-${command.id}`} aria-selected={command === chosen} onClick={() => run(command)}><Icon className="ic" aria-hidden /><span>{command.label}</span>{command.hint ? <span className="meta">{command.hint}</span> : null}</button>;
        })}
      </div>
    </div>
  );
}
