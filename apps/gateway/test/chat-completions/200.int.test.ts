import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, dataOf, Stack } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

describe("POST /v1/chat/completions answers 200", () => {
  it("serves a plain answer with its provider, cost and making", async () => {
    const key = await stack.issueKey();
    const response = await stack.post("/chat/completions", chat(), { key });
    const body = await response.json() as { object: string; provider: string; usage: { cost: number; is_test?: boolean }; system_fingerprint: unknown };
    expect([response.status, body.object, body.provider, body.usage.is_test]).toEqual([200, "chat.completion", "openai", true]);
    expect(body.usage.cost).toBeGreaterThan(0);
    expect(response.headers.get("x-trunkline-provider")).toBe("openai");
    expect(response.headers.get("x-trunkline-attempts")).toBe("1");
  });

  it("has the usage on the spool when the last byte arrives", async () => {
    const key = await stack.issueKey();
    for (const stream of [false, true]) await (await stack.post("/chat/completions", chat({ stream }), { key })).text();
    const events = stack.events(key);
    expect(events.map((event) => [event.status, event.mode, event.streaming])).toEqual([["ok", "test", false], ["ok", "test", true]]);
    for (const event of events) expect(BigInt(event.chargeNanoUsd)).toBeGreaterThan(0n);
  });

  it("ends a stream with [DONE], and sends the usage chunk only if it was asked for", async () => {
    const key = await stack.issueKey();
    const without = dataOf(await (await stack.post("/chat/completions", chat({ stream: true }), { key })).text());
    const including = dataOf(await (await stack.post("/chat/completions", chat({ stream: true, stream_options: { include_usage: true } }), { key })).text());
    expect([without.at(-1), including.at(-1)]).toEqual(["[DONE]", "[DONE]"]);
    expect(without.slice(0, -1).some((data) => (JSON.parse(data) as { usage?: object | null }).usage)).toBe(false);
    expect(JSON.parse(including.at(-2) ?? "{}")).toMatchObject({ choices: [], usage: { cost: expect.any(Number) as number } });
  });

  it.each(["anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"])("translates for %s, plain and streamed", async (model) => {
    const key = await stack.issueKey();
    const plain = await (await stack.post("/chat/completions", chat({ model }), { key })).json() as { choices: { message: { content: string } }[] };
    const streamed = dataOf(await (await stack.post("/chat/completions", chat({ model, stream: true }), { key })).text());
    expect(plain.choices[0]?.message.content.length).toBeGreaterThan(0);
    expect(streamed.at(-1)).toBe("[DONE]");
  });

  it("rescues a request whose first provider fails, plain and streamed, and shows nothing of the failure", async () => {
    const key = await stack.issueKey();
    for (const [fault, stream] of [["openai:status=503", false], ["openai:overloaded_first", true], ["openai:cut@0", true], ["openai:malformed", false]] as const) {
      const response = await stack.post("/chat/completions", chat({ stream, models: ["anthropic/claude-haiku-4.5"], provider: { only: ["openai", "anthropic"] } }), { key, headers: { "x-simulate": fault } });
      const text = await response.text();
      expect([fault, response.status, response.headers.get("x-trunkline-provider"), response.headers.get("x-trunkline-attempts")]).toEqual([fault, 200, "anthropic", "2"]);
      expect(text).not.toContain("error");
    }
    const events = stack.events(key);
    expect(events.map((event) => event.status)).toEqual(["rescued", "rescued", "rescued", "rescued"]);
    expect(events[0]?.attempts.map((attempt) => [attempt.provider, attempt.status, attempt.failureClass])).toEqual([["openai", 503, "overloaded"], ["anthropic", 200, null]]);
  });

  it("rescues from a provider that hangs, within the caller's deadline", async () => {
    const key = await stack.issueKey();
    const response = await stack.post("/chat/completions", chat({ models: ["anthropic/claude-haiku-4.5"], provider: { only: ["openai", "anthropic"] }, routing: { deadline_ms: 3000 } }), { key, headers: { "x-simulate": "openai:hang" } });
    expect([response.status, response.headers.get("x-trunkline-provider")]).toEqual([200, "anthropic"]);
  });

  it("bills the delivered tokens and ends with an error event, without [DONE], when the upstream dies half-way", async () => {
    const key = await stack.issueKey();
    const response = await stack.post("/chat/completions", chat({ stream: true }), { key, headers: { "x-simulate": "cut@40;tokens=300" } });
    const data = dataOf(await response.text());
    expect(response.status).toBe(200);
    expect(JSON.parse(data.at(-1) ?? "{}")).toMatchObject({ error: { code: "upstream.failed" } });
    const [event] = stack.events(key);
    expect(event?.status).toBe("partial");
    expect(event?.usage.outputTokens).toBeGreaterThan(5);
  });

  it("bills the tokens already streamed when the caller disconnects", async () => {
    const key = await stack.issueKey();
    const abort = new AbortController();
    const response = await stack.post("/chat/completions", chat({ stream: true }), { key, signal: abort.signal, headers: { "x-simulate": "pace=5;tokens=5000" } });
    const reader = response.body?.getReader();
    for (let reads = 0; reads < 20; reads++) await reader?.read();
    abort.abort();
    const [event] = await stack.eventsSoon(key, 1);
    expect(event?.status).toBe("cancelled");
    expect(event?.usage.outputTokens).toBeGreaterThan(0);
    expect(event?.usage.outputTokens).toBeLessThan(2_000);
  });

  it("estimates the usage that an upstream does not report, and says so", async () => {
    const key = await stack.issueKey();
    await (await stack.post("/chat/completions", chat({ stream: true }), { key, headers: { "x-simulate": "no_usage;tokens=100" } })).text();
    const [event] = stack.events(key);
    expect([event?.status, event?.usage.basis]).toEqual(["ok", "estimated"]);
    expect(event?.usage.outputTokens).toBeGreaterThan(20);
  });

  it.each([
    ["openai/gpt-5-mini", "openai"], ["anthropic/claude-haiku-4.5", "anthropic"], ["google/gemini-2.5-flash", "gemini"], ["mistralai/mistral-large", "mistral"], ["deepseek/deepseek-chat", "deepseek"], ["x-ai/grok-4", "xai"], ["cohere/command-a", "cohere"],
    ["meta-llama/llama-3.3-70b-instruct", "groq"], ["perplexity/r1-1776", "perplexity"], ["amazon/nova-pro-v1", "bedrock"], ["moonshotai/kimi-k2-thinking", "moonshot"],
  ])("tells the usage of a stream once, where it was asked for: %s at %s", async (model, provider) => {
    const text = await (await stack.post("/chat/completions", chat({ model, provider: { only: [provider] }, stream: true, stream_options: { include_usage: true } }), { key: await stack.issueKey() })).text();
    const told = text.split("\n\n").filter((frame) => frame.startsWith("data: {")).map((frame) => (JSON.parse(frame.slice("data: ".length)) as { usage?: { completion_tokens: number; cost: number } | null }).usage).filter((usage) => usage?.cost !== undefined);
    expect(told).toEqual([expect.objectContaining({ completion_tokens: expect.any(Number) as number, cost: expect.any(Number) as number })]);
  });
  it.each([
    ["openai/gpt-5-mini", false], ["openai/gpt-5-mini", true], ["anthropic/claude-haiku-4.5", false], ["anthropic/claude-haiku-4.5", true], ["mistralai/mistral-large", true], ["cohere/command-a", false], ["cohere/command-a", true],
  ])("tells the usage and the cost that are billed where the provider told none: %s, streamed: %s", async (model, stream) => {
    const key = await stack.issueKey();
    const text = await (await stack.post("/chat/completions", chat({ model, stream, ...(stream ? { stream_options: { include_usage: true } } : {}) }), { key, headers: { "x-simulate": "no_usage;tokens=100" } })).text();
    const bodies = (stream ? dataOf(text).filter((data) => data.startsWith("{")) : [text]).map((json) => (JSON.parse(json) as { usage?: { prompt_tokens: number; completion_tokens: number; cost: number } | null }).usage).filter((usage) => usage?.cost !== undefined);
    const [event] = stack.events(key);
    expect([event?.usage.basis, bodies.length]).toEqual(["estimated", 1]);
    expect([bodies[0]?.prompt_tokens, bodies[0]?.completion_tokens, Math.round((bodies[0]?.cost ?? 0) * 1e9)]).toEqual([event?.usage.inputTokens, event?.usage.outputTokens, Number(event?.chargeNanoUsd)]);
  });
  it.each(["auto", "trunkline/auto", "openrouter/auto"])("chooses by the preset for %s, as clients of several gateways write it", async (model) => {
    const response = await stack.post("/chat/completions", chat({ model }), { key: await stack.issueKey() });
    expect([response.status, response.headers.get("x-trunkline-preset")]).toEqual([200, "balanced:1"]);
  });
  it.each([["gpt-5-mini", "openai/gpt-5-mini"], ["claude-sonnet-4.5", "anthropic/claude-sonnet-4.5"], ["anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4.5"], ["gpt-4o-2024-11-20", "openai/gpt-4o-2024-11-20"]])("knows a model by the name %s", async (model, id) => {
    const response = await stack.post("/chat/completions", chat({ model }), { key: await stack.issueKey() });
    expect([response.status, response.headers.get("x-trunkline-model")]).toEqual([200, id]);
  });
  it("explains the decision in the answer when asked", async () => {
    const key = await stack.issueKey();
    const body = await (await stack.post("/chat/completions", chat({ model: "auto", routing: { explain: true } }), { key })).json() as { trunkline: { candidates: unknown[]; attempts: unknown[]; preset: string } };
    expect(body.trunkline.candidates.length).toBeGreaterThan(1);
    expect(body.trunkline.attempts.length).toBe(1);
    expect(body.trunkline.preset).toBe("balanced");
  });

  it.each(["/openai/v1/chat/completions", "/api/v1/chat/completions/", "/chat/completions", "/v1/v1/chat/completions?x=1"])("answers at %s", async (resource) => {
    const key = await stack.issueKey();
    const response = await fetch(stack.url + resource, { method: "POST", body: JSON.stringify(chat()), headers: { "content-type": "application/json", "api-key": key.whole } });
    expect(response.status).toBe(200);
    await response.text();
  });

  it("keeps a waiting stream alive with comments that commit to nothing", async () => {
    const slow = await Stack.start({ GATEWAY_HEARTBEAT_MS: "50" });
    try {
      const key = await slow.issueKey();
      const response = await slow.post("/chat/completions", chat({ stream: true, models: ["anthropic/claude-haiku-4.5"], provider: { only: ["openai", "anthropic"] } }), { key, headers: { "x-simulate": "openai:delay=400;openai:status=503" } });
      const text = await response.text();
      expect(text.startsWith(": trunkline\n\n")).toBe(true);
      expect(dataOf(text).at(-1)).toBe("[DONE]");
    } finally { await slow.stop(); }
  });
});
