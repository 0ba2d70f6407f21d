import { Button, Dialog } from "@trunkline/ui";

/** An act that moves money: what it does, and the word for it. */
export interface Act { readonly title: string; readonly text: string; readonly label: string; readonly run: () => void }

/** Asked once before money moves, because it comes back by another act only. */
export function ConfirmAct({ act, onClose }: { act: Act | null; onClose: () => void }) {
  return (
    <Dialog title={act?.title ?? ""} open={act !== null} onClose={onClose}>
      {act ? <><p>{act.text}</p><div className="row" style={{ justifyContent: "flex-end" }}><Button onClick={onClose}>Cancel</Button><Button variant="primary" onClick={() => { act.run(); onClose(); }}>{act.label}</Button></div></> : null}
    </Dialog>
  );
}
