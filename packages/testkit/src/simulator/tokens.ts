// The simulator's tokenizer: one token is four bytes of UTF-8, rounded up. Everything the simulator counts,
// reports or journals uses these functions, so that its own numbers always agree.

/** Bytes of UTF-8 that make one token. */
export const BYTES_PER_TOKEN = 4;

/** Tokens of so many bytes of UTF-8. */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** Tokens of a text. */
export function countTokens(text: string): number {
  return tokensOfBytes(Buffer.byteLength(text));
}

/** Bytes of UTF-8 of one code point. */
function codePointBytes(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** The longest prefix, whole code points only, of at most so many bytes. */
export function prefixOfBytes(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  let bytes = 0;
  let units = 0;
  for (const character of text) {
    bytes += codePointBytes(character.codePointAt(0) ?? 0);
    if (bytes > bytesMax) return text.slice(0, units);
    units += character.length;
  }
  return text;
}

/**
 * Parts a text into pieces, never inside a code point; joined they are the text. Each piece but the last adds
 * exactly one token to what came before.
 * @param bytesBefore bytes of output that have gone before, as tokens are counted over the whole output.
 */
export function* piecesOf(text: string, bytesBefore = 0): Generator<string> {
  let start = 0;
  let position = 0;
  let bytes = bytesBefore;
  let limit = (tokensOfBytes(bytesBefore) + 1) * BYTES_PER_TOKEN;
  for (const character of text) {
    const size = codePointBytes(character.codePointAt(0) ?? 0);
    if (bytes + size > limit) {
      yield text.slice(start, position);
      start = position;
      limit += BYTES_PER_TOKEN;
    }
    position += character.length;
    bytes += size;
  }
  if (position > start) yield text.slice(start, position);
}

/** FNV-1a over UTF-16 units: fast, and spreads well enough to choose among variants. Unsigned 32 bit. */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let hash = seed >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** A number in [0, 1) that depends on the text alone. */
export function drawOf(text: string): number {
  // FNV leaves neighbouring inputs close in the high bits; a finishing mix spreads them.
  let mixed = hashText(text);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 0x1_0000_0000;
}
