import type { StatusSample } from "@trunkline/db/worker";
import { describe, expect, it } from "vitest";
import { usageEvent } from "../usage-event.fixture.ts";
import { createStatusSamples } from "./status-samples.ts";

const NOW = Date.UTC(2026, 10, 23, 12, 34);
const BUCKET = Date.UTC(2026, 10, 23, 12, 30);

function book(probes: Parameters<typeof createStatusSamples>[0]["probes"] = {}) {
  const written: StatusSample[] = [];
  const state = { away: false, failures: 0, forgotten: [] as number[] };
  const samples = createStatusSamples({
    probes, clock: () => NOW, onFailed: () => { state.failures += 1; },
    db: { recordStatus: async (list) => { if (state.away) throw new Error("away"); written.push(...list); }, forgetStatus: async (beforeMs) => { state.forgotten.push(beforeMs); } },
  });
  return { samples, written, state };
}

function call(mode: "live" | "test", failures: readonly (string | null)[]) {
  const base = usageEvent("req_1", { mode });
  const [attempt] = base.attempts;
  if (!attempt) throw new Error("the fixture has no attempt");
  return { ...base, attempts: failures.map((failureClass, at) => ({ ...attempt, attempt: at + 1, provider: at === failures.length - 1 ? "anthropic" : "openai", startedAtMs: NOW, failureClass: failureClass as typeof attempt.failureClass })) };
}

describe("status samples", () => {
  it("count an attempt against the provider that failed, not against the one that rescued", async () => {
    const { samples, written } = book();
    samples.observe([call("live", ["server_error", null]), call("live", ["overloaded", null])]);
    await samples.tick();
    expect(written).toEqual([{ subject: "provider:openai", bucketMs: BUCKET, ok: 0, failed: 2 }, { subject: "provider:anthropic", bucketMs: BUCKET, ok: 2, failed: 0 }]);
  });

  it("leave test calls, callers who left and refused keys out; a refused request is an answer", async () => {
    const { samples, written } = book();
    samples.observe([call("test", ["server_error"]), call("live", ["cancelled"]), call("live", ["credential_rejected"]), call("live", ["caller_error"])]);
    await samples.tick();
    expect(written).toEqual([{ subject: "provider:anthropic", bucketMs: BUCKET, ok: 1, failed: 0 }]);
  });

  it("say of each part whether it answered", async () => {
    const { samples, written } = book({ gateway: async () => "fine", database: async () => { throw new Error("refused"); } });
    await samples.tick();
    expect(written).toEqual(expect.arrayContaining([{ subject: "component:gateway", bucketMs: BUCKET, ok: 1, failed: 0 }, { subject: "component:database", bucketMs: BUCKET, ok: 0, failed: 1 }]));
  });

  it("keep what could not be written, and write it with the next, once", async () => {
    const { samples, written, state } = book({ worker: async () => undefined });
    state.away = true;
    await samples.tick();
    expect(state.failures).toBe(1);
    state.away = false;
    await samples.tick();
    await samples.tick();
    expect(written.map(({ ok }) => ok)).toEqual([2, 1]);
    expect(state.forgotten).toEqual([Date.UTC(2026, 7, 25)]);
  });
});
