import type { UsageEvent } from "@trunkline/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Stack, type IssuedKey } from "./stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

const PROMPT = "Say something short.";
/** Every inbound API that answers with text, and every wire that the simulator speaks to the gateway. */
const INBOUNDS = {
  "chat completions": { path: "/chat/completions", body: { messages: [{ role: "user", content: PROMPT }], max_tokens: 6_000 } },
  messages: { path: "/messages", body: { messages: [{ role: "user", content: PROMPT }], max_tokens: 6_000 } },
  responses: { path: "/responses", body: { input: PROMPT, max_output_tokens: 6_000 } },
  completions: { path: "/completions", body: { prompt: PROMPT, max_tokens: 6_000 } },
} as const;
/** Google generates and bills a stream whose connection was closed; OpenAI and Anthropic stop. */
const billsOn = (model: string): boolean => model.startsWith("google/");
const MODELS = ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"] as const;
type Inbound = keyof typeof INBOUNDS;
const PAIRS = (Object.keys(INBOUNDS) as Inbound[]).flatMap((inbound) => MODELS.map((model) => [inbound, model] as const));

interface Ask { readonly inbound: Inbound; readonly model: string; readonly stream: boolean; readonly simulate: string; readonly leaveAfterBytes?: number; readonly leaveAfterMs?: number }

/** One request to one provider and no other; reads to the end, or leaves. */
async function ask({ inbound, model, stream, simulate, leaveAfterBytes, leaveAfterMs }: Ask): Promise<{ readonly status: number | null; readonly event: UsageEvent }> {
  const key: IssuedKey = await stack.issueKey();
  const abort = new AbortController();
  const { path, body } = INBOUNDS[inbound];
  const sent = stack.post(path, { ...body, model, stream, routing: { fallbacks: false } }, { key, headers: { "x-simulate": simulate }, signal: abort.signal });
  if (leaveAfterMs !== undefined) setTimeout(() => abort.abort(), leaveAfterMs);
  const status = await sent.then(async (response) => { await read(response, leaveAfterBytes, abort); return response.status; }).catch(() => null);
  const [event] = await stack.eventsSoon(key, 1);
  if (!event) throw new Error("no event was spooled");
  return { status, event };
}

async function read(response: Response, leaveAfterBytes: number | undefined, abort: AbortController): Promise<void> {
  const reader = response.body?.getReader();
  for (let bytes = 0; ;) {
    const part = await reader?.read();
    if (!part || part.done) return;
    bytes += part.value.length;
    if (leaveAfterBytes !== undefined && bytes >= leaveAfterBytes) { abort.abort(); return; }
  }
}

const tokensOf = ({ usage }: UsageEvent) => ({ input: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens, output: usage.outputTokens + usage.reasoningTokens });
const costOf = (event: UsageEvent): bigint => event.attempts.reduce((sum, attempt) => sum + BigInt(attempt.costNanoUsd), 0n);
/** What the provider's own journal says it served. */
const served = (event: UsageEvent) => stack.simulator.journal().find((entry) => entry.requestId === event.id);
const charge = (event: UsageEvent): bigint => BigInt(event.chargeNanoUsd);

describe.each(PAIRS)("%s, served by %s", (inbound, model) => {
  describe.each([false, true])("streamed: %s", (stream) => {
    it("pays a normal end by what the provider reported, once", async () => {
      const { event } = await ask({ inbound, model, stream, simulate: "tokens=80" });
      expect([event.status, event.usage.basis]).toEqual(["ok", "reported"]);
      expect(tokensOf(event)).toEqual({ input: served(event)?.promptTokens, output: served(event)?.outputTokensGenerated });
      expect([charge(event) > 0n, costOf(event)]).toEqual([true, charge(event)]);
    });
    it("takes a reported zero for a value", async () => {
      const { event } = await ask({ inbound, model, stream, simulate: "usage=0,0;tokens=20" });
      expect([event.status, event.usage.basis, charge(event), costOf(event)]).toEqual(["ok", "reported", 0n, 0n]);
    });
    it("estimates a normal end without usage, and says so", async () => {
      const { event } = await ask({ inbound, model, stream, simulate: "no_usage;tokens=80" });
      expect([event.status, event.usage.basis]).toEqual(["ok", "estimated"]);
      expect([charge(event) > 0n, costOf(event)]).toEqual([true, charge(event)]);
    });
    it.each(["status=503", "reset", "empty", "malformed", ...(stream ? ["overloaded_first", "cut@0"] : ["cut@40;tokens=300"])])("charges nothing for a failure before content: %s", async (simulate) => {
      const { status, event } = await ask({ inbound, model, stream, simulate });
      expect([event.status, charge(event)]).toEqual(["failed", 0n]);
      // A stream that was kept alive meanwhile has its 200 already.
      expect(status === null || status >= 500 || stream).toBe(true);
    });
  });

  it("pays for input and delivered output when the upstream dies half-way, and never more than the bound", async () => {
    const { event } = await ask({ inbound, model, stream: true, simulate: "cut@40;tokens=300" });
    expect(event.status).toBe("partial");
    const { input, output } = tokensOf(event);
    expect(input).toBeGreaterThan(0);
    expect(output).toBeGreaterThan(5);
    expect(output).toBeLessThanOrEqual(served(event)?.outputTokensGenerated ?? 0);
    expect([charge(event) > 0n, costOf(event) >= charge(event)]).toEqual([true, true]);
  });
  it.runIf(billsOn(model))("pays a stream to its end that its provider bills to the end, though its caller has left", async () => {
    const { event } = await ask({ inbound, model, stream: true, simulate: "pace=4;tokens=400", leaveAfterBytes: 3_000 });
    expect([event.status, event.usage.basis]).toEqual(["cancelled", "reported"]);
    expect(tokensOf(event)).toEqual({ input: served(event)?.promptTokens, output: served(event)?.outputTokensGenerated });
    expect([charge(event) > 0n, costOf(event)]).toEqual([true, charge(event)]);
    expect(served(event)?.aborted).toBe(false);
  });
  it.runIf(!billsOn(model))("pays for what a caller received who leaves a stream, and cancels the upstream", async () => {
    const { event } = await ask({ inbound, model, stream: true, simulate: "pace=4;tokens=5000", leaveAfterBytes: 3_000 });
    expect(event.status).toBe("cancelled");
    expect(tokensOf(event).output).toBeGreaterThan(0);
    expect(tokensOf(event).output).toBeLessThan(2_500);
    expect(charge(event)).toBeGreaterThan(0n);
    await expect.poll(() => served(event)?.aborted, { timeout: 3_000 }).toBe(true);
  });
  it("charges nothing when a caller leaves a stream before anything was reported or delivered", async () => {
    const { event } = await ask({ inbound, model, stream: true, simulate: "delay=5000", leaveAfterMs: 150 });
    expect([event.status, charge(event), costOf(event)]).toEqual(["cancelled", 0n, 0n]);
  });
  it("pays in full for a plain answer whose caller is gone, because the provider makes it to the end", async () => {
    const { status, event } = await ask({ inbound, model, stream: false, simulate: "delay=400;tokens=80", leaveAfterMs: 100 });
    expect([status, event.status, event.httpStatus, event.usage.basis]).toEqual([null, "cancelled", 499, "reported"]);
    expect(tokensOf(event)).toEqual({ input: served(event)?.promptTokens, output: served(event)?.outputTokensGenerated });
    expect([charge(event) > 0n, costOf(event)]).toEqual([true, charge(event)]);
  });
});

