/**
 * Edits top-level fields of a JSON object in its bytes, so that everything else stays as it was sent. Of a repeated key only
 * the last occurrence stays, as JSON.parse reads it: otherwise an upstream that keeps the first would answer another request
 * than the one that was checked. The document must be valid JSON; what is checked here is only what the walk needs.
 */

/** JSON text to set (replaced where the key exists, else added at the end), null to remove, or a function of the present value's bytes, not called where the key is absent. */
export type SpliceEdit = string | null | ((value: Uint8Array) => Uint8Array);

const QUOTE = 0x22, BACKSLASH = 0x5c, OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d, OPEN_ARRAY = 0x5b, CLOSE_ARRAY = 0x5d, COLON = 0x3a, COMMA = 0x2c;

/** Returns the array it was given when no byte had to change. Throws SyntaxError when `raw` is not a JSON object. */
export function spliceTopLevel(raw: Uint8Array, edits: Readonly<Record<string, SpliceEdit>>): Uint8Array {
  const bytes = Buffer.isBuffer(raw) ? raw : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const members = new Members(bytes.toString("latin1"));
  const parts: Part[] = [];
  let changed = false;
  for (let index = 0; index < members.count; index++) {
    const key = members.keys[index] ?? "";
    const edit = Object.hasOwn(edits, key) ? edits[key] : undefined;
    if (edit === null || members.isRepeatedAfter(index)) { changed = true; continue; }
    const value = edit === undefined ? null : members.edited(bytes, index, edit);
    if (value !== null) changed = true;
    parts.push({ index, value });
  }
  for (const key in edits) {
    const edit = edits[key];
    if (typeof edit !== "string" || members.keys.includes(key)) continue;
    parts.push({ index: -1, value: `${JSON.stringify(key)}:${edit}` });
    changed = true;
  }
  return changed ? assemble(bytes, members, parts) : raw;
}

/**
 * Adds members to the object that is the value of the top-level `key`, and to the document itself, without walking what comes before that
 * key: of a long answer only the last bytes are looked at. `inner` and `outer` are members as JSON text (`"a":1,"b":2`), or empty. Null where
 * the key is absent, its value is no object, or the key is not where a top-level key can be: then the whole document must be walked.
 */
export function appendMembers(raw: Uint8Array, key: string, { inner, outer }: { readonly inner: string; readonly outer: string }): Uint8Array | null {
  const bytes = Buffer.isBuffer(raw) ? raw : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const at = bytes.lastIndexOf(`"${key}"`);
  if (at < 0) return null;
  const tail = readTail(bytes.toString("latin1", at), key.length + 2);
  if (!tail) return null;
  const out = new Pieces(bytes);
  out.copy(0, at + tail.valueClose);
  if (inner !== "") out.insert(tail.isEmpty ? inner : `,${inner}`);
  out.copy(at + tail.valueClose, at + tail.close);
  if (outer !== "") out.insert(`,${outer}`);
  out.copy(at + tail.close, bytes.length);
  return out.join();
}

/**
 * A raw `"key"` in valid JSON is no part of a string, where its quotes would be escaped. It is a key of the top level exactly if walking on
 * from it, member by member, ends with the document: from any deeper place at least one more brace would follow.
 */
function readTail(text: string, keyEnd: number): { readonly valueClose: number; readonly isEmpty: boolean; readonly close: number } | null {
  try {
    const colon = skipSpace(text, keyEnd);
    const valueStart = skipSpace(text, colon + 1);
    if (text.charCodeAt(colon) !== COLON || text.charCodeAt(valueStart) !== OPEN_OBJECT) return null;
    const valueEnd = valueEndFrom(text, valueStart);
    let at = skipSpace(text, valueEnd);
    while (text.charCodeAt(at) === COMMA) {
      const name = skipSpace(text, at + 1);
      if (text.charCodeAt(name) !== QUOTE) return null;
      const next = skipSpace(text, stringEnd(text, name));
      if (text.charCodeAt(next) !== COLON) return null;
      at = skipSpace(text, valueEndFrom(text, skipSpace(text, next + 1)));
    }
    if (text.charCodeAt(at) !== CLOSE_OBJECT || skipSpace(text, at + 1) !== text.length) return null;
    return { valueClose: valueEnd - 1, isEmpty: skipSpace(text, valueStart + 1) === valueEnd - 1, close: at };
  } catch {
    return null;
  }
}

/** A member that stays: `value` null as it is, else with a new value; `index` -1 for a whole new member. */
interface Part { readonly index: number; readonly value: string | Uint8Array | null }

/** Where the top-level members lie. Works on one character a byte: an index in the text is an index in the bytes, and searching a string costs a fraction of as many calls into a buffer. */
class Members {
  readonly keys: string[] = [];
  /** From each key's opening quote. */
  readonly starts: number[] = [];
  readonly valueStarts: number[] = [];
  readonly valueEnds: number[] = [];
  /** Of the closing brace. */
  readonly close: number;
  readonly #text: string;
  readonly #repeats: boolean;

  constructor(text: string) {
    this.#text = text;
    let at = skipSpace(text, text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0);
    if (text.charCodeAt(at) !== OPEN_OBJECT) throw new SyntaxError("not a JSON object");
    at = skipSpace(text, at + 1);
    while (text.charCodeAt(at) !== CLOSE_OBJECT) at = this.#readMember(at);
    this.close = at;
    this.#repeats = new Set(this.keys).size < this.keys.length;
  }

