import type { FailureClass } from "@trunkline/contracts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CandidateWalk } from "./candidate-walk.ts";
import { plan } from "./plan.ts";
import { inputOf } from "./plan-fixtures.ts";
import type { RoutePlan } from "./types.ts";

const failed = (failureClass: FailureClass) => ({ class: failureClass, status: 500, publicMessage: "x", retryAfterMs: null });
/** beta a/small, beta a/big, alpha a/big, gamma b/wide. */
const made = plan(inputOf({ models: ["a/small", "a/big", "b/wide"], preferences: { order: ["beta"] } }));
const withAttempts = (maxAttempts: number): RoutePlan => ({ ...made, maxAttempts });

describe("the walk over a plan's candidates", () => {
  it("comes back to a candidate that a rate limit jumped over", () => {
    const walk = new CandidateWalk(withAttempts(4));
    expect(walk.afterFailure(0, failed("rate_limited"), 1)).toBe(2);
    expect(walk.afterFailure(2, failed("server_error"), 2)).toBe(1);
    expect(walk.afterFailure(1, failed("server_error"), 3)).toBe(3);
    expect(walk.afterFailure(3, failed("server_error"), 4)).toBeNull();
  });
  it("asks one that was passed over when nobody else is left, and says so", () => {
    const walk = new CandidateWalk(withAttempts(4));
    expect([walk.passOver(0), walk.passOver(1), walk.hasOthers(2)]).toEqual([1, 2, true]);
    expect(walk.afterFailure(2, failed("network"), 1)).toBe(3);
    expect(walk.isLastChoice(3)).toBe(false);
    expect(walk.dismiss(3)).toBe(0);
    expect(walk.isLastChoice(0)).toBe(true);
  });
  it("asks every candidate once at most, and everybody before it gives up, whatever happens to each", () => {
    const fate = fc.constantFrom<FailureClass | "passed over" | "dismissed">("server_error", "rate_limited", "timeout", "network", "overloaded", "quota_exhausted", "passed over", "dismissed");
    fc.assert(fc.property(fc.array(fate, { minLength: 4, maxLength: 4 }), (fates) => {
      const walk = new CandidateWalk(withAttempts(4));
      const asked: number[] = [];
      for (let index: number | null = 0; index !== null;) {
        const what: FailureClass | "passed over" | "dismissed" = fates[index] ?? "network";
        if (what === "passed over" && !walk.isLastChoice(index)) { index = walk.passOver(index); continue; }
        asked.push(index);
        index = what === "dismissed" ? walk.dismiss(index) : walk.afterFailure(index, failed(what === "passed over" ? "network" : what), asked.length);
      }
      expect(asked.toSorted()).toEqual([0, 1, 2, 3]);
    }));
  });
});
