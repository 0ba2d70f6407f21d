/**
 * The format of the keys we issue: `tl_<kind>_<keyId:10>_<secret:32><checksum:6>`, all base62. The prefix makes leaks findable by
 * scanners, the checksum (CRC-32 of everything before it) lets a wrong key be refused without any store, and only an HMAC of the
 * whole key is ever stored. The key id is public; 32 base62 characters carry 190 bits of secret.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { base62FromUint32, randomBase62 } from "./base62.ts";
import type { RandomSource } from "./base62.ts";
import { crc32 } from "./crc32.ts";
import type { KeyKind, ParsedKey } from "./types.ts";

const KEY_ID_LENGTH = 10;
const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
/** `tl_live_` + 10 + `_` + 32 + 6: checked before the pattern runs, so that a megabyte of junk costs one comparison. */
const WHOLE_LENGTH = 57;

/** For secret scanners and log redaction. */
export const API_KEY_PATTERN = /tl_(?:live|test|mgmt)_[0-9A-Za-z]{10}_[0-9A-Za-z]{38}/;
const EXACT = /^tl_(live|test|mgmt)_([0-9A-Za-z]{10})_([0-9A-Za-z]{32})[0-9A-Za-z]{6}$/;

export interface GeneratedKey {
  /** Shown once, never stored. */
  readonly whole: string;
  readonly keyId: string;
  readonly secret: string;
  /** Of the secret, not of the checksum; for display. */
  readonly lastFour: string;
}

export function generateKey(kind: KeyKind, random: RandomSource): GeneratedKey {
  const keyId = randomBase62(KEY_ID_LENGTH, random);
  const secret = randomBase62(SECRET_LENGTH, random);
  const body = `tl_${kind}_${keyId}_${secret}`;
  return { whole: body + base62FromUint32(crc32(body)), keyId, secret, lastFour: secret.slice(-4) };
}

/** Null for anything that cannot be a key of ours: wrong length, shape or checksum. Pure; says nothing about whether the key exists. */
export function parseKey(text: string): ParsedKey | null {
  if (text.length !== WHOLE_LENGTH) return null;
  const match = EXACT.exec(text);
  if (!match) return null;
  const [, kind = "", keyId = "", secret = ""] = match;
  if (base62FromUint32(crc32(text.slice(0, -CHECKSUM_LENGTH))) !== text.slice(-CHECKSUM_LENGTH)) return null;
  return { kind: kind as KeyKind, keyId, secret, whole: text };
}

/** HMAC-SHA256 (32 bytes) of the whole key under a pepper that lives outside the database. */
export function hashKey(whole: string, pepper: Uint8Array): Uint8Array {
  return createHmac("sha256", pepper).update(whole, "utf8").digest();
}

/** Constant-time for hashes of equal length; false for any other length. */
export function matchesHash(candidate: Uint8Array, stored: Uint8Array): boolean {
  return candidate.length === stored.length && timingSafeEqual(candidate, stored);
}
