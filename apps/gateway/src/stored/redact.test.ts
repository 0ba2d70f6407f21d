import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownRule, redact } from "./redact.ts";

const clean = (text: string, ...own: string[]): string => redact(text, own.map(ownRule)).text;

describe("what a stored prompt does not hold", () => {
  it.each([
    ["write to Ada.Lovelace+x@mail.example.co.uk, please", "write to [email removed], please"],
    ["call +49 (30) 901820-123 or 030/9018201 or (415) 555-0132", "call [phone removed] or [phone removed] or [phone removed]"],
    ["card 4242 4242 4242 4242 and 4000-0000-0000-0002", "card [card removed] and [card removed]"],
    ["OPENAI_API_KEY=sk-proj-abcdefGHIJ0123456789", "OPENAI_API_KEY=[key removed]"],
    ["Authorization: Bearer abcdefghijklmnop0123", "Authorization: [key removed]"],
    ["AKIAIOSFODNN7EXAMPLE", "[key removed]"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc", "[key removed]"],
  ])("%s", (text, expected) => { expect(clean(text)).toBe(expected); });

  it.each(["on 2026-11-23 at 06:05:00 we saw 1234567 requests", "order 4242 4242 4242 4241 is no card", "skeleton-based-approach", "version 10.34.9 of 2,000,000,000"])("is not made of ordinary text: %s", (text) => { expect(clean(text)).toBe(text); });

  it("is what the project names: digits, one run, in either case, and no regular expression", () => {
    expect(clean("patient PAT-0042 of Acct_abc-9, a.c", "pat-####", "acct_*", "a.c")).toBe("patient [own removed] of [own removed], [own removed]");
    expect(clean("abc (a+)+$ x", "(a+)+$")).toBe("abc [own removed] x");
  });

  it("is counted by kind", () => { expect(redact("a@b.example c@d.example +4930901820", []).found).toEqual({ email: 2, phone: 1 }); });

  it("never holds an address, whatever stands around it and whatever the project names", () => {
    fc.assert(fc.property(fc.string(), fc.string(), fc.string({ minLength: 3, maxLength: 64 }), (before, after, own) => {
      expect(clean(`${before} ada@example.com ${after}`, own)).not.toContain("ada@example.com");
    }));
  });
});
