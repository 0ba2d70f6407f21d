import { describe, expect, it } from "vitest";
import type { ChatChunk } from "./chat.ts";
import { MessagesStreamWriter } from "./messages-stream.ts";
import { SseReader } from "./sse-reader.ts";

const chunk = (delta: Record<string, unknown>, finish: "stop" | "tool_calls" | null = null): ChatChunk => ({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", system_fingerprint: null, choices: [{ index: 0, delta, finish_reason: finish }] });
const call = (index: number, fields: Record<string, unknown>): Record<string, unknown> => ({ tool_calls: [{ index, ...fields }] });

interface Event { readonly type: string; readonly index?: number; readonly content_block?: { readonly type: string; readonly name?: string }; readonly delta?: Record<string, unknown>; readonly usage?: unknown }

function run(...chunks: ChatChunk[]): Event[] {
  const writer = new MessagesStreamWriter();
  const text = chunks.map((item) => writer.write(item)).join("") + writer.end({ cost: 1 });
  return new SseReader().push(Buffer.from(text)).map(({ event, data }) => {
    const parsed = JSON.parse(data) as Event;
    expect(parsed.type).toBe(event);
    return parsed;
  });
}

describe("MessagesStreamWriter", () => {
  it("opens and closes thinking, text and tool blocks in turn, never two at once", () => {
    const events = run(chunk({ role: "assistant" }), chunk({ reasoning: "hm" }), chunk({ content: "a" }), chunk({ content: "b" }), chunk(call(0, { id: "t", function: { name: "f", arguments: "" } })), chunk(call(0, { function: { arguments: "{}" } })), chunk({}, "tool_calls"));
    let open: number | undefined;
    for (const event of events) {
      if (event.type === "content_block_start") { expect(open).toBeUndefined(); open = event.index; }
      if (event.type === "content_block_delta") expect(event.index).toBe(open);
      if (event.type === "content_block_stop") { expect(event.index).toBe(open); open = undefined; }
    }
    expect(events.filter((event) => event.content_block).map((event) => event.content_block?.type)).toEqual(["thinking", "text", "tool_use"]);
    expect(events.slice(-2)).toMatchObject([{ type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { cost: 1 } }, { type: "message_stop" }]);
  });

  it("loses no argument of calls whose deltas interleave", () => {
    const events = run(
      chunk(call(0, { id: "a", function: { name: "f", arguments: "" } })), chunk(call(1, { id: "b", function: { name: "g", arguments: '{"y"' } })),
      chunk(call(0, { function: { arguments: '{"x":' } })), chunk(call(1, { function: { arguments: ":2}" } })), chunk(call(0, { function: { arguments: "1}" } })), chunk({}, "tool_calls"),
    );
    const starts = events.filter((event) => event.type === "content_block_start");
    const json = starts.map((start) => events.filter((event) => event.type === "content_block_delta" && event.index === start.index).map((event) => event.delta?.["partial_json"]).join(""));
    expect(starts.map((start) => start.content_block?.name)).toEqual(["f", "g"]);
    expect(json).toEqual(['{"x":1}', '{"y":2}']);
  });

  it("makes a whole message of a stream without content", () => {
    expect(run(chunk({}, "stop")).map((event) => event.type)).toEqual(["message_start", "message_delta", "message_stop"]);
  });

  it("gives calls and text in the order in which they came, when more calls follow the text", () => {
    const events = run(chunk(call(0, { id: "a", function: { name: "f", arguments: "{}" } })), chunk(call(1, { id: "b", function: { name: "g", arguments: "{}" } })), chunk({ content: "then" }), chunk(call(2, { id: "c", function: { name: "h", arguments: "{}" } })), chunk({}, "tool_calls"));
    expect(events.filter((event) => event.type === "content_block_start").map((event) => event.content_block?.name ?? event.content_block?.type)).toEqual(["f", "g", "text", "h"]);
  });
});
