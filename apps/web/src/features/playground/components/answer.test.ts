import { describe, expect, it } from "vitest";
import { addFrame, errorText } from "./answer.ts";
import { NOTHING_YET } from "./run.ts";

const heard = (...frames: unknown[]) => frames.reduce(addFrame, NOTHING_YET) as typeof NOTHING_YET;
const delta = (part: object, finish: string | null = null) => ({ choices: [{ delta: part, finish_reason: finish }] });

describe("an answer in the playground", () => {
  it("adds text, reasoning under either name, and the reason of its end", () => {
    expect(heard(delta({ reasoning: "Hm" }), delta({ reasoning_content: "m." }), delta({ content: "Hel" }), delta({ content: "lo" }), delta({}, "stop"))).toMatchObject({ reasoning: "Hmm.", text: "Hello", finishReason: "stop", error: null });
  });

  it("joins the pieces of tool calls that arrive by turns", () => {
    const call = (index: number, name: string | undefined, text: string) => delta({ tool_calls: [{ index, function: { ...(name ? { name } : {}), arguments: text } }] });
    expect(heard(call(0, "a", ""), call(1, "b", "{"), call(0, undefined, "{}"), call(1, undefined, "}")).toolCalls).toEqual([{ name: "a", arguments: "{}" }, { name: "b", arguments: "{}" }]);
  });

  it("reads tokens and the cost from the frame without choices, and writes small costs out", () => {
    expect(heard({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3, cost: 1e-7, completion_tokens_details: { reasoning_tokens: 1 }, prompt_tokens_details: { cached_tokens: 4 } } }).usage).toEqual({ inputTokens: 12, outputTokens: 3, reasoningTokens: 1, cachedTokens: 4, costUsd: "0.0000001" });
  });

  it("keeps what was heard when the stream breaks off, and says why", () => {
    expect(heard(delta({ content: "Half" }), { error: { message: "The provider went away.", code: "upstream.failed" } })).toMatchObject({ text: "Half", error: "upstream.failed: The provider went away." });
  });

  it("reads the dashboard's own refusals too", () => {
    expect(errorText({ title: "Not allowed", detail: "Your role may not." })).toBe("Your role may not.");
    expect(errorText("nonsense")).toBeNull();
  });
});
