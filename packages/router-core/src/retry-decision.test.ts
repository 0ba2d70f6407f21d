import { FAILURE_CLASSES } from "@trunkline/contracts";
import type { Failure, FailureClass } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { DISPOSITION } from "./disposition.ts";
import { plan } from "./plan.ts";
import { inputOf } from "./plan-fixtures.ts";
import { retryDecision } from "./retry-decision.ts";
import type { RoutePlan } from "./types.ts";

const failed = (failureClass: FailureClass): Failure => ({ class: failureClass, status: 500, publicMessage: "x", retryAfterMs: null });
const nextAfter = (made_: RoutePlan, index: number, failureClass: FailureClass, attemptsMade?: number): number | null => retryDecision(made_, index, failed(failureClass), attemptsMade === undefined ? {} : { attemptsMade }).next;
/** beta a/small (8k), alpha a/big (100k), beta a/big (100k), gamma b/wide (1M). */
const made = plan(inputOf({ models: ["a/small", "a/big", "b/wide"] }));

describe("after a failed attempt", () => {
  it.each<[FailureClass, number | null]>([
    ["caller_error", null], ["content_filtered", null], ["cancelled", null], ["context_overflow", 1], ["credential_rejected", 1], ["quota_exhausted", 1],
    ["rate_limited", 1], ["overloaded", 1], ["server_error", 1], ["timeout", 1], ["network", 1], ["protocol_violation", 1], ["form_violation", 1],
  ])("%s leads to %s", (failureClass, next) => { expect(nextAfter(made, 0, failureClass)).toBe(next); });

  it("an overflow skips to a larger context, and ends where none is", () => {
    expect(nextAfter(made, 1, "context_overflow")).toBe(3);
    expect(nextAfter(made, 3, "context_overflow", 1)).toBeNull();
  });
  it("a rejected credential skips the same provider", () => {
    const two = plan(inputOf({ models: ["a/small", "a/big"], preferences: { order: ["beta"] } }));
    expect(two.candidates.map((candidate) => candidate.provider)).toEqual(["beta", "beta", "alpha"]);
    expect(nextAfter(two, 0, "credential_rejected")).toBe(2);
  });
  it("the bound on attempts holds, counted in attempts", () => {
    expect(retryDecision(made, 2, failed("network"))).toEqual({ next: null, reason: "all 3 attempts are used" });
    expect(nextAfter(made, 2, "network", 2)).toBe(3);
  });
});

it("only upstream's own faults count against its circuit, and no class both counts and marks", () => {
  const counting = FAILURE_CLASSES.filter((name) => DISPOSITION[name].countsForCircuit);
  expect(counting).toEqual(["rate_limited", "overloaded", "server_error", "timeout", "network", "protocol_violation"]);
  for (const name of FAILURE_CLASSES) expect(DISPOSITION[name].countsForCircuit && DISPOSITION[name].marksCredential).toBe(false);
});
