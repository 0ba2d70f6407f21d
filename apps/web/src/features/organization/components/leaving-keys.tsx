"use client";
import { useState, type FormEvent } from "react";
import { Button, Dialog } from "@trunkline/ui";
import type { MemberView } from "../../../server/views.ts";

type Keys = "revoke" | "keep";
interface Props { readonly member: MemberView | null; readonly onClose: () => void; readonly onChosen: (member: MemberView, keys: Keys) => void }

/** Asked before a member with keys goes: a program may still call with them. */
export function LeavingKeys({ member, onClose, onChosen }: Props) {
  return <Dialog title="Remove a member" open={member !== null} onClose={onClose}>{member ? <Choice key={member.userId} member={member} onChosen={(keys) => { onChosen(member, keys); onClose(); }} onClose={onClose} /> : null}</Dialog>;
}

function Choice({ member, onChosen, onClose }: { member: MemberView; onChosen: (keys: Keys) => void; onClose: () => void }) {
  const [keys, setKeys] = useState<Keys>("revoke");
  const theirs = member.keys === 1 ? "1 key" : `${member.keys} keys`;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onChosen(keys);
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <p>{member.email} has {theirs} that {member.keys === 1 ? "works" : "work"}.</p>
      <fieldset className="control">
        <legend>What becomes of them</legend>
        <div className="choices" style={{ display: "grid" }}>
          <label><input type="radio" name="leaving-keys" checked={keys === "revoke"} onChange={() => setKeys("revoke")} />They stop at once. Programs that call with them are refused with 401.</label>
          <label><input type="radio" name="leaving-keys" checked={keys === "keep"} onChange={() => setKeys("keep")} />They stay as service keys. Whoever knows them can go on calling.</label>
        </div>
      </fieldset>
      <div className="row" style={{ justifyContent: "flex-end" }}><Button onClick={onClose}>Cancel</Button><Button type="submit" variant="primary">Remove {member.name ?? member.email}</Button></div>
    </form>
  );
}
