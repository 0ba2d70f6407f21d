import { GatewayError } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { JSON_DEPTH_MAX, parseJsonObject } from "./read-body.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const messageOf = (raw: Uint8Array): string => {
  try { parseJsonObject(raw); } catch (error) { if (error instanceof GatewayError && error.status === 400) return error.message; }
  return "accepted";
};

describe("the body", () => {
  it.each([
    ['{"a":1,}', "position 7"], ['{"a" 1}', "position 5"], ['{"a":[1 2]}', "position 8"], ['{"a":tru}', "position 5"], ["{", "position 1"], ['{"a":1}x', "position 7"],
    ["", "position 0"], ['{"a":"\\x"}', "position 5"], ['{\n  "a": 01}', "line 2, column 9"],
  ])("names where malformed JSON breaks: %s", (text, where) => expect(messageOf(bytes(text))).toContain(where));

  it("echoes no input in its message", () => expect(messageOf(bytes('{"secret-prompt": oops}'))).not.toContain("secret-prompt"));
  it("refuses what is no object", () => { for (const text of ["[]", "1", "null", '"x"']) expect(messageOf(bytes(text))).toContain("object"); });
  it("refuses bytes that are not UTF-8 instead of replacing them", () => expect(messageOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toContain("UTF-8"));
  it("takes the deepest allowed nesting and refuses one level more", () => {
    const nested = (levels: number): Uint8Array => bytes(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);
    expect(messageOf(nested(JSON_DEPTH_MAX))).toBe("accepted");
    expect(messageOf(nested(JSON_DEPTH_MAX + 1))).toContain("nested");
    expect(messageOf(nested(100_000))).toContain("nested");
  });
});
