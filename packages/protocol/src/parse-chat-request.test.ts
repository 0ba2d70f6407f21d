import { describe, expect, it } from "vitest";
import { chatFromMessages } from "./chat-from-messages.ts";
import { CHAT_TOOLS_MAX, parseChatRequest } from "./parse-chat-request.ts";

const OK = [{ role: "user", content: "hi" }];

describe("parseChatRequest", () => {
  it("keeps unknown fields and unknown tool types", () => {
    const body = { model: "m", messages: OK, x_unknown: 1, tools: [{ type: "web_search" }] };
    expect(parseChatRequest(body)).toEqual(body);
  });

  it.each<[Record<string, unknown>, string]>([
    [{}, "messages"], [{ messages: [] }, "messages"], [{ messages: {} }, "messages"], [{ messages: [1] }, "messages[0]"], [{ messages: [{ role: "robot" }] }, "messages[0].role"],
    [{ messages: [{ role: "user", content: 5 }] }, "messages[0].content"], [{ messages: [{ role: "user", content: [{ text: "x" }] }] }, "messages[0].content[0]"],
    [{ messages: [{ role: "user", content: [{ type: "image_url", image_url: "x" }] }] }, "messages[0].content[0].image_url.url"],
    [{ messages: [{ role: "tool", content: "x" }] }, "messages[0].tool_call_id"], [{ messages: [{ role: "assistant", tool_calls: [{ id: "a" }] }] }, "messages[0].tool_calls[0].function.name"],
    [{ messages: OK, max_tokens: "100" }, "max_tokens"], [{ messages: OK, max_tokens: 0 }, "max_tokens"], [{ messages: OK, n: 1.5 }, "n"], [{ messages: OK, temperature: "hot" }, "temperature"], [{ messages: OK, stream: "yes" }, "stream"],
    [{ messages: OK, tools: {} }, "tools"], [{ messages: OK, tools: Array.from({ length: CHAT_TOOLS_MAX + 1 }, () => ({ type: "x" })) }, "tools"], [{ messages: OK, tools: [{ type: "function" }] }, "tools[0].function.name"],
    [{ messages: OK, stop: 5 }, "stop"], [{ messages: OK, response_format: "json" }, "response_format"], [{ messages: OK, response_format: { type: "json_schema" } }, "response_format.json_schema"],
  ])("names the path of what is wrong in %j", (body, param) => {
    expect(() => parseChatRequest(body)).toThrow(expect.objectContaining({ name: "InvalidRequestError", param }) as Error);
  });

  it("echoes no input text in its message", () => {
    expect(() => parseChatRequest({ messages: [{ role: "secret-prompt" }] })).toThrow(/^(?!.*secret-prompt)/);
  });
});

describe("chatFromMessages", () => {
  it.each<[Record<string, unknown>, string]>([
    [{}, "messages"], [{ messages: [] }, "messages"], [{ messages: [{ role: "tool", content: "x" }] }, "messages[0].role"], [{ messages: [{ role: "user" }] }, "messages[0].content"], [{ messages: [{ role: "user", content: ["x"] }] }, "messages[0].content[0]"],
  ])("names the path of what is wrong in %j", (body, param) => {
    expect(() => chatFromMessages(body)).toThrow(expect.objectContaining({ name: "InvalidRequestError", param }) as Error);
  });

  it("asks for a JSON answer where the Messages body does", () => {
    expect(chatFromMessages({ messages: OK, output_config: { format: { type: "json_schema", schema: { type: "object" } } } }).response_format).toMatchObject({ type: "json_schema", json_schema: { schema: { type: "object" } } });
  });
});
