import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Simulator } from "@trunkline/testkit/simulator";
import { createSimulator } from "@trunkline/testkit/simulator";

let simulator: Simulator;
let client: OpenAI;
beforeAll(async () => {
  simulator = await createSimulator({ port: 0 });
  client = new OpenAI({ apiKey: "x", baseURL: `${simulator.url}/openai/v1`, maxRetries: 0 });
});
afterAll(() => simulator.close());

describe("the simulator's Responses wire, read by the official client", () => {
  it("answers plain and streamed alike, with usage", async () => {
    const plain = await client.responses.create({ model: "gpt-5-mini", input: "Say hello to Zürich ☕", reasoning: { effort: "low" } });
    const streamed = await client.responses.stream({ model: "gpt-5-mini", input: "Say hello to Zürich ☕", reasoning: { effort: "low" } }).finalResponse();
    expect(plain.output_text).toContain("Zürich ☕");
    expect([streamed.output_text, streamed.usage]).toEqual([plain.output_text, plain.usage]);
    expect(plain.output.map((item) => item.type)).toEqual(["reasoning", "message"]);
  });

  it("calls a function, and knows no item that it was not sent", async () => {
    const tools: OpenAI.Responses.Tool[] = [{ type: "function", name: "weather", strict: false, parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } }];
    const { output } = await client.responses.create({ model: "gpt-5-mini", input: "Weather in Oslo?", tools, tool_choice: "required" });
    expect(output[0]).toMatchObject({ type: "function_call", name: "weather", arguments: '{"city":"Oslo"}' });
    await expect(client.responses.create({ model: "gpt-5-mini", input: [{ type: "item_reference", id: "msg_1" }] })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});
