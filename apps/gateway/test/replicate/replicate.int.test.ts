import { createSimulator, type Simulator } from "@trunkline/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, dataOf, message, Stack, type IssuedKey } from "../stack.ts";

let stack: Stack;
let upstream: Simulator;
beforeAll(async () => {
  upstream = await createSimulator({ port: 0 });
  stack = await Stack.start({ REPLICATE_API_KEY: "r8_secret", REPLICATE_BASE_URL: `${upstream.url}/replicate/v1` });
}, 60_000);
afterAll(async () => { await stack.stop(); await upstream.close(); });

const MODEL = "deepseek/deepseek-chat-v3.1";
const ONLY = { model: MODEL, provider: { only: ["replicate"], allow_fallbacks: false } };
const STREAM = { ...ONLY, stream: true, stream_options: { include_usage: true } };
const live = (): Promise<IssuedKey> => stack.issueKey({ kind: "live" });

interface Chunk { readonly choices: readonly { readonly delta: { readonly content?: string }; readonly finish_reason: string | null }[]; readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly cost: number } | null }
const chunksOf = (text: string): Chunk[] => dataOf(text).filter((data) => data !== "[DONE]").map((data) => JSON.parse(data) as Chunk);

describe("Replicate behind the whole gateway", () => {
  it("answers plain, and bills what the prediction's metrics say", async () => {
    const key = await live();
    const response = await stack.post("/chat/completions", chat(ONLY), { key });
    expect([response.status, response.headers.get("x-trunkline-provider")]).toEqual([200, "replicate"]);
    const { usage } = await response.json() as { usage: { prompt_tokens: number; completion_tokens: number; cost: number } };
    expect(usage.cost).toBeGreaterThan(0);
    const [event] = await stack.eventsSoon(key, 1);
    expect(event).toMatchObject({ status: "ok", provider: "replicate", usage: { basis: "reported", inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } });
    expect(upstream.journal().at(-1)).toMatchObject({ wire: "replicate", completed: true, promptTokens: usage.prompt_tokens });
  });

  it("streams from the second address, with the reported usage although the stream has none", async () => {
    const key = await live();
    const response = await stack.post("/chat/completions", chat(STREAM), { key });
    const text = await response.text();
    const chunks = chunksOf(text);
    expect(chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? "")).join("")).not.toBe("");
    expect(chunks.flatMap(({ choices }) => choices.flatMap(({ finish_reason }) => finish_reason ?? []))).toEqual(["stop"]);
    const entry = upstream.journal().at(-1);
    expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: entry?.promptTokens, completion_tokens: entry?.outputTokensGenerated });
    expect(dataOf(text).at(-1)).toBe("[DONE]");
    const [event] = await stack.eventsSoon(key, 1);
    expect(event).toMatchObject({ status: "ok", usage: { basis: "reported" } });
    expect(entry).toMatchObject({ stream: true, completed: true, attempt: 1 });
    expect(entry?.requestId).not.toBeNull();
  });

  it("answers callers of the other APIs, plain and streamed", async () => {
    const key = await live();
    const plain = await stack.post("/messages", message(ONLY), { key });
    expect(await plain.json()).toMatchObject({ type: "message", stop_reason: "end_turn" });
    const streamed = await stack.post("/responses", { ...ONLY, input: "Say something short.", stream: true }, { key });
    expect(await streamed.text()).toContain("response.completed");
  });

  it("looks again while a plain prediction takes longer than its first answer waits", async () => {
    const key = await stack.issueKey();
    const response = await stack.post("/chat/completions", chat(ONLY), { key, headers: { "x-simulate": "ttft=1" } });
    expect(response.status).toBe(200);
    expect((await response.json() as { choices: { message: { content: string } }[] }).choices[0]?.message.content).not.toBe("");
  });

  it("ends the prediction when its caller leaves a stream", async () => {
    const key = await stack.issueKey();
    const aborter = new AbortController();
    const response = await stack.post("/chat/completions", chat({ ...STREAM, messages: [{ role: "user", content: "Write 400 words." }] }), { key, headers: { "x-simulate": "pace=20" }, signal: aborter.signal });
    await response.body?.getReader().read();
    aborter.abort();
    const [event] = await stack.eventsSoon(key, 1);
    expect(event).toMatchObject({ status: "cancelled", usage: { basis: "estimated" } });
    await expect.poll(() => stack.simulator.cancelledPredictions()).toBe(1);
  });

  it("leaves a prediction for the next candidate when it fails before any text, and tells a refusal by its class", async () => {
    const key = await stack.issueKey();
    for (const order of ["replicate:status=503", "replicate:overloaded_first"]) {
      const response = await stack.post("/chat/completions", chat({ model: MODEL, stream: true, provider: { order: ["replicate", "openrouter"] } }), { key, headers: { "x-simulate": order } });
      expect([response.status, response.headers.get("x-trunkline-provider")]).toEqual([200, "openrouter"]);
      expect(dataOf(await response.text()).at(-1)).toBe("[DONE]");
    }
    const refused = await stack.post("/chat/completions", chat({ ...ONLY, model: "openai/gpt-oss-20b" }), { key, headers: { "x-simulate": "status=401" } });
    expect(refused.status).toBe(502);
    expect(JSON.stringify(await refused.json())).toContain("credential_rejected");
  });

  it("breaks off as an error, not as an end, when the stream is cut", async () => {
    const key = await stack.issueKey();
    const response = await stack.post("/chat/completions", chat({ ...STREAM, model: "meta-llama/llama-2-70b-chat" }), { key, headers: { "x-simulate": "cut@3" } });
    const text = await response.text();
    expect(text).toContain('"error"');
    expect(text).not.toContain("[DONE]");
  });
});
