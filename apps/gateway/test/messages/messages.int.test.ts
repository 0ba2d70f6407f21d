import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataOf, message, Stack } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

describe("POST /v1/messages", () => {
  it.each(["anthropic/claude-haiku-4.5", "openai/gpt-5-mini", "google/gemini-2.5-flash"])("is served by %s, plain and streamed, in the Messages wire", async (model) => {
    const key = await stack.issueKey();
    const plain = await (await stack.post("/messages?beta=true", message({ model }), { headers: { "x-api-key": key.whole, "anthropic-version": "2023-06-01" } })).json() as { type: string; content: unknown[]; usage: { output_tokens: number } };
    expect([plain.type, plain.content.length > 0, plain.usage.output_tokens > 0]).toEqual(["message", true, true]);
    const events = dataOf(await (await stack.post("/messages", message({ model, stream: true }), { key })).text()).map((data) => (JSON.parse(data) as { type: string }).type);
    expect([events[0], events.at(-1)]).toEqual(["message_start", "message_stop"]);
    expect(stack.events(key).map((event) => [event.status, event.inboundApi])).toEqual([["ok", "messages"], ["ok", "messages"]]);
  });

  it("answers errors in the Anthropic shape, whole and in the stream", async () => {
    const key = await stack.issueKey();
    const refused = await stack.post("/messages", message({ max_tokens: 0 }), { key });
    expect([refused.status, await refused.json()]).toMatchObject([400, { type: "error", error: { type: "invalid_request_error", code: "caller.invalid_request" } }]);
    const broken = await (await stack.post("/messages", message({ stream: true, model: "openai/gpt-5-mini" }), { key, headers: { "x-simulate": "cut@20;tokens=200" } })).text();
    expect(broken).toContain("event: error\ndata: ");
    expect(broken).not.toContain("message_stop");
  });

  it("bills a cache write by how long it is kept, and shows the part in the answer and on the receipt", async () => {
    const cached = async (ttl: string): Promise<{ readonly usage: Record<string, number> & { readonly cost_details: Record<string, number> }; readonly receipt: { readonly usage_classes: Record<string, number> } }> => {
      const key = await stack.issueKey();
      const system = [{ type: "text", text: `${ttl} ${"remember this ".repeat(2_000)}`, cache_control: { type: "ephemeral", ttl } }];
      const response = await stack.post("/messages", message({ system, provider: { only: ["anthropic"] } }), { key });
      const { usage } = await response.json() as { usage: Record<string, number> & { cost_details: Record<string, number> } };
      return { usage, receipt: await (await stack.get(`/v1/generations/${response.headers.get("x-trunkline-request-id")}`, key)).json() as { usage_classes: Record<string, number> } };
    };
    const [short, long] = [await cached("5m"), await cached("1h")];
    const written = long.usage["cache_creation_input_tokens"] ?? 0;
    expect(written).toBeGreaterThan(1_000);
    expect(short.usage.cost_details).not.toHaveProperty("cache_write_1h_tokens");
    expect([long.usage.cost_details["cache_write_1h_tokens"], long.receipt.usage_classes["cache_write_1h_tokens"]]).toEqual([written, written]);
    // Haiku 4.5: 1.25 USD a million for five minutes, 2 USD for an hour.
    expect((long.usage["cost"] ?? 0) - (short.usage["cost"] ?? 0)).toBeCloseTo(written * 0.75e-6, 6);
  });

  const counted = async (model: string, more: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = {}): Promise<Record<string, unknown>> =>
    await (await stack.post("/messages/count_tokens", { model, messages: [{ role: "user", content: "word ".repeat(800) }], ...more }, { key: await stack.issueKey(), headers })).json() as Record<string, unknown>;

  it.each(["anthropic", "vertex-anthropic", "bedrock-anthropic"])("has %s count the tokens of what it would serve, and agrees with the bill", async (provider) => {
    const only = { model: "anthropic/claude-sonnet-4.5", provider: { only: [provider] } };
    const count = await counted("anthropic/claude-sonnet-4.5", { provider: { only: [provider] } });
    expect(count).toMatchObject({ basis: "counted", provider, model: "anthropic/claude-sonnet-4.5" });
    const answer = await (await stack.post("/messages", message({ ...only, messages: [{ role: "user", content: "word ".repeat(800) }] }), { key: await stack.issueKey() })).json() as { usage: { input_tokens: number } };
    expect(count["input_tokens"]).toBe(answer.usage.input_tokens);
  });

  it("estimates where the model's provider cannot count, and says so, calling nobody", async () => {
    const before = stack.simulator.journal().length;
    expect(await counted("openai/gpt-5-mini")).toMatchObject({ basis: "estimated", reason: expect.stringContaining("openai") as unknown });
    expect(stack.simulator.journal().length).toBe(before);
  });

  it.each(["status=500", "reset", "malformed"])("estimates when counting fails by %s, and says so", async (order) => {
    expect(await counted("anthropic/claude-haiku-4.5", {}, { "x-simulate": order })).toMatchObject({ basis: "estimated", input_tokens: expect.any(Number) as unknown });
  });
});
