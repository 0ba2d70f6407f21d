"use client";
import { Dialog } from "@trunkline/ui";
import { useSingleKeys } from "../use-shortcuts.ts";
import { LINKS } from "./sections.ts";

const EVERYWHERE: readonly (readonly [string, string])[] = [["⌘ K", "Command palette (Ctrl K)"], ["/", "Focus the filter"], ["?", "This sheet"]];
const LOGS: readonly (readonly [string, string])[] = [["j", "Next row"], ["k", "Row before"], ["Enter", "Open the row"], ["[", "Log before, in the drawer"], ["]", "Next log, in the drawer"], ["Esc", "Close the drawer"]];

function Keys({ title, rows }: { title: string; rows: readonly (readonly [string, string])[] }) {
  return (
    <section>
      <h3 className="meta">{title}</h3>
      <dl className="keysheet">{rows.map(([keys, what]) => <div key={keys}><dt>{keys.split(" ").map((one) => <kbd key={one}>{one}</kbd>)}</dt><dd>{what}</dd></div>)}</dl>
    </section>
  );
}

export function ShortcutSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [on, setOn] = useSingleKeys();
  return (
    <Dialog title="Keyboard shortcuts" open={open} onClose={onClose}>
      <Keys title="Everywhere" rows={EVERYWHERE} />
      <Keys title="Go to" rows={LINKS.map((link) => [`g ${link.key}`, link.label])} />
      <Keys title="Logs" rows={LOGS} />
      <label className="row"><input type="checkbox" checked={on} onChange={(event) => setOn(event.target.checked)} />Single keys act</label>
    </Dialog>
  );
}
