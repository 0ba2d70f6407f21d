import { describe, expect, it } from "vitest";
import type { AttemptView } from "../../../server/views.ts";
import { cacheSavingUsd, unchargedOf } from "./cost-notes.ts";

const attempt = (number: number, failureClass: string | null): AttemptView => ({ attempt: number, provider: "p", model: "m", upstreamModel: "m", status: 200, failureClass, message: null, startedAtMs: 0, durationMs: 1, timeToFirstTokenMs: null, costUsd: "0.00" });
const numbers = (status: "ok" | "rescued" | "failed" | "partial" | "cancelled", attemptList: AttemptView[]): number[] => unchargedOf({ status, attemptList }).map((one) => one.attempt);

describe("what was not charged", () => {
  it("is every attempt that failed before an answer", () => {
    expect(numbers("rescued", [attempt(1, "server_error"), attempt(2, null)])).toEqual([1]);
    expect(numbers("failed", [attempt(1, "timeout"), attempt(2, "timeout")])).toEqual([1, 2]);
  });
  it("is not the one that delivered part of an answer", () => {
    expect(numbers("partial", [attempt(1, "server_error"), attempt(2, "network")])).toEqual([1]);
    expect(numbers("cancelled", [attempt(1, "cancelled")])).toEqual([]);
  });
});

describe("what the cache saved", () => {
  it("is the difference to fresh input, for the tokens read", () => {
    const line = (label: string, tokens: number, usdPerMillion: string) => ({ label, tokens, usdPerMillion, costUsd: "0.00" });
    expect(cacheSavingUsd([line("Input", 1284, "3.00"), line("Cache read", 6144, "0.30"), line("Output", 412, "15.00")])).toBeCloseTo(0.016589, 6);
    expect(cacheSavingUsd([line("Input", 1284, "3.00")])).toBeNull();
  });
});
