import { expect, it } from "vitest";
import { continuesText } from "./continues-text.ts";

it("only who is documented to go on from a beginning is asked to: Claude up to 4.5, and Groq", () => {
  expect(["anthropic/claude-haiku-4.5", "anthropic/claude-sonnet-4", "anthropic/claude-3.5-haiku", "anthropic/claude-opus-4.1"].map((model) => continuesText("anthropic", model))).toEqual([true, true, true, true]);
  expect(["anthropic/claude-opus-4.6", "anthropic/claude-sonnet-5"].map((model) => continuesText("anthropic", model))).toEqual([false, false]);
  expect([continuesText("groq", "x/y"), continuesText("openai", "openai/gpt-5"), continuesText("gemini", "google/gemini-2.5-flash")]).toEqual([true, false, false]);
});
