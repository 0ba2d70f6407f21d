import { Fragment, type ReactNode } from "react";

const TOKEN = /("[^"\n]*")|\b(import|from|const|new|await|export|curl|print|claude)\b/g;

function markKey(text: string, key: string): ReactNode {
  const at = key === "" ? -1 : text.indexOf(key);
  return at < 0 ? text : <>{text.slice(0, at)}<span className="keymark fg">{key}</span>{text.slice(at + key.length)}</>;
}

/** Strings and keywords coloured, the key marked. `key` is the key as it stands in `code`. */
export function Highlight({ code, keyText }: { code: string; keyText: string }) {
  const parts: ReactNode[] = [];
  let from = 0;
  for (const match of code.matchAll(TOKEN)) {
    parts.push(<Fragment key={`t${from}`}>{code.slice(from, match.index)}</Fragment>);
    parts.push(<span key={`m${match.index}`} className={match[1] ? "ts" : "tk"}>{markKey(match[0], keyText)}</span>);
    from = match.index + match[0].length;
  }
  return <>{parts}{code.slice(from)}</>;
}
