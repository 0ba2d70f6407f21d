import { ApiError, FunctionCallingConfigMode, GoogleGenAI } from "@google/genai";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Simulator } from "@trunkline/testkit/simulator";
import { createSimulator } from "@trunkline/testkit/simulator";

let simulator: Simulator;
let client: GoogleGenAI;
const clientOf = (headers: Record<string, string> = {}): GoogleGenAI => new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: `${simulator.url}/gemini`, headers } });

beforeAll(async () => {
  simulator = await createSimulator({ port: 0 });
  client = clientOf();
});
afterAll(() => simulator.close());

const model = "gemini-2.5-flash";

it("streams to Google's own client the very text and usage of the plain answer", async () => {
  const plain = await client.models.generateContent({ model, contents: "Say hello to Zürich ☕" });
  let text = "";
  let usage: unknown;
  for await (const chunk of await client.models.generateContentStream({ model, contents: "Say hello to Zürich ☕" })) {
    text += chunk.text ?? "";
    usage = chunk.usageMetadata;
  }
  expect(text).toBe(plain.text);
  expect(text).toContain("Zürich ☕");
  expect(usage).toEqual(plain.usageMetadata);
});

it("calls a function that Google's own client reads, and fails as its error", async () => {
  const config = { tools: [{ functionDeclarations: [{ name: "weather", parametersJsonSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } }] }], toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } } };
  const called = await client.models.generateContent({ model, contents: "How is the weather in Oslo?", config });
  expect(called.functionCalls?.[0]).toMatchObject({ name: "weather", args: { city: "Oslo" } });
  const refused = clientOf({ "x-simulate": "status=429" }).models.generateContent({ model, contents: "hi" });
  await expect(refused).rejects.toBeInstanceOf(ApiError);
  await expect(refused).rejects.toMatchObject({ status: 429 });
});
