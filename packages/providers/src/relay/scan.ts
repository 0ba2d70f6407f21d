const QUOTE = 0x22, BACKSLASH = 0x5c, COLON = 0x3a, SPACE = 0x20;

/**
 * Bytes as a string of one character a byte: several searches in it cost a fraction of as many calls into the buffer, and an
 * index in it is an index in the bytes.
 */
export const searchable = (region: Buffer): string => region.toString("latin1");

/** A region up to here is taken for one frame, whose text is all under one key. */
const ONE_FRAME_BYTES = 1024;

/**
 * Weighs the text of a stream without a parse: an estimate's worth, escapes included. Keys are given with their closing quote
 * alone, `content"`: a search runs from one first character to the next, and nothing is as frequent in JSON as a quote. A key
 * inside a JSON string is always escaped there, so a match between raw quotes is a real key or a string that equals it.
 * The frames of one stream are alike, so the key is looked for first where the last one stood.
 */
export class TextScale {
  #usualKey: string;
  #usualAt = 0;

  constructor(private readonly keys: readonly [string, ...string[]]) {
    this.#usualKey = keys[0];
  }

  bytesIn(text: string): number {
    return text.length <= ONE_FRAME_BYTES ? this.#inFrame(text) : this.keys.reduce((total, key) => total + allStrings(text, key), 0);
  }

  #inFrame(text: string): number {
    const usual = text.startsWith(this.#usualKey, this.#usualAt) ? stringAfter(text, this.#usualAt + this.#usualKey.length) : 0;
    if (usual > 0) return usual;
    let total = 0;
    for (const key of this.keys) {
      for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + key.length)) {
        const bytes = text.charCodeAt(at - 1) === QUOTE ? stringAfter(text, at + key.length) : 0;
        if (bytes === 0) continue;
        total += bytes;
        this.#usualKey = key;
        this.#usualAt = at;
      }
    }
    return total;
  }
}

function allStrings(text: string, key: string): number {
  let total = 0;
  for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + key.length)) if (text.charCodeAt(at - 1) === QUOTE) total += stringAfter(text, at + key.length);
  return total;
}

/** Length of the string value behind a key that ends at `from`; 0 for a value of another type. */
function stringAfter(text: string, from: number): number {
  const start = valueStart(text, from);
  if (start < 0 || text.charCodeAt(start) !== QUOTE) return 0;
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end > 0 ? end - start - 1 : 0;
}

function isEscaped(text: string, quote: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
  return slashes % 2 === 1;
}

/** Index of the value after a key, -1 when no colon follows. */
function valueStart(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === SPACE) at++;
  if (text.charCodeAt(at) !== COLON) return -1;
  at++;
  while (text.charCodeAt(at) === SPACE) at++;
  return at;
}
