/** Base62 in ASCII order; no character that a shell, a URL or a double click treats specially. */
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** The largest multiple of 62 in a byte: bytes from here on are drawn again, so that every character is equally likely. */
const FAIR_BYTES = 248;
/** A draw is refused with probability 8/256; 64 refills for one string means the source of randomness is broken. */
const REFILLS_MAX = 64;

/** `size` uniform random bytes; `randomBytes` of node:crypto fits. */
export type RandomSource = (size: number) => Uint8Array;

/** `length` independent uniform base62 characters. Throws when the source yields nothing usable. */
export function randomBase62(length: number, random: RandomSource): string {
  let text = "";
  for (let refill = 0; refill < REFILLS_MAX && text.length < length; refill++)
    for (const byte of random(length)) if (byte < FAIR_BYTES && text.length < length) text += ALPHABET[byte % 62];
  if (text.length < length) throw new Error("the source of randomness yields no usable bytes");
  return text;
}

/** A 32-bit unsigned number in exactly six base62 characters (62⁶ > 2³²). */
export function base62FromUint32(value: number): string {
  let text = "";
  for (let rest = value, digit = 0; digit < 6; digit++, rest = Math.floor(rest / 62)) text = (ALPHABET[rest % 62] ?? "") + text;
  return text;
}
