import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { Exchange } from "../stages.ts";
import { readEmbeddings } from "./embeddings.ts";

const exchange: Exchange = { requestId: "req_1", receivedAtMs: 0, headers: {}, response: {} as ServerResponse, answerHeaders: [], callerGone: false, onCallerGone: () => undefined };
const factsOf = (body: Readonly<Record<string, unknown>>) => readEmbeddings(exchange, { raw: Buffer.from(JSON.stringify(body)), body }).facts;

describe("readEmbeddings", () => {
  it.each([["four"], [["four", "more"]], [[1, 2, 3]], [[[1, 2], [3]]]] as const)("never counts fewer input tokens than %j can have", (input) => {
    const facts = factsOf({ model: "openai/text-embedding-3-small", input });
    expect(facts.inputTokensMax).toBeGreaterThanOrEqual([input].flat(3).reduce<number>((sum, item) => sum + (typeof item === "number" ? 1 : item.length), 0));
    expect(facts).toMatchObject({ needs: ["embedding"], maxOutputTokens: 0 });
  });

  it("lets nobody else choose the model, because vectors of two models cannot be compared", () => {
    expect(() => factsOf({ model: "auto", input: "x" })).toThrow(/name one embedding model/);
    expect(factsOf({ model: "a/b", models: ["c/d"], routing_preset: "cost", input: "x" }).choice).toEqual({ names: ["a/b"], preset: null });
  });

  it.each([{ input: "x" }, { model: "a/b" }, { model: "a/b", input: [] }, { model: "a/b", input: [{}] }, { model: "a/b", input: "x", dimensions: 0 }])("refuses %j", (body) => {
    expect(() => factsOf(body)).toThrow(expect.objectContaining({ code: "caller.invalid_request" }) as Error);
  });
});
