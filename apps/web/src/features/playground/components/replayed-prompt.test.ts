import { describe, expect, it } from "vitest";
import { replayedPrompt } from "./replayed-prompt.ts";

describe("a stored request is asked again with its instructions and the user's last words", () => {
  it.each([
    ["Chat Completions", { messages: [{ role: "system", content: "Be brief" }, { role: "user", content: "One" }, { role: "assistant", content: "1" }, { role: "user", content: [{ type: "text", text: "Two" }, { type: "image_url", image_url: { url: "data:" } }] }] }],
    ["Messages", { system: [{ type: "text", text: "Be brief" }], messages: [{ role: "user", content: "Two" }] }],
    ["Responses", { instructions: "Be brief", input: [{ role: "user", content: [{ type: "input_text", text: "Two" }] }] }],
    ["Responses, plain", { instructions: "Be brief", input: "Two" }],
  ])("%s", (_name, body) => {
    expect(replayedPrompt(JSON.stringify(body))).toEqual({ system: "Be brief", user: "Two" });
  });
  it.each(["", "text", "[]", "{}", JSON.stringify({ messages: [{ role: "assistant", content: "1" }] })])("%s gives nothing", (request) => {
    expect(replayedPrompt(request)).toBeNull();
  });
});
