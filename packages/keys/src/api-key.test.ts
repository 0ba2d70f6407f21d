import { randomBytes } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { API_KEY_PATTERN, generateKey, hashKey, matchesHash, parseKey } from "./api-key.ts";
import { randomBase62 } from "./base62.ts";
import { crc32 } from "./crc32.ts";
import type { KeyKind } from "./types.ts";

const kinds = fc.constantFrom<KeyKind>("live", "test", "mgmt");

describe("API keys", () => {
  it("reads back every key it makes", () => {
    fc.assert(fc.property(kinds, (kind) => {
      const made = generateKey(kind, randomBytes);
      expect(parseKey(made.whole)).toEqual({ kind, keyId: made.keyId, secret: made.secret, whole: made.whole });
      expect(made.secret).toHaveLength(32);
      expect(made.keyId).toHaveLength(10);
      expect(made.lastFour).toBe(made.secret.slice(28));
      expect(made.whole).toMatch(API_KEY_PATTERN);
    }));
  });
  it("refuses any key with one character changed, without a store", () => {
    const { whole } = generateKey("live", randomBytes);
    fc.assert(fc.property(fc.nat({ max: whole.length - 1 }), fc.constantFrom(..."0aZ_-%"), (at, letter) => {
      fc.pre(whole[at] !== letter);
      expect(parseKey(whole.slice(0, at) + letter + whole.slice(at + 1))).toBeNull();
    }));
  });
  it.each(["", "tl_live_", "Bearer x", "tl_live_".repeat(200_000), "' OR 1=1 --", "tl_root_0123456789_00000000000000000000000000000000000000"])("refuses %.40j", (text) => { expect(parseKey(text)).toBeNull(); });
  it("computes the CRC-32 of zlib", () => { fc.assert(fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => crc32(text) === zlibCrc32(text))); });
  it("draws characters without favouring any, and stops when the source is broken", () => {
    expect(randomBase62(4, () => Uint8Array.of(255, 61, 250, 0))).toBe("z0z0");
    expect(() => randomBase62(4, () => Uint8Array.of(255))).toThrow(/randomness/);
  });
});

describe("key hashes", () => {
  const pepper = new Uint8Array(32).fill(7);
  it("match for the same key and pepper only", () => {
    const hash = hashKey("tl_live_a", pepper);
    expect(hash).toHaveLength(32);
    expect(matchesHash(hashKey("tl_live_a", pepper), hash)).toBe(true);
    expect(matchesHash(hashKey("tl_live_b", pepper), hash)).toBe(false);
    expect(matchesHash(hashKey("tl_live_a", new Uint8Array(32)), hash)).toBe(false);
    expect(matchesHash(hash.subarray(0, 31), hash)).toBe(false);
  });
});
