const QUOTE = 0x22, BACKSLASH = 0x5c, COLON = 0x3a, N = 0x6e;

/**
 * Whether the key (given with its quotes) occurs with a value other than null. A key inside a JSON string is always escaped
 * there, so a raw match is a real key or a string that equals it.
 */
export function hasNonNull(region: Buffer, quotedKey: string): boolean {
  for (let at = region.indexOf(quotedKey); at >= 0; at = region.indexOf(quotedKey, at + quotedKey.length)) {
    const value = valueStart(region, at + quotedKey.length);
    if (value >= 0 && region[value] !== N) return true;
  }
  return false;
}

/** Bytes of the string values of this key, escapes included: an estimate's worth, without a parse. */
export function stringBytes(region: Buffer, quotedKey: string): number {
  let total = 0;
  for (let at = region.indexOf(quotedKey); at >= 0; at = region.indexOf(quotedKey, at + quotedKey.length)) {
    const start = valueStart(region, at + quotedKey.length);
    if (start < 0 || region[start] !== QUOTE) continue;
    let end = region.indexOf(QUOTE, start + 1);
    while (end > 0 && isEscaped(region, end)) end = region.indexOf(QUOTE, end + 1);
    if (end > 0) total += end - start - 1;
  }
  return total;
}

function isEscaped(region: Buffer, quote: number): boolean {
  let slashes = 0;
  while (region[quote - 1 - slashes] === BACKSLASH) slashes++;
  return slashes % 2 === 1;
}

/** Index of the value after a key, -1 when no colon follows. */
function valueStart(region: Buffer, from: number): number {
  let at = from;
  while (region[at] === 0x20) at++;
  if (region[at] !== COLON) return -1;
  at++;
  while (region[at] === 0x20) at++;
  return at;
}
