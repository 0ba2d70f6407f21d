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

  it("counts tokens without calling anybody", async () => {
    const before = stack.simulator.journal().length;
    const body = await (await stack.post("/messages/count_tokens", { model: "anthropic/claude-haiku-4.5", messages: [{ role: "user", content: "x".repeat(4000) }] }, { key: await stack.issueKey() })).json() as { input_tokens: number };
    expect(body.input_tokens).toBeGreaterThan(900);
    expect(stack.simulator.journal().length).toBe(before);
  });
});
