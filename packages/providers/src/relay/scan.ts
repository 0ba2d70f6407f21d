const QUOTE = 0x22, BACKSLASH = 0x5c, COLON = 0x3a, SPACE = 0x20, N = 0x6e;

/**
 * Bytes as a string of one character a byte: several searches in it cost a fraction of as many calls into the buffer, and an
 * index in it is an index in the bytes.
 */
export const searchable = (region: Buffer): string => region.toString("latin1");

/**
 * Whether the key (given with its quotes) occurs with a value other than null. A key inside a JSON string is always escaped
 * there, so a raw match is a real key or a string that equals it.
 */
export function hasNonNull(text: string, quotedKey: string): boolean {
  for (let at = text.indexOf(quotedKey); at >= 0; at = text.indexOf(quotedKey, at + quotedKey.length)) {
    const value = valueStart(text, at + quotedKey.length);
    if (value >= 0 && text.charCodeAt(value) !== N) return true;
  }
  return false;
}

/** Bytes of the string values of this key, escapes included: an estimate's worth, without a parse. */
export function stringBytes(text: string, quotedKey: string): number {
  let total = 0;
  for (let at = text.indexOf(quotedKey); at >= 0; at = text.indexOf(quotedKey, at + quotedKey.length)) {
    const start = valueStart(text, at + quotedKey.length);
    if (start < 0 || text.charCodeAt(start) !== QUOTE) continue;
    let end = text.indexOf('"', start + 1);
    while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
    if (end > 0) total += end - start - 1;
  }
  return total;
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
