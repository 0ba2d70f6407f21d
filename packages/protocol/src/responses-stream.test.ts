import { describe, expect, it } from "vitest";
import type { ChatChunk } from "./chat.ts";
import { chatFromResponses } from "./chat-from-responses.ts";
import type { JsonObject } from "./json-object.ts";
import { responseFromChat } from "./responses-from-chat.ts";
import { ResponsesStreamWriter } from "./responses-stream.ts";

const IDENTITY = { requestId: "req_1", createdAtSeconds: 9 };
const chunk = (delta: JsonObject, finish: "stop" | "length" | "tool_calls" | null = null): ChatChunk => ({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", system_fingerprint: null, choices: [{ index: 0, delta, finish_reason: finish }] });
const call = (index: number, args: string, name?: string): JsonObject => ({ tool_calls: [{ index, ...(name ? { id: `id_${index}`, type: "function" } : {}), function: { ...(name ? { name } : {}), arguments: args } }] });

function written(deltas: readonly JsonObject[], { body = {}, finish = "stop" as "stop" | "length" | "tool_calls" } = {}): JsonObject[] {
  const writer = new ResponsesStreamWriter(body, IDENTITY);
  const text = deltas.map((delta) => writer.write(chunk(delta))).join("") + writer.write(chunk({}, finish)) + writer.write({ ...chunk({}), choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }) + writer.end({ cost: 1 }, { provider: "p" });
  return text.split("\n\n").filter(Boolean).map((frame) => {
    const [name = "", data = ""] = frame.split("\n");
    const event = JSON.parse(data.slice("data: ".length)) as JsonObject;
    expect(name).toBe(`event: ${String(event["type"])}`);
    return event;
  });
}
const types = (events: readonly JsonObject[]): string[] => events.map((event) => String(event["type"]).replace("response.", ""));
const responseOf = (events: readonly JsonObject[]): JsonObject => events.at(-1)?.["response"] as JsonObject;

describe("ResponsesStreamWriter", () => {
  it("tells a text in the whole documented sequence, numbered without a gap", () => {
    const events = written([{ role: "assistant", content: "" }, { content: "Hel" }, { content: "lo" }]);
    expect(types(events)).toEqual(["created", "in_progress", "output_item.added", "content_part.added", "output_text.delta", "output_text.delta", "output_text.done", "content_part.done", "output_item.done", "completed"]);
    expect(events.map((event) => event["sequence_number"])).toEqual(events.map((_event, index) => index));
    expect(responseOf(events)).toMatchObject({ id: "resp_1", status: "completed", output: [{ type: "message", content: [{ type: "output_text", text: "Hello" }] }], usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5, cost: 1 }, provider: "p", store: false });
  });

  it("keeps interleaved calls apart, each with one index from its beginning to its end", () => {
    const events = written([call(0, "", "a"), call(1, "", "b"), call(1, '{"y":'), call(0, '{"x":1}'), call(1, "2}")], { finish: "tool_calls" });
    expect(responseOf(events)).toMatchObject({ status: "completed", output: [{ type: "function_call", call_id: "id_0", name: "a", arguments: '{"x":1}' }, { type: "function_call", call_id: "id_1", name: "b", arguments: '{"y":2}' }] });
    const open = new Map<unknown, number>();
    for (const event of events) {
      if (event["type"] === "response.output_item.added") open.set(event["output_index"], 1);
      else if (event["type"] === "response.output_item.done") open.set(event["output_index"], (open.get(event["output_index"]) ?? 0) + 1);
    }
    expect([...open.values()]).toEqual([2, 2]);
  });

  it("gives free-text tools their text, never the JSON that it was emulated with", () => {
    const events = written([call(0, '{"input":"*** Begin', "apply_patch"), call(0, ' Patch"}')], { body: { tools: [{ type: "custom", name: "apply_patch" }] }, finish: "tool_calls" });
    expect(types(events)).toEqual(expect.arrayContaining(["custom_tool_call_input.delta", "custom_tool_call_input.done"]));
    expect(responseOf(events)).toMatchObject({ output: [{ type: "custom_tool_call", name: "apply_patch", input: "*** Begin Patch" }] });
  });

  it("carries thinking and its signature there and back through any client", () => {
    const details = [{ type: "reasoning.text", text: "hm", format: "anthropic-claude-v1", index: 0 }, { type: "reasoning.text", signature: "sig", format: "anthropic-claude-v1", index: 0 }];
    const events = written([{ reasoning: "hm", reasoning_details: [details[0]] }, { reasoning_details: [details[1]] }, { content: "Yes." }]);
    expect(types(events).slice(2, 7)).toEqual(["output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done", "reasoning_summary_part.done"]);
    const again = chatFromResponses({ model: "m", input: [{ role: "user", content: "x" }, ...(responseOf(events)["output"] as JsonObject[])] }).request;
    expect(again.messages[1]).toEqual({ role: "assistant", content: "Yes.", reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "sig", format: "anthropic-claude-v1", index: 0 }] });
  });

  it("calls an answer that was cut incomplete, and a refusal a refusal", () => {
    const events = written([{ refusal: "No." }], { finish: "length" });
    expect(events.at(-1)).toMatchObject({ type: "response.incomplete", response: { incomplete_details: { reason: "max_output_tokens" }, output: [{ content: [{ type: "refusal", refusal: "No." }] }] } });
  });

  it("says in a stream what it says in a plain answer", () => {
    const message = { role: "assistant" as const, content: "Hi", refusal: null, reasoning: "hm", tool_calls: [{ id: "id_0", type: "function" as const, function: { name: "a", arguments: "{}" }, extra_content: { google: { thought_signature: "s" } } }] };
    const plain = responseFromChat({}, { id: "c", object: "chat.completion", created: 1, model: "m", system_fingerprint: null, choices: [{ index: 0, message, logprobs: null, finish_reason: "tool_calls" }], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }, { ...IDENTITY, model: "m" });
    const streamed = responseOf(written([{ reasoning: "hm" }, { content: "Hi" }, { tool_calls: [{ index: 0, ...message.tool_calls[0] }] }], { finish: "tool_calls" }));
    expect(streamed["output"]).toEqual(plain["output"]);
    expect({ ...streamed, usage: null, provider: undefined }).toEqual({ ...plain, usage: null, provider: undefined });
  });
});
