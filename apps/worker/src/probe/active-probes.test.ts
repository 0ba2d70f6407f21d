import type { Failure } from "@trunkline/contracts";
import type { DueProbe, ProbeAnswer } from "@trunkline/db/worker";
import { describe, expect, it } from "vitest";
import { usageEvent } from "../usage-event.fixture.ts";
import { createActiveProbes, FAILURES_TO_TELL, OUT_FIRST_MS, OUT_MAX_MS, outcomeOf, QUIET_MS } from "./active-probes.ts";

const NOW = 1_000_000;
const DOWN: Failure = { class: "server_error", status: 503, publicMessage: "down", retryAfterMs: null };
const due = (given: Partial<DueProbe> = {}): DueProbe => ({ provider: "openai", model: "openai/gpt-5-mini", upstreamModel: "gpt-5-mini", failures: 0, isOut: false, inputNanoUsdPerMillion: 250_000_000n, outputNanoUsdPerMillion: 2_000_000_000n, ...given });

function worker(claims: readonly DueProbe[], failure: Failure | null = null) {
  const seen = { told: [] as unknown[], recorded: [] as ProbeAnswer[], served: [] as unknown[], out: [] as unknown[], back: [] as unknown[], faults: 0 };
  const state = { away: false };
  const probes = createActiveProbes({
    providers: ["openai", "anthropic"], capNanoUsd: 1_000n, clock: () => NOW, ask: () => Promise.resolve({ failure, inputTokens: 10, outputTokens: 16 }),
    publish: async (message) => { seen.told.push((JSON.parse(message) as unknown[]).slice(1)); }, onAnswer: () => undefined, onFailed: () => { seen.faults++; },
    db: {
      noteServed: async (pairs, nowMs, nextMs) => { if (state.away) throw new Error("away"); seen.served.push(...pairs.map((pair) => ({ ...pair, nowMs, nextMs }))); },
      noteOut: async (pair, when) => { seen.out.push([pair.model, when]); }, noteBack: async (pair) => { seen.back.push(pair.model); },
      claimDueProbes: async () => claims, recordProbe: async (answer) => { seen.recorded.push(answer); }, forgetProbes: async () => undefined,
    },
  });
  return { probes, seen, state };
}

describe("probes", () => {
  it("tell the gateways of a quiet pair that fails twice, not of one that fails once", async () => {
    const once = worker([due()], DOWN);
    await once.probes.tick();
    expect(once.seen.told).toEqual([]);
    const twice = worker([due({ failures: FAILURES_TO_TELL - 1 })], DOWN);
    await twice.probes.tick();
    expect(twice.seen.told).toEqual([["openai", "openai/gpt-5-mini", expect.any(Number)]]);
    expect(twice.seen.recorded).toEqual([expect.objectContaining({ failures: FAILURES_TO_TELL, isOut: true, failureClass: "server_error" })]);
  });
  it("keep a pair that gateways found out closed off beyond the next question, and open it with the first answer", async () => {
    const still = worker([due({ isOut: true })], DOWN);
    await still.probes.tick();
    const [[, , openForMs]] = still.seen.told as [[string, string, number]];
    expect(openForMs).toBeGreaterThan((still.seen.recorded[0]?.nextMs ?? 0) - NOW);
    const back = worker([due({ isOut: true, failures: 3 })]);
    await back.probes.tick();
    expect([back.seen.told, back.seen.recorded[0]]).toEqual([[["openai", "openai/gpt-5-mini", null]], expect.objectContaining({ failures: 0, isOut: false, nextMs: NOW + QUIET_MS })]);
  });
  it("say nothing of a pair that answers and was never out", async () => {
    const { probes, seen } = worker([due()]);
    await probes.tick();
    expect(seen.told).toEqual([]);
  });
  it("count what they cost at list price, rounded up", async () => {
    const { probes, seen } = worker([due()]);
    await probes.tick();
    expect(seen.recorded[0]?.costNanoUsd).toBe(10n * 250n + 16n * 2_000n);
  });
  it("leave pairs alone that live requests of the platform's credential were served by, and no others", async () => {
    const { probes, seen } = worker([]);
    const base = usageEvent("req_1");
    const [attempt] = base.attempts;
    if (!attempt) throw new Error("the fixture has no attempt");
    const of = (given: Partial<typeof attempt>) => ({ ...base, attempts: [{ ...attempt, ...given }] });
    probes.observe([of({}), of({ model: "failed", failureClass: "server_error" }), of({ model: "own", credentialId: "crd_1" }), of({ model: "drilled", drill: "failed" }), of({ provider: "nobody" }), { ...of({ model: "test" }), mode: "test" }]);
    await probes.tick();
    expect(seen.served).toEqual([{ provider: attempt.provider, model: attempt.model, nowMs: NOW, nextMs: NOW + QUIET_MS }]);
    await probes.tick();
    expect(seen.served).toHaveLength(1);
  });
  it("hear of circuits from gateways, not from themselves, and survive nonsense", () => {
    const { probes, seen } = worker([]);
    for (const message of ["", "[", "{}", "[1,2,3,4]", '["gw","openai","*",5000]', '["gw","nobody","m",5000]']) probes.hear(message);
    probes.hear('["gw","openai","m",5000]');
    probes.hear('["gw","openai","m",null]');
    expect([seen.out, seen.back]).toEqual([[["m", { nextMs: NOW + OUT_FIRST_MS, answeredSinceMs: NOW - 60_000, relapseMs: NOW + OUT_MAX_MS }]], ["m"]]);
  });
  it("go on after a database that was away", async () => {
    const { probes, seen, state } = worker([due()]);
    state.away = true;
    await probes.tick();
    state.away = false;
    await probes.tick();
    expect([seen.faults, seen.recorded.length]).toEqual([1, 1]);
  });
});

describe("what follows from an answer", () => {
  it("waits twice as long after each failure, up to a minute, and as long as the provider asks", () => {
    const waits = [0, 1, 2, 3, 4, 9].map((failures) => outcomeOf({ failures, isOut: true }, DOWN).afterMs);
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(outcomeOf({ failures: 0, isOut: false }, { ...DOWN, class: "rate_limited", retryAfterMs: 90_000 }).afterMs).toBe(90_000);
  });
  it.each(["caller_error", "content_filtered", "context_overflow", "quota_exhausted", "credential_rejected"] as const)("takes %s for a sign of life: no circuit is opened by it", (failureClass) => {
    expect(outcomeOf({ failures: 3, isOut: true }, { ...DOWN, class: failureClass })).toEqual({ failures: 0, isOut: false, afterMs: QUIET_MS });
  });
});