describe("embeddings", () => {
  const MODEL = "openai/text-embedding-3-small";
  async function embed(simulate: string, more: { readonly leaveAfterMs?: number; readonly key?: IssuedKey; readonly once?: string } = {}): Promise<{ readonly status: number | null; readonly key: IssuedKey; readonly event: UsageEvent | undefined }> {
    const key = more.key ?? await stack.issueKey();
    const abort = new AbortController();
    const sent = stack.post("/embeddings", { model: MODEL, input: [PROMPT, "and another text"], routing: { fallbacks: false } }, { key, headers: { "x-simulate": simulate, ...(more.once === undefined ? {} : { "idempotency-key": more.once }) }, signal: abort.signal });
    if (more.leaveAfterMs !== undefined) setTimeout(() => abort.abort(), more.leaveAfterMs);
    const status = await sent.then(async (response) => { await response.arrayBuffer(); return response.status; }).catch(() => null);
    const [event] = await stack.eventsSoon(key, 1);
    return { status, key, event };
  }

  it("pay their input as reported, once, and no output", async () => {
    const { event } = await embed("seed=1");
    expect([event?.status, event?.usage.basis, event && tokensOf(event).output]).toEqual(["ok", "reported", 0]);
    expect(event && tokensOf(event).input).toBe(event && served(event)?.promptTokens);
    expect(event && [charge(event) > 0n, costOf(event)]).toEqual([true, event && charge(event)]);
  });
  it.each(["status=503", "reset", "malformed"])("charge nothing for a failure: %s", async (simulate) => {
    const { status, event } = await embed(simulate);
    expect([event?.status, event?.chargeNanoUsd]).toEqual(["failed", "0"]);
    expect(status).toBeGreaterThanOrEqual(500);
  });
  it("are paid in full when their caller is gone, because the provider makes them to the end", async () => {
    const { status, event } = await embed("delay=400", { leaveAfterMs: 100 });
    expect([status, event?.status, event?.usage.basis]).toEqual([null, "cancelled", "reported"]);
    expect(event && [charge(event) > 0n, costOf(event)]).toEqual([true, event && charge(event)]);
  });
});

/** One start at the provider, one row: whatever joins or repeats it is no other request. */
describe.each([["/completions", { model: MODELS[0], prompt: PROMPT, max_tokens: 200 }], ["/embeddings", { model: "openai/text-embedding-3-small", input: PROMPT }], ["/messages", { model: MODELS[1], messages: [{ role: "user", content: PROMPT }], max_tokens: 200 }]] as const)("a doubled start of %s", (path, body) => {
  it("is billed once, however many join it", async () => {
    const key = await stack.issueKey();
    const start = (): Promise<Response> => stack.post(path, body, { key, headers: { "idempotency-key": "start", "x-simulate": "delay=200" } });
    const answers = await Promise.all(Array.from({ length: 5 }, start).map(async (sent) => (await sent).text()));
    expect(new Set(answers).size).toBe(1);
    await (await start()).text();
    const events = await stack.eventsSoon(key, 1);
    expect(events).toHaveLength(1);
    expect(stack.simulator.journal().filter((entry) => entry.requestId === events[0]?.id)).toHaveLength(1);
  });
});
