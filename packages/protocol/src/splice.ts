/**
 * Edits top-level fields of a JSON object in its bytes, so that everything else stays as it was sent. Of a repeated key only
 * the last occurrence stays, as JSON.parse reads it: otherwise an upstream that keeps the first would answer another request
 * than the one that was checked. The document must be valid JSON; what is checked here is only what the walk needs.
 */

/** JSON text to set (replaced where the key exists, else added at the end), null to remove, or a function of the present value's bytes, not called where the key is absent. */
export type SpliceEdit = string | null | ((value: Uint8Array) => Uint8Array);

interface Member {
  readonly key: string;
  /** From the key's opening quote. */
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

const QUOTE = 0x22, BACKSLASH = 0x5c, OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d, OPEN_ARRAY = 0x5b, CLOSE_ARRAY = 0x5d, COLON = 0x3a, COMMA = 0x2c;

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Returns the array it was given when no byte had to change. Throws SyntaxError when `raw` is not a JSON object. */
export function spliceTopLevel(raw: Uint8Array, edits: Readonly<Record<string, SpliceEdit>>): Uint8Array {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const { members, close } = topLevelMembers(bytes);
  const last = new Map(members.map((member, index) => [member.key, index]));
  const kept: Uint8Array[] = [];
  let changed = false;
  for (const [index, member] of members.entries()) {
    const edit = Object.hasOwn(edits, member.key) ? edits[member.key] : undefined;
    if (last.get(member.key) !== index || edit === null) { changed = true; continue; }
    const replaced = editedMember(bytes, member, edit);
    changed ||= replaced !== null;
    kept.push(replaced ?? bytes.subarray(member.start, member.valueEnd));
  }
  for (const [key, edit] of Object.entries(edits)) {
    if (typeof edit !== "string" || last.has(key)) continue;
    kept.push(Buffer.from(`${JSON.stringify(key)}:${edit}`));
    changed = true;
  }
  return changed ? assemble(bytes, { members, close, kept }) : raw;
}

/** null where the member stays as it is. */
function editedMember(bytes: Buffer, member: Member, edit: SpliceEdit | undefined): Uint8Array | null {
  if (edit === undefined || edit === null) return null;
  const value = bytes.subarray(member.valueStart, member.valueEnd);
  const next = typeof edit === "string" ? Buffer.from(edit) : edit(value);
  if (next === value || value.equals(next)) return null;
  return Buffer.concat([bytes.subarray(member.start, member.valueStart), next]);
}

/** Keeps the original white space between members wherever the member list did not shrink or grow. */
function assemble(bytes: Buffer, parts: { readonly members: readonly Member[]; readonly close: number; readonly kept: readonly Uint8Array[] }): Uint8Array {
  const { members, close, kept } = parts;
  const first = members[0];
  const final = members.at(-1);
  const out: Uint8Array[] = [bytes.subarray(0, first ? first.start : close)];
  const second = members[1];
  const separator = first && second ? bytes.subarray(first.valueEnd, second.start) : Buffer.from(",");
  for (const [index, part] of kept.entries()) {
    if (index > 0) out.push(kept.length === members.length ? gapBefore(bytes, members, index) : separator);
    out.push(part);
  }
  out.push(bytes.subarray(final ? final.valueEnd : close));
  return Buffer.concat(out);
}

function gapBefore(bytes: Buffer, members: readonly Member[], index: number): Uint8Array {
  const before = members[index - 1];
  const member = members[index];
  return before && member ? bytes.subarray(before.valueEnd, member.start) : Buffer.from(",");
}

function topLevelMembers(bytes: Buffer): { members: Member[]; close: number } {
  let at = skipSpace(bytes, bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
  if (bytes[at] !== OPEN_OBJECT) throw new SyntaxError("not a JSON object");
  const members: Member[] = [];
  at = skipSpace(bytes, at + 1);
  while (bytes[at] !== CLOSE_OBJECT) {
    if (bytes[at] !== QUOTE) throw new SyntaxError(`expected a key at byte ${at}`);
    const keyEnd = stringEnd(bytes, at);
    const colon = skipSpace(bytes, keyEnd);
    if (bytes[colon] !== COLON) throw new SyntaxError(`expected a colon at byte ${colon}`);
    const valueStart = skipSpace(bytes, colon + 1);
    const valueEnd = valueEndFrom(bytes, valueStart);
    members.push({ key: keyText(bytes.subarray(at, keyEnd)), start: at, valueStart, valueEnd });
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
    else if (bytes[at] !== CLOSE_OBJECT) throw new SyntaxError(`expected a comma or a brace at byte ${at}`);
  }
  return { members, close: at };
}

function keyText(quoted: Buffer): string {
  return quoted.includes(BACKSLASH) ? String(JSON.parse(quoted.toString("utf8"))) : quoted.toString("utf8", 1, quoted.length - 1);
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at++;
  return at;
}

/** Index after the closing quote. Jumps from quote to quote natively: prompts are nearly all string bytes. */
function stringEnd(bytes: Buffer, open: number): number {
  let quote = open;
  for (;;) {
    quote = bytes.indexOf(QUOTE, quote + 1);
    if (quote < 0) throw new SyntaxError("an unterminated string");
    let slashes = 0;
    while (bytes[quote - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
}

function valueEndFrom(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return stringEnd(bytes, start);
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return scalarEnd(bytes, start);
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = stringEnd(bytes, at) - 1;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return at + 1;
  }
  throw new SyntaxError("an unterminated object or array");
}

function scalarEnd(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== CLOSE_OBJECT && !isSpace(bytes[at])) at++;
  if (at === start) throw new SyntaxError(`expected a value at byte ${start}`);
  return at;
}
