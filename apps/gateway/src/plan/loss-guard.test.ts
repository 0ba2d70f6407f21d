import { presetDocumentSchema } from "@trunkline/contracts";
import type { Call } from "@trunkline/providers";
import type { RoutePlan } from "@trunkline/router-core";
import { parseChatRequest } from "@trunkline/protocol";
import { describe, expect, it } from "vitest";
import { lossGuard, planWithin } from "./loss-guard.ts";

const callOf = (body: Record<string, unknown>): Call => {
  const whole = { model: "m", messages: [{ role: "user", content: "x" }], ...body };
  return { raw: Buffer.from(JSON.stringify(whole)), body: whole, inbound: "chat_completions", stream: false, wantsUsageChunk: false, hub: () => parseChatRequest(whole), requestId: "req_1", createdAtSeconds: 1 };
};
const facts = (more: Partial<Parameters<typeof lossGuard>[1]> = {}): Parameters<typeof lossGuard>[1] => ({ losses: null, needs: [], preferences: {}, ...more });
const anthropic = { provider: "anthropic", model: "anthropic/x", upstreamModel: "claude-x", maxOutputTokens: 100 };
const preset = (losses: string) => ({ document: presetDocumentSchema.parse({ rules: [{ name: "r", targets: [{ model: "a/b" }] }], losses }) });
const SEEDED = callOf({ seed: 5, temperature: 1.5 });
const SEARCHING = callOf({ tools: [{ type: "web_search" }] });

describe("which losses rule a candidate out", () => {
  it("none, at no cost, of a request that needs nothing special", () => {
    expect(lossGuard(SEEDED, facts(), null)).toBeUndefined();
    expect(lossGuard(SEARCHING, facts({ needs: ["tools"], losses: "allow" }), null)).toBeUndefined();
  });

  it("every one under strict, whether the request or its preset says so; the request comes first", () => {
    expect(lossGuard(SEEDED, facts({ losses: "strict" }), null)?.losses(anthropic)).toEqual(["clamped:temperature", "dropped:seed"]);
    expect(lossGuard(SEEDED, facts(), preset("strict"))?.losses(anthropic)).toHaveLength(2);
    expect(lossGuard(SEEDED, facts({ losses: "warn" }), preset("strict"))).toBeUndefined();
  });

  it("every dropped parameter under provider.require_parameters, but not one that was fitted", () => {
    expect(lossGuard(SEEDED, facts({ preferences: { requireParameters: true } }), null)?.losses(anthropic)).toEqual(["dropped:seed"]);
    expect(lossGuard(SEEDED, facts({ preferences: { requireParameters: true } }), null)?.losses({ ...anthropic, provider: "openai" })).toEqual([]);
  });

  it("tools of other types, as long as anybody carries them", () => {
    const guard = lossGuard(SEARCHING, facts({ needs: ["tools"] }), null);
    if (!guard) throw new Error("a request with tools is guarded");
    expect(guard.losses(anthropic)).toEqual(["dropped:tools.web_search"]);
    const planned = (candidates: number) => {
      const seen: number[] = [];
      planWithin(guard, (losses) => { seen.push(losses(anthropic).length); return { candidates: Array.from({ length: candidates }), rejected: [{ filter: "losses" }] } as unknown as RoutePlan; });
      return seen;
    };
    expect([planned(1), planned(0)]).toEqual([[1], [1, 0]]);
  });
});
