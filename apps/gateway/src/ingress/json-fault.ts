/** Where a text stops being JSON. Positions count UTF-16 units from 0, lines and columns from 1. */
export interface JsonFault { readonly what: string; readonly position: number; readonly line: number; readonly column: number }

const SPACE = /[ \t\n\r]*/y;
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/**
 * Finds the first fault of a text that JSON.parse has refused; the engine's own message quotes input and often lacks the position.
 * Runs only on the error path, iteratively, so that depth cannot overflow the stack.
 */
export function findJsonFault(text: string): JsonFault {
  const open: ("{" | "[")[] = [];
  let at = 0;
  let expect: "value" | "value-or-close" | "key" | "key-or-close" | "colon" | "after" = "value";
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  for (;;) {
    skip(SPACE);
    const char = text[at];
    if (char === undefined) return faultAt(text, at, text.length === 0 ? "it is empty" : "it ends too early");
    if (expect === "after") {
      const inside = open.at(-1);
      if (inside === undefined) return faultAt(text, at, "there is something after the end");
      if (char === ",") { at++; expect = inside === "{" ? "key" : "value"; continue; }
      if (char !== (inside === "{" ? "}" : "]")) return faultAt(text, at, `expected "," or "${inside === "{" ? "}" : "]"}"`);
      at++; open.pop(); 
    } else if (expect === "colon") {
      if (char !== ":") return faultAt(text, at, 'expected ":"');
      at++; expect = "value";
    } else if (expect === "key" || expect === "key-or-close") {
      if (char === "}" && expect === "key-or-close") { at++; open.pop(); expect = "after"; continue; }
      if (!skip(STRING)) return faultAt(text, at, "expected a property name in double quotes");
      expect = "colon";
    } else if (char === "]" && expect === "value-or-close") { at++; open.pop(); expect = "after"; }
    else if (char === "{") { at++; open.push("{"); expect = "key-or-close"; }
    else if (char === "[") { at++; open.push("["); expect = "value-or-close"; }
    else if (skip(STRING) || skip(LITERAL)) expect = "after";
    else return faultAt(text, at, "expected a value");
  }
}

function faultAt(text: string, position: number, what: string): JsonFault {
  const before = text.slice(0, position);
  const line = before.split("\n").length;
  return { what, position, line, column: position - before.lastIndexOf("\n") };
}
