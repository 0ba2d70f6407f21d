import type { DueProbe } from "@trunkline/db/worker";
import { PROVIDERS } from "@trunkline/providers";
import { createSimulator } from "@trunkline/testkit/simulator";
import type { Simulator } from "@trunkline/testkit/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAskProvider, isProbed } from "./ask-provider.ts";

const ROOTS: Readonly<Record<string, string>> = { openai: "/v1", anthropic: "", gemini: "/v1beta", bedrock: "", cohere: "", replicate: "/v1" };
const pair = (provider: string): DueProbe => ({ provider, model: `author/${provider}`, upstreamModel: `${provider}-model`, failures: 0, isOut: false, inputNanoUsdPerMillion: null, outputNanoUsdPerMillion: null });
let simulator: Simulator;

beforeEach(async () => { simulator = await createSimulator({ port: 0 }); });
afterEach(() => simulator.close());

const ask = (provider: string, baseUrl?: string) => {
  const root = ROOTS[PROVIDERS.get(provider)?.dialect ?? ""] ?? "";
  return createAskProvider({ credentials: new Map([[provider, { apiKey: "sk-simulated", baseUrl: baseUrl ?? `${simulator.url}/${provider}${root}`, isAddressed: true }]]), now: Date.now })(pair(provider));
};

describe("a probe", () => {
  it.each([...PROVIDERS.keys()].filter(isProbed))("is a call that %s answers, and says what it used", async (provider) => {
    const answer = await ask(provider);
    expect(answer.failure).toBeNull();
    expect(answer.inputTokens).toBeGreaterThan(0);
    expect(simulator.journal()).toHaveLength(1);
  });
  it.each([["status=503", "overloaded"], ["status=429,retry_after=2", "rate_limited"], ["status=401", "credential_rejected"], ["reset", "network"], ["malformed", "protocol_violation"]])("that meets %s is classed as a request would be: %s", async (order, failureClass) => {
    simulator.setFaults({ openai: order });
    expect((await ask("openai")).failure?.class).toBe(failureClass);
  });
  it("to an address where nobody listens is a failure of the network, never an exception", async () => {
    expect((await ask("openai", "http://127.0.0.1:9/v1")).failure?.class).toBe("network");
  });
});
