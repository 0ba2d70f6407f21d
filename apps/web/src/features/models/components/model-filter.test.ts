import { describe, expect, it } from "vitest";
import type { ModelView } from "../../../server/views.ts";
import { isMatch, sorted } from "./model-filter.ts";

const provider = (name: string, input: string, output: string): ModelView["providers"][number] => ({ trains: false, retains: true, region: null, provider: name, upstreamModel: "m", inputUsdPerMillion: input, cacheReadUsdPerMillion: "0", cacheWriteUsdPerMillion: "0", outputUsdPerMillion: output, requests24h: 0, failed24h: 0, avgTtftMs: null });
const model = (id: string, more: Partial<ModelView> = {}): ModelView => ({ id, name: id, author: id.split("/")[0] ?? "", description: "", contextTokens: 1000, maxOutputTokens: 100, inputModalities: ["text"], tools: false, jsonSchema: false, reasoning: false, tier: "fast", retires: null, providers: [], ...more });
const all = { text: "", capability: "anything", provider: "" } as const;

describe("the models on show", () => {
  it("hold every word, the capability and the provider that were asked for", () => {
    const one = model("openai/gpt-5", { tools: true, inputModalities: ["text", "image"], providers: [provider("azure", "1", "2")] });
    expect(isMatch(one, { text: "GPT azure", capability: "image", provider: "azure" })).toBe(true);
    expect(isMatch(one, { ...all, text: "gpt claude" })).toBe(false);
    expect(isMatch(one, { ...all, capability: "audio" })).toBe(false);
    expect(isMatch(one, { ...all, provider: "openai" })).toBe(false);
  });

  it("begin, by name, with those that routing may choose by itself", () => {
    expect(sorted([model("01-ai/listed", { tier: "specialised" }), model("openai/gpt-5"), model("openai/o3")], "name").map((one) => one.id)).toEqual(["openai/gpt-5", "openai/o3", "01-ai/listed"]);
  });

  it("are ordered by their cheapest provider, those that nobody sells last, equal ones as in the catalogue", () => {
    const models = [model("a/none"), model("a/dear", { providers: [provider("x", "9", "9"), provider("y", "3", "3")] }), model("b/none"), model("a/cheap", { providers: [provider("x", "2", "20")] })];
    expect(sorted(models, "input price").map((one) => one.id)).toEqual(["a/cheap", "a/dear", "a/none", "b/none"]);
    expect(sorted(models, "output price").map((one) => one.id)).toEqual(["a/dear", "a/cheap", "a/none", "b/none"]);
    expect(sorted([model("s"), model("l", { contextTokens: 9000 })], "context").map((one) => one.id)).toEqual(["l", "s"]);
  });
});
