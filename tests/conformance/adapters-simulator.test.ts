import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adapterFor, authorizeHeaders, PROVIDERS } from "../../packages/providers/src/index.ts";
import { callOf, dataOf, extrasOf, relayAll, targetOf } from "../../packages/providers/src/conformance/harness.ts";
import type { Simulator } from "@trunkline/testkit/simulator";
import { createSimulator } from "@trunkline/testkit/simulator";

let simulator: Simulator;
beforeAll(async () => { simulator = await createSimulator({ port: 0 }); });
afterAll(() => simulator.close());

/** Below which path of the simulator each provider's own paths begin. */
const ROOTS: Readonly<Record<string, string>> = {
  openai: "/v1", anthropic: "", gemini: "/v1beta", "azure-openai": "/openai/v1", vertex: "/v1/projects/p/locations/l", "vertex-anthropic": "/v1/projects/p/locations/l", bedrock: "", "bedrock-anthropic": "", cohere: "", perplexity: "", openrouter: "/api/v1",
};
const AWS_CREDENTIAL = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const INBOUND = ["chat_completions", "messages"] as const;
const TOOLS = {
  chat_completions: [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } } }],
  messages: [{ name: "weather", input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } }],
} as const;

interface Asked { readonly provider: string; readonly inbound: (typeof INBOUND)[number]; readonly text: string; readonly tools?: boolean; readonly stream?: boolean; readonly order?: string }

/** Prepares, signs, sends and relays as the gateway does. */
async function send({ provider, inbound, text, tools, stream = false, order }: Asked) {
  const call = callOf({ model: "m", max_tokens: 400, stream, messages: [{ role: "user", content: text }], ...(stream && inbound === "chat_completions" ? { stream_options: { include_usage: true } } : {}), ...(tools ? { tools: TOOLS[inbound] } : {}) }, { inbound });
  const target = targetOf(provider, "claude-sonnet-4-5", { baseUrl: `${simulator.url}/${provider}${ROOTS[provider]}` });
  const adapter = adapterFor(provider);
  const request = adapter.prepare(call, target);
  const credential = authorizeHeaders(PROVIDERS.get(provider) ?? expect.fail(), AWS_CREDENTIAL, { request, nowMs: Date.UTC(2026, 0, 1) });
  const response = await fetch(request.url, { method: "POST", headers: { ...request.headers, ...credential, ...(order ? { "x-simulate": order } : {}) }, body: request.body as Uint8Array<ArrayBuffer> });
  if (!response.ok) return { failure: adapter.classify({ at: "response", status: response.status, headers: Object.fromEntries(response.headers), body: new Uint8Array(await response.arrayBuffer()), nowMs: 0 }), text: "", observation: null };
  if (!stream) {
    const { bytes, observation } = adapter.relayBody(call, new Uint8Array(await response.arrayBuffer()), extrasOf(provider));
    return { text: Buffer.from(bytes).toString(), observation, failure: observation.failure };
  }
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of response.body ?? []) pieces.push(piece as Uint8Array);
    return { ...relayAll(adapter.relayStream(call, target, extrasOf(provider)), pieces), failure: null };
  } catch {
    return { ...relayAll(adapter.relayStream(call, target, extrasOf(provider)), pieces, "upstream_lost"), failure: null };
  }
}

const ROWS = Object.keys(ROOTS).flatMap((provider) => INBOUND.map((inbound) => ({ provider, inbound })));

describe.each(ROWS)("$provider for $inbound, over a socket", ({ provider, inbound }) => {
  it("answers plain and streamed with the same usage, which is the journal's", async () => {
    const plain = await send({ provider, inbound, text: "Say hello to Zürich ☕" });
    const streamed = await send({ provider, inbound, text: "Say hello to Zürich ☕", stream: true });
    expect(plain.observation).toMatchObject({ failure: null, complete: true, finishReason: "stop" });
    expect(streamed.observation).toMatchObject({ failure: null, complete: true, finishReason: "stop", usage: plain.observation?.usage });
    expect(plain.text).toContain("Zürich ☕");
    const entry = simulator.journal().at(-1);
    const { inputTokens = 0, cacheReadTokens = 0, outputTokens = 0 } = plain.observation?.usage ?? {};
    expect(entry).toMatchObject({ provider, stream: true, completed: true, promptTokens: inputTokens + cacheReadTokens, outputTokensGenerated: outputTokens });
  });

  it("calls a tool", async () => {
    const { text, observation } = await send({ provider, inbound, text: "How is the weather in Oslo?", tools: true, stream: true });
    expect(observation).toMatchObject({ complete: true, finishReason: "tool_calls" });
    const pieces = dataOf(text).flatMap((event) => [(event["delta"] as { partial_json?: string } | undefined)?.partial_json ?? "", ...((event["choices"] as { delta: { tool_calls?: { function: { arguments?: string } }[] } }[] | undefined) ?? []).flatMap((choice) => (choice.delta.tool_calls ?? []).map((call) => call.function.arguments ?? ""))]);
    expect(JSON.parse(pieces.join(""))).toEqual({ city: "Oslo" });
  });

  it("tells a throttle, an error inside the stream, damage and a cut apart from an answer", async () => {
    expect((await send({ provider, inbound, text: "hi", order: "status=429" })).failure?.class).toBe("rate_limited");
    for (const [order, classes] of [["error@8", ["overloaded", "server_error"]], ["malformed@8", ["protocol_violation"]], ["cut@8", ["network", "protocol_violation"]]] as const) {
      const { text, observation } = await send({ provider, inbound, text: "hi", stream: true, order });
      expect(observation?.complete).toBe(false);
      expect(classes).toContain(observation?.failure?.class);
      expect(text).not.toMatch(/\[DONE\]|"message_stop"/);
    }
  });
});
