import { describe, expect, it } from "vitest";
import { recoveryCode, stepOf } from "./second-factor.ts";

/** The secret and the times of RFC 6238, appendix B; its eight digits end in these six. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

describe("the codes of an authenticator app", () => {
  it.each([[59, "287082"], [1_111_111_109, "081804"], [1_234_567_890, "005924"], [2_000_000_000, "279037"]])("are those of RFC 6238 at second %i", (second, code) => {
    expect(stepOf(SECRET, code, second * 1000)).toBe(Math.floor(second / 30));
  });

  it("may be one step early or late, and no more; each names its own step, so that none works twice", () => {
    expect(stepOf(SECRET, "287082", 89_000)).toBe(1);
    expect(stepOf(SECRET, "287082", 29_000)).toBe(1);
    expect(stepOf(SECRET, "287082", 90_000)).toBeNull();
    expect(stepOf(SECRET, "287083", 59_000)).toBeNull();
    expect(stepOf(SECRET, "abcdef", 59_000)).toBeNull();
  });

  it("have stand-ins without look-alikes, of fifty bits", () => {
    expect(recoveryCode((bytes) => Uint8Array.from({ length: bytes }, (_, at) => at * 25))).toMatch(/^[2-9a-km-np-z]{5}-[2-9a-km-np-z]{5}$/);
  });
});
