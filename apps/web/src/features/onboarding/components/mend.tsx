import { mendOf } from "../../shell/error-guide.ts";

/** What the caller can do about a failure; nothing where nobody knows. */
export function Mend({ code }: { code: string | null }) {
  const mend = mendOf(code);
  return mend ? <p className="mend"><b>What to do</b> {mend}</p> : null;
}
