import { useId, useState } from "react";
import type { PresetDocument } from "@trunkline/contracts";
import { checkJsonText, toJsonText } from "./document-edits.ts";

/** The same document as text. Valid text is taken over at once; broken text is kept here and said to be broken. */
export function DocumentJson({ document, readOnly, onChange, onProblem }: { document: PresetDocument; readOnly: boolean; onChange: (document: PresetDocument) => void; onProblem: (problem: string | null) => void }) {
  const id = useId();
  const [text, setText] = useState(() => toJsonText(document));
  const [problem, setProblem] = useState<string | null>(null);
  const edit = (next: string): void => {
    setText(next);
    const checked = checkJsonText(next);
    const found = "problem" in checked ? checked.problem : null;
    setProblem(found);
    onProblem(found);
    if ("document" in checked) onChange(checked.document);
  };
  return (
    <div className="control jsontext">
      <label htmlFor={id}>Document as JSON</label>
      <textarea id={id} spellCheck={false} readOnly={readOnly} value={text} aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-note` : undefined} onChange={(event) => edit(event.target.value)} />
      {problem ? <p id={`${id}-note`} className="err">{problem}</p> : null}
    </div>
  );
}