  get count(): number { return this.keys.length; }
  isRepeatedAfter(index: number): boolean { return this.#repeats && this.keys.lastIndexOf(this.keys[index] ?? "") !== index; }
  start(index: number): number { return this.starts[index] ?? 0; }
  end(index: number): number { return this.valueEnds[index] ?? 0; }

  /** null where the value stays as it is. */
  edited(bytes: Buffer, index: number, edit: Exclude<SpliceEdit, null>): string | Uint8Array | null {
    const start = this.valueStarts[index] ?? 0;
    if (typeof edit === "string") return edit.length === this.end(index) - start && this.#text.startsWith(edit, start) ? null : edit;
    const value = bytes.subarray(start, this.end(index));
    const next = edit(value);
    return next === value || value.equals(next) ? null : next;
  }

  #readMember(at: number): number {
    const text = this.#text;
    if (text.charCodeAt(at) !== QUOTE) throw new SyntaxError(`expected a key at byte ${at}`);
    const keyEnd = stringEnd(text, at);
    const colon = skipSpace(text, keyEnd);
    if (text.charCodeAt(colon) !== COLON) throw new SyntaxError(`expected a colon at byte ${colon}`);
    const valueStart = skipSpace(text, colon + 1);
    const valueEnd = valueEndFrom(text, valueStart);
    this.keys.push(keyText(text.slice(at, keyEnd)));
    this.starts.push(at);
    this.valueStarts.push(valueStart);
    this.valueEnds.push(valueEnd);
    const next = skipSpace(text, valueEnd);
    if (text.charCodeAt(next) === COMMA) return skipSpace(text, next + 1);
    if (text.charCodeAt(next) !== CLOSE_OBJECT) throw new SyntaxError(`expected a comma or a brace at byte ${next}`);
    return next;
  }
}

/** Keeps the original white space between neighbours that stay; elsewhere the document's first separator is repeated. */
function assemble(bytes: Buffer, members: Members, parts: readonly Part[]): Uint8Array {
  const out = new Pieces(bytes);
  const separator = members.count > 1 ? bytes.toString("latin1", members.end(0), members.start(1)) : ",";
  out.copy(0, members.count > 0 ? members.start(0) : members.close);
  let before = -1;
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as Part;
    if (index > 0) {
      if (part.index > 0 && before === part.index - 1) out.copy(members.end(before), members.start(part.index));
      else out.insert(separator);
    }
    before = part.index;
    if (part.value === null) { out.copy(members.start(part.index), members.end(part.index)); continue; }
    if (part.index >= 0) out.copy(members.start(part.index), members.valueStarts[part.index] ?? 0);
    out.insert(part.value);
  }
  out.copy(members.count > 0 ? members.end(members.count - 1) : members.close, bytes.length);
  return out.join();
}

/** Ranges of the source and new pieces, joined in one allocation. Neighbouring ranges become one. */
class Pieces {
  readonly #pieces: (number | string | Uint8Array)[] = [];
  #from = 0;
  #to = 0;
  #size = 0;

  constructor(readonly source: Buffer) {}

  copy(from: number, to: number): void {
    if (from === this.#to) { this.#to = to; return; }
    this.#closeRange();
    this.#from = from;
    this.#to = to;
  }
  insert(piece: string | Uint8Array): void {
    this.#closeRange();
    const last = this.#pieces.length - 1;
    const text = this.#pieces[last];
    if (typeof piece === "string" && typeof text === "string") this.#pieces[last] = text + piece;
    else this.#pieces.push(piece);
    this.#size += typeof piece === "string" ? Buffer.byteLength(piece) : piece.length;
  }
  join(): Buffer {
    this.#closeRange();
    const out = Buffer.allocUnsafe(this.#size);
    let at = 0;
    for (let index = 0; index < this.#pieces.length; index++) {
      const piece = this.#pieces[index] as number | string | Uint8Array;
      if (typeof piece === "number") at += this.source.copy(out, at, piece, this.#pieces[++index] as number);
      else if (typeof piece === "string") at += out.write(piece, at);
      else { out.set(piece, at); at += piece.length; }
    }
    return out;
  }

  #closeRange(): void {
    if (this.#to === this.#from) return;
    this.#pieces.push(this.#from, this.#to);
    this.#size += this.#to - this.#from;
    this.#from = this.#to;
  }
}

/** UTF-8's byte order mark, one character a byte. */
const BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";
const ESCAPED_OR_WIDE = /[\\\u0080-\u00ff]/;

/** Keys with escapes or beyond ASCII are decoded, so that two spellings of one key are one key. */
function keyText(quoted: string): string {
  return ESCAPED_OR_WIDE.test(quoted) ? String(JSON.parse(Buffer.from(quoted, "latin1").toString("utf8"))) : quoted.slice(1, -1);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at++;
  }
}

/** Index after the closing quote. Jumps from quote to quote natively: prompts are nearly all string bytes. */
function stringEnd(text: string, open: number): number {
  let quote = open;
  for (;;) {
    quote = text.indexOf('"', quote + 1);
    if (quote < 0) throw new SyntaxError("an unterminated string");
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
}

function valueEndFrom(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return stringEnd(text, start);
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return scalarEnd(text, start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at) - 1;
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++;
    else if ((code === CLOSE_OBJECT || code === CLOSE_ARRAY) && --depth === 0) return at + 1;
  }
  throw new SyntaxError("an unterminated object or array");
}

function scalarEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === CLOSE_OBJECT || code === CLOSE_ARRAY || code <= 0x20) break;
    at++;
  }
  if (at === start) throw new SyntaxError(`expected a value at byte ${start}`);
  return at;
}
