import { ZERO_USAGE } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { continuedCall } from "./continued-call.ts";
import { ChatWire } from "./chat-wire.ts";
import { MessagesWire } from "./messages-wire.ts";
import { Seam } from "./wire.ts";

const bytes = (...events: readonly object[]): Uint8Array => Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));
const chunk = (delta: object, more: object = {}): object => ({ id: "b", created: 2, model: "m2", choices: [{ index: 0, delta, finish_reason: null, ...more }] });

describe("two answers joined on one wire", () => {
  it("deliver white space once, however the second answer is cut", () => {
    const joined = (first: string, second: readonly string[]): string => { const seam = new Seam(first, false); return first + second.map((part) => seam.strip(part)).join(""); };
    expect(joined("one \n", [" \n", "two"])).toBe("one \ntwo");
    expect(joined("one \n", [" ", "\ntwo"])).toBe("one \ntwo");
    expect(joined("one ", ["two"])).toBe("one two");
    expect(joined("one", [" two"])).toBe("one two");
  });
  it("deliver a text that the second gives back once, however it is cut, and lose nothing where it did not", () => {
    const joined = (first: string, second: readonly string[]): string => { const seam = new Seam(first, true); return first + second.map((part) => seam.strip(part)).join(""); };
    for (let cut = 0; cut <= 11; cut++) { const whole = "one two thr"; expect(joined("one two ", [whole.slice(0, cut), whole.slice(cut)])).toBe("one two thr"); }
    expect(joined("one two", ["one", " more"])).toBe("one twoone more");
    expect(joined("one two", [" three"])).toBe("one two three");
    expect(joined("one", ["one", "one"])).toBe("oneone");
  });
  it("go on under the first's id at every split of the second", () => {
    const second = Buffer.concat([bytes(chunk({ role: "assistant", content: "" }), chunk({ content: "wo" }), chunk({}, { finish_reason: "stop" })), Buffer.from("data: [DONE]\n\n")]);
    for (let cut = 0; cut <= second.length; cut++) {
      const wire = new ChatWire();
      wire.see(bytes({ id: "a", created: 1, choices: [{ index: 0, delta: { role: "assistant", content: "t" } }] }));
      wire.broke(ZERO_USAGE, false);
      const text = Buffer.concat([wire.rewrite(second.subarray(0, cut)), wire.rewrite(second.subarray(cut))]).toString();
      expect(text).toBe(`data: ${JSON.stringify({ id: "a", created: 1, model: "m2", choices: [{ index: 0, delta: { content: "wo" }, finish_reason: null }] })}\n\ndata: ${JSON.stringify({ id: "a", created: 1, model: "m2", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`);
    }
  });
  it("are not joined where the first is in the midst of a tool call or of a thought", () => {
    const chat = new ChatWire();
    chat.see(bytes(chunk({ tool_calls: [{ index: 0 }] })));
    const messages = new MessagesWire();
    messages.see(bytes({ type: "content_block_start", index: 0, content_block: { type: "thinking" } }));
    expect([chat.text, messages.text]).toEqual([null, null]);
  });
  it("leave out what the second provider thought, and number its text as the caller knows it", () => {
    const wire = new MessagesWire();
    wire.see(bytes({ type: "content_block_start", index: 0, content_block: { type: "text" } }, { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "one" } }));
    wire.broke({ ...ZERO_USAGE, outputTokens: 1 }, false);
    const out = Buffer.from(wire.rewrite(bytes(
      { type: "message_start" }, { type: "content_block_start", index: 0, content_block: { type: "thinking" } }, { type: "content_block_delta", index: 0, delta: { type: "thinking_delta" } }, { type: "content_block_stop", index: 0 },
      { type: "content_block_start", index: 1, content_block: { type: "text" } }, { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: " two" } }, { type: "content_block_stop", index: 1 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 4 } }, { type: "message_stop" },
    ))).toString();
    expect(out.split("\n").filter((line) => line.startsWith("data: ")).map((line) => JSON.parse(line.slice(6)) as unknown)).toEqual([
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: " two" } }, { type: "content_block_stop", index: 0 }, { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } }, { type: "message_stop" },
    ]);
  });
});

it("the call for the rest ends in the assistant's text without white space at its end, and asks for what is left of the limit", () => {
  const call = { raw: new Uint8Array(), inbound: "chat_completions" as const, stream: true, wantsUsageChunk: false, body: { model: "m", messages: [{ role: "user", content: "?" }], max_tokens: 100 }, hub: () => { throw new Error("unused"); }, requestId: "r", createdAtSeconds: 0 };
  const made = continuedCall(call, "one two \n");
  expect(made.body).toEqual({ model: "m", messages: [{ role: "user", content: "?" }, { role: "assistant", content: "one two" }], max_tokens: 97 });
  expect(JSON.parse(Buffer.from(made.raw).toString())).toEqual(made.body);
  expect(call.body["messages"]).toHaveLength(1);
});

it("the beginning carries the mark that the next provider reads, on the Chat wire and in what is translated to it, and nowhere else", () => {
  const call = (inbound: "chat_completions" | "messages" | "responses", body: Readonly<Record<string, unknown>>) => ({ raw: new Uint8Array(), inbound, stream: true, wantsUsageChunk: true, body, hub: () => ({ model: "m", messages: [{ role: "user" as const, content: "?" }] }), requestId: "r", createdAtSeconds: 0 });
  const asked = { model: "m", max_tokens: 100, messages: [{ role: "user", content: "?" }] };
  const [chat, messages, responses] = [continuedCall(call("chat_completions", asked), "one ", { prefix: true }), continuedCall(call("messages", asked), "one ", { prefix: true }), continuedCall(call("responses", { model: "m", input: "?" }), "one ", { prefix: true })];
  const beginning = { role: "assistant", content: "one", prefix: true };
  expect([(chat.body["messages"] as unknown[]).at(-1), chat.hub().messages.at(-1), messages.hub().messages.at(-1), responses.hub().messages.at(-1)]).toEqual([beginning, beginning, beginning, beginning]);
  expect([(messages.body["messages"] as unknown[]).at(-1), (responses.body["input"] as unknown[]).at(-1)]).toEqual([{ role: "assistant", content: "one" }, { role: "assistant", content: "one" }]);
});
