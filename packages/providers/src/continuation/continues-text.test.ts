import { expect, it } from "vitest";
import { continuing } from "./continues-text.ts";

const isAsked = (provider: string) => (model: string): boolean => continuing(provider, model) !== null;

it("only who is documented to go on from a beginning is asked to: Claude up to 4.5, Groq, Mistral and Moonshot", () => {
  expect(["anthropic/claude-haiku-4.5", "anthropic/claude-sonnet-4", "anthropic/claude-3.5-haiku", "anthropic/claude-opus-4.1"].map(isAsked("anthropic"))).toEqual([true, true, true, true]);
  expect(["anthropic/claude-opus-4.6", "anthropic/claude-sonnet-5"].map(isAsked("anthropic"))).toEqual([false, false]);
  expect([isAsked("groq")("x/y"), isAsked("openai")("openai/gpt-5"), isAsked("gemini")("google/gemini-2.5-flash")]).toEqual([true, false, false]);
  expect(["mistralai/mistral-small", "mistralai/codestral", "mistralai/magistral-medium"].map(isAsked("mistral"))).toEqual([true, true, false]);
  expect(["moonshotai/kimi-k2-0905-preview", "moonshotai/kimi-k2-turbo-preview", "moonshotai/kimi-k2.5", "moonshotai/moonshot-v1-8k", "moonshotai/kimi-k2-thinking", "moonshotai/kimi-k2-thinking-turbo", "moonshotai/kimi-k3"].map(isAsked("moonshot"))).toEqual([true, true, true, true, false, false, false]);
});

it("a beginning is marked as each of them reads it, and who gives it back is known", () => {
  expect(continuing("mistral", "mistralai/mistral-small")).toMatchObject({ mark: { prefix: true }, repeats: true });
  expect(continuing("moonshot", "moonshotai/kimi-k2.5")).toMatchObject({ mark: { partial: true }, repeats: false });
});
