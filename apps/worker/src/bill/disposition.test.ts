import { describe, expect, it } from "vitest";
import { AMBIGUOUS_RETRY_MAX_MS, dispositionOf } from "./disposition.ts";

describe("dispositionOf", () => {
  it("sends what was never in doubt, however old", () => {
    expect(dispositionOf({ sendingAtMs: null }, Number.MAX_SAFE_INTEGER)).toBe("send");
  });
  it("repeats what is in doubt for less than 20 h and stops from then on", () => {
    expect(dispositionOf({ sendingAtMs: 0 }, AMBIGUOUS_RETRY_MAX_MS - 1)).toBe("send");
    expect(dispositionOf({ sendingAtMs: 0 }, AMBIGUOUS_RETRY_MAX_MS)).toBe("stop");
  });
});
