import { SEED } from "@trunkline/catalog";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataOf, Stack } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

const HI = { messages: [{ role: "user", content: "Say something short." }] };
const ASKS = {
  "/chat/completions": { ...HI, max_tokens: 20, stream_options: { include_usage: true } },
  "/messages": { ...HI, max_tokens: 20 },
  "/responses": { input: "Say something short.", max_output_tokens: 20 },
  "/completions": { prompt: "Say something short.", max_tokens: 20, stream_options: { include_usage: true } },
} as const;
const ENDS: Readonly<Record<keyof typeof ASKS, RegExp>> = { "/chat/completions": /"finish_reason":"length"[\s\S]*\[DONE\]\n\n$/, "/messages": /"stop_reason":"max_tokens"[\s\S]*event: message_stop\n.*\n\n$/, "/responses": /event: response\.incomplete\n[^\n]*max_output_tokens[^\n]*\n\n$/, "/completions": /"finish_reason":"length"[\s\S]*\[DONE\]\n\n$/ };
const CASES = (Object.keys(ASKS) as (keyof typeof ASKS)[]).flatMap((path) => ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"].map((model) => [path, model] as const));

describe("a provider that does not keep to the output limit", () => {
  it.each(CASES)("is cut off at what was reserved, and the answer ends as one that reached its length: %s served by %s", async (path, model) => {
    const key = await stack.issueKey();
    const response = await stack.post(path, { ...ASKS[path], model, stream: true, routing: { fallbacks: false } }, { key, headers: { "x-simulate": "no_limit;tokens=5000;pace=1" } });
    const text = await response.text();
    expect(text).toMatch(ENDS[path]);
    expect(text.length).toBeLessThan(40_000);
    const [event] = await stack.eventsSoon(key, 1);
    expect(event).toMatchObject({ status: "ok", finishReason: "length", usage: { basis: "estimated" } });
    expect(event?.attempts.at(-1)?.message).toContain("Ended by the gateway");
    // Never more than what was reserved: the limit's tokens and the longest that the prompt can be.
    const price = SEED.prices.find((one) => one.id === event?.priceVersionId);
    expect(Number(event?.chargeNanoUsd)).toBeLessThanOrEqual(Number(price?.outputNanoUsdPerMillion) * 20 / 1e6 + Number(price?.inputNanoUsdPerMillion) * 400 / 1e6);
    expect(BigInt(event?.attempts.at(-1)?.costNanoUsd ?? 0) >= BigInt(event?.chargeNanoUsd ?? 0)).toBe(true);
  });

  it("shows the caller the cost that is charged", async () => {
    const key = await stack.issueKey();
    const response = await stack.post("/chat/completions", { ...ASKS["/chat/completions"], model: "openai/gpt-5-mini", stream: true }, { key, headers: { "x-simulate": "no_limit;tokens=5000" } });
    const frames = dataOf(await response.text()).filter((data) => data.startsWith("{")).map((data) => JSON.parse(data) as { usage?: { cost: number } });
    const [event] = await stack.eventsSoon(key, 1);
    expect(Math.round((frames.find((frame) => frame.usage)?.usage?.cost ?? 0) * 1e9)).toBe(Number(event?.chargeNanoUsd));
  });

  it("is not cut where the answer keeps to the limit", async () => {
    const key = await stack.issueKey();
    const response = await stack.post("/chat/completions", { ...ASKS["/chat/completions"], model: "openai/gpt-5-mini", stream: true }, { key, headers: { "x-simulate": "tokens=5000" } });
    await response.text();
    const [event] = await stack.eventsSoon(key, 1);
    expect(event).toMatchObject({ status: "ok", finishReason: "length", usage: { basis: "reported" } });
    expect(event?.attempts.at(-1)?.message).toBeNull();
  });
});
