/** Crockford base32 time-ordered id: 10 characters of milliseconds, 16 random. Sorts by creation; fits a URL. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

export type IdPrefix = "req" | "org" | "prj" | "key" | "pre" | "prv" | "bud" | "usr" | "txn" | "prc" | "mex" | "bat" | "crd" | "alr" | "ale" | "ald" | "vew" | "can" | "shd" | "drl" | "drs";

/** `random` must return at least 16 bytes; injected so that tests are repeatable. */
export function createId(prefix: IdPrefix, nowMs: number, random: Uint8Array): string {
  let time = "";
  let rest = nowMs;
  for (let i = 0; i < 10; i++) { time = ALPHABET[rest % 32] + time; rest = Math.floor(rest / 32); }
  let noise = "";
  for (let i = 0; i < 16; i++) noise += ALPHABET[(random[i] ?? 0) & 31];
  return `${prefix}_${time}${noise}`;
}
