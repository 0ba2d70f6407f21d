import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { callOf, extrasOf, relayAll, targetOf, whole } from "../conformance/harness.ts";

const USED = { prompt_tokens: 5, completion_tokens: 9, total_tokens: 14, completion_tokens_details: { reasoning_tokens: 9 } };
const chat = (finish: string, usage?: object): object[] => [{ id: "c", choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] }, { id: "c", choices: [{ index: 0, delta: {}, finish_reason: finish }] }, ...(usage ? [{ id: "c", choices: [], usage }] : [])];
const message = (stop: string, output: number): object[] => [
  { type: "message_start", message: { id: "m", usage: { input_tokens: 5, output_tokens: 0 } } }, { type: "message_delta", delta: { stop_reason: stop }, usage: { output_tokens: output } }, { type: "message_stop" },
];
const response = (status: string, more: object = {}): object[] => [{ type: "response.created", response: {} }, { type: `response.${status}`, response: { status, output: [], ...more } }];
const WIRES = { openai: chat("stop"), anthropic: message("end_turn", 0), gemini: [{ candidates: [{ content: { parts: [{ text: "" }] }, finishReason: "STOP" }] }] } as const;
const INBOUND = ["chat_completions", "messages", "responses"] as const;

function relayed(provider: string, inbound: (typeof INBOUND)[number], events: readonly object[]) {
  const adapter = adapterFor(provider, provider === "openai" && inbound === "responses" && "type" in (events[0] ?? {}) ? { inbound, upstreamModel: "m" } : undefined);
  const bytes = Buffer.from(events.map((event) => `event: ${(event as { type?: string }).type ?? "message"}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
  const relay = adapter.relayStream(callOf({ model: "m", stream: true, input: "x", max_tokens: 9, messages: [{ role: "user", content: "x" }] }, { inbound, wantsUsageChunk: true }), targetOf(provider, "m"), extrasOf(provider));
  const first = relay.push(bytes);
  return { committed: relay.committed, first, ...relayAll(relay, whole(Buffer.alloc(0))) };
}

describe("a stream that ends as an answer does, and has nothing in it", () => {
  it.each(Object.entries(WIRES).flatMap(([provider, events]) => INBOUND.map((inbound) => ({ provider, inbound, events }))))("of $provider for $inbound has failed before it committed to anything", ({ provider, inbound, events }) => {
    const { committed, bytes, observation } = relayed(provider, inbound, events);
    expect(committed).toBe(false);
    expect(observation).toMatchObject({ complete: false, failure: { class: "protocol_violation" } });
    expect(bytes).toHaveLength(0);
  });

  it("fails where a Responses answer passes through, too", () => {
    expect(relayed("openai", "responses", response("completed")).observation).toMatchObject({ complete: false, failure: { class: "protocol_violation" } });
  });

  it.each([
    ["openai", chat("length")], ["openai", chat("content_filter")], ["openai", chat("stop", USED)], ["anthropic", message("max_tokens", 0)], ["anthropic", message("refusal", 0)], ["anthropic", message("end_turn", 9)],
  ] as const)("counts where its reason or what it used says why: %s %j", (provider, events) => {
    for (const inbound of INBOUND) expect(relayed(provider, inbound, events).observation).toMatchObject({ complete: true, failure: null });
  });
});
