import { describe, expect, it } from "vitest";
import { chatFromResponses } from "./chat-from-responses.ts";
import { packState } from "./responses-state.ts";

const messagesOf = (input: unknown, more: object = {}) => chatFromResponses({ model: "m", input, ...more }).request.messages;

describe("chatFromResponses", () => {
  it("reads a bare text, with instructions in front", () => {
    expect(messagesOf("Hi", { instructions: "Be brief." })).toEqual([{ role: "system", content: "Be brief." }, { role: "user", content: "Hi" }]);
  });

  it("joins the items of one turn of the assistant, so that every call is answered right behind it", () => {
    expect(messagesOf([
      { role: "user", content: [{ type: "input_text", text: "Weather?" }] },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Let me see." }] },
      { type: "function_call", call_id: "c1", name: "weather", arguments: '{"city":"Oslo"}' },
      { type: "function_call", call_id: "c2", name: "weather", arguments: '{"city":"Rome"}' },
      { type: "function_call_output", call_id: "c1", output: "12" },
      { type: "function_call_output", call_id: "c2", output: [{ type: "input_text", text: "20" }, { type: "input_image", image_url: "data:image/png;base64,AA==" }] },
    ])).toEqual([
      { role: "user", content: "Weather?" },
      { role: "assistant", content: "Let me see.", tool_calls: [{ id: "c1", type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } }, { id: "c2", type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } }] },
      { role: "tool", tool_call_id: "c1", content: "12" },
      { role: "tool", tool_call_id: "c2", content: "20" },
      { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }] },
    ]);
  });

  it("gives every model its own state back: OpenAI's as it is, another family's unpacked, a call's at its call", () => {
    const thinking = { type: "reasoning.text", text: "hm", signature: "sig", format: "anthropic-claude-v1", index: 0 };
    const signature = { google: { thought_signature: "g" } };
    const [, assistant] = messagesOf([
      { role: "user", content: "x" },
      { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAAA" },
      { type: "reasoning", id: "rs_2", summary: [], encrypted_content: packState({ details: [thinking], calls: { c1: signature } }) },
      { type: "function_call", call_id: "c1", name: "f", arguments: "{}" },
    ]);
    expect(assistant?.reasoning_details).toEqual([{ type: "reasoning.encrypted", data: "gAAAA", id: "rs_1", format: "openai-responses-v1" }, thinking]);
    expect(assistant?.tool_calls?.[0]?.extra_content).toEqual(signature);
  });

  it("goes on without reasoning that a client only refers to, and says so", () => {
    const { request, losses } = chatFromResponses({ model: "m", input: [{ role: "user", content: "x" }, { type: "item_reference", id: "rs_1" }, { type: "function_call", call_id: "c1", name: "f", arguments: "{}" }, { type: "function_call_output", call_id: "c1", output: "y" }] });
    expect(request.messages.map((message) => message.role)).toEqual(["user", "assistant", "tool"]);
    expect(losses).toEqual(["dropped:input.reasoning"]);
  });

  it("emulates free-text tools, and reports what no other provider can run", () => {
    const { request, losses } = chatFromResponses({
      model: "m", input: "x", tools: [{ type: "custom", name: "apply_patch", description: "Edits." }, { type: "web_search" }, { type: "function", name: "f", parameters: { type: "object" }, strict: true }], tool_choice: { type: "web_search" }, truncation: "auto", text: { verbosity: "low" },
    });
    expect(request.tools?.map((tool) => tool.function?.name)).toEqual(["apply_patch", "f"]);
    expect(losses).toEqual(["dropped:truncation", "dropped:text.verbosity", "emulated:tools.custom", "dropped:tools.web_search", "dropped:tool_choice"]);
  });

  it("carries the form of the answer, the effort and the limit", () => {
    expect(chatFromResponses({ model: "m", input: "x", text: { format: { type: "json_schema", name: "n", schema: { type: "object" }, strict: true } }, reasoning: { effort: "low", summary: "auto" }, max_output_tokens: 50 })).toMatchObject({
      request: { response_format: { type: "json_schema", json_schema: { name: "n", schema: { type: "object" }, strict: true } }, reasoning_effort: "low", max_completion_tokens: 50 }, losses: [],
    });
  });

  it.each([
    [[], "input"], [[7], "input[0]"], [[{ role: "user" }], "input[0].content"], [[{ role: "robot", content: "x" }], "input[0].role"], [[{ type: "item_reference", id: "msg_1" }], "input[0]"], [[{ type: "function_call_output", output: "x" }], "input[0].call_id"],
  ])("names the place of what is wrong in %j", (input, param) => {
    expect(() => messagesOf(input)).toThrow(expect.objectContaining({ param }) as Error);
  });
});
