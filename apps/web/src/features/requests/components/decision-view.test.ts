import { describe, expect, it } from "vitest";
import type { AttemptView } from "../../../server/views.ts";
import { toDecisionView } from "./decision-view.ts";

const attempt = (provider: string, failureClass: string | null, status: number | null): AttemptView => ({ attempt: 1, provider, model: "a/m", upstreamModel: "m", status, failureClass, message: null, startedAtMs: 0, durationMs: 412, timeToFirstTokenMs: null, costUsd: "0.00" });

describe("toDecisionView", () => {
  it("says of every candidate what became of it", () => {
    const view = toDecisionView({ preset: "triage", preset_version: 7, rule: "gold", strategy: "ordered", candidates: ["x", "y", "z"].map((provider) => ({ provider, model: "a/m" })), rejected: [{ provider: "w", model: "a/m", filter: "circuit", reason: "circuit open" }] }, [attempt("x", "server_error", 503), attempt("y", null, 200)]);
    expect(view?.source).toBe("@preset/triage, v7, rule gold, ordered");
    expect(view?.kept.map((one) => one.outcome)).toEqual(["503 after 412 ms", "Served", "Kept, not needed"]);
    expect(view?.dropped).toEqual([{ provider: "w", model: "a/m", reason: "circuit open" }]);
  });
  it("shows what an older record holds, and nothing for none", () => {
    expect(toDecisionView({}, [])).toEqual({ source: "", summary: null, kept: [], dropped: [] });
    expect(toDecisionView(null, [])).toBeNull();
    expect(toDecisionView({ candidates: "?" }, [])).toBeNull();
  });
});
