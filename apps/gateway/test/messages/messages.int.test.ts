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
