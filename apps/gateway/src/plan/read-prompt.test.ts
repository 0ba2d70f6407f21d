import { expect, it } from "vitest";
import { readPrompt } from "./read-prompt.ts";

it("reads the caller's last words of every inbound wire", () => {
  const turns = [{ role: "user", content: "first" }, { role: "assistant", content: "answer" }, { role: "user", content: [{ type: "text", text: "look" }, { type: "image_url" }, { type: "text", text: "here" }] }];
  expect(readPrompt({ messages: turns })).toBe("look\nhere");
  expect(readPrompt({ input: "hello" })).toBe("hello");
  expect(readPrompt({ input: [{ role: "user", content: [{ type: "input_text", text: "hi" }] }] })).toBe("hi");
});

it("passes over a last turn that holds only a tool's result, and has nothing where nobody spoke", () => {
  expect(readPrompt({ messages: [{ role: "user", content: "do it" }, { role: "user", content: [{ type: "tool_result", tool_use_id: "1" }] }] })).toBe("do it");
  expect(readPrompt({ messages: [{ role: "system", content: "x" }] })).toBe("");
  expect(readPrompt({ messages: "broken", input: 7 })).toBe("");
});
