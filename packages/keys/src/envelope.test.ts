import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { open, rewrap, seal, SealError } from "./envelope.ts";
import type { CredentialBinding } from "./envelope.ts";
import { newestVersion, parseVersionedSecrets } from "./versioned-secrets.ts";

const base64 = (fill: number): string => Buffer.alloc(32, fill).toString("base64");
const old = parseVersionedSecrets(`1:${base64(1)}`);
const both = parseVersionedSecrets(`1:${base64(1)},2:${base64(2)}`);
const binding: CredentialBinding = { organizationId: "org_a", credentialId: "prv_1", provider: "openai", baseUrl: null, version: 1 };

describe("sealed credentials", () => {
  it("open to what was sealed, and show none of it", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 8 }), (secret) => {
      const sealed = seal(secret, binding, both);
      expect(open(sealed, binding, both)).toBe(secret);
      expect(sealed).not.toContain(secret);
    }), { numRuns: 50 });
  });
  it.each([["tenant", { organizationId: "org_b" }], ["credential", { credentialId: "prv_2" }], ["provider", { provider: "groq" }], ["server", { baseUrl: "https://evil.example" }], ["version", { version: 2 }]])("do not open for another %s", (_, change) => {
    expect(() => open(seal("sk-1", binding, both), { ...binding, ...change }, both)).toThrow(SealError);
  });
  it("do not open when any character is altered or missing", () => {
    const sealed = seal("sk-secret", binding, both);
    for (let at = 0; at < sealed.length; at++) {
      const letter = sealed[at] === "A" ? "E" : "A";
      let opened: string | null = null;
      try { opened = open(sealed.slice(0, at) + letter + sealed.slice(at + 1), binding, both); } catch (error) { expect(error).toBeInstanceOf(SealError); }
      // The last character of base64url may hold padding bits that decode to the same bytes.
      if (opened !== null) expect(opened).toBe("sk-secret");
      expect(() => open(sealed.slice(0, at), binding, both)).toThrow(SealError);
    }
  });
  it("differ each time", () => { expect(seal("same", binding, both)).not.toBe(seal("same", binding, both)); });
  it("open after the key-encryption key was rotated, without the old key once re-wrapped", () => {
    const sealed = seal("sk-1", binding, old);
    expect(open(sealed, binding, both)).toBe("sk-1");
    const moved = rewrap(sealed, binding, both);
    expect(open(moved, binding, new Map([[2, newestVersion(both).secret]]))).toBe("sk-1");
    expect(() => open(moved, binding, old)).toThrow(/version 2 is not configured/);
    expect(moved.split(".")[3]).toBe(sealed.split(".")[3]);
  });
});

describe("versioned secrets", () => {
  it("use the highest version for new work", () => { expect(newestVersion(both).version).toBe(2); });
  it.each(["", "abc", `0:${base64(1)}`, `1:${Buffer.alloc(16, 9).toString("base64")}`, `1:${base64(1)},1:${base64(2)}`, `1:${base64(1)},`])("refuses %.20j without repeating the secret", (text) => {
    let message = "";
    try { parseVersionedSecrets(text); } catch (error) { message = error instanceof Error ? error.message : ""; }
    expect(message).not.toBe("");
    for (const part of text.split(/[,:]/).filter((piece) => piece.length > 8)) expect(message).not.toContain(part);
  });
});
