import { CohereClientV2, CohereError } from "cohere-ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Simulator } from "@trunkline/testkit/simulator";
import { createSimulator } from "@trunkline/testkit/simulator";

let simulator: Simulator;
let client: CohereClientV2;

beforeAll(async () => {
  simulator = await createSimulator({ port: 0 });
  client = new CohereClientV2({ token: "any", environment: `${simulator.url}/cohere`, maxRetries: 0 });
});
afterAll(() => simulator.close());

type Request = Parameters<CohereClientV2["chat"]>[0];
const ask = (content: string, more: Partial<Request> = {}): Request => ({ model: "command-a-03-2025", messages: [{ role: "user", content }], ...more });
const simulate = (order: string) => ({ maxRetries: 0, headers: { "x-simulate": order } });
const WEATHER = { type: "function" as const, function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } } };

interface Read { text: string; thinking: string; tool: string; finish: string | undefined; billed: unknown }

async function streamed(request: Request, options = {}): Promise<Read> {
  const read: Read = { text: "", thinking: "", tool: "", finish: undefined, billed: undefined };
  for await (const event of await client.chatStream(request, { maxRetries: 0, ...options })) {
    if (event.type === "content-delta") {
      read.text += event.delta?.message?.content?.text ?? "";
      read.thinking += event.delta?.message?.content?.thinking ?? "";
    }
    if (event.type === "tool-call-delta") read.tool += event.delta?.message?.toolCalls?.function?.arguments ?? "";
    if (event.type === "message-end") {
      read.finish = event.delta?.finishReason;
      read.billed = event.delta?.usage?.billedUnits;
    }
  }
  return read;
}

describe("v2 chat through Cohere's own client", () => {
  it("streams the very text, finish and billed units of the plain answer", async () => {
    const plain = await client.chat(ask("Say hello to Zürich ☕"));
    const read = await streamed(ask("Say hello to Zürich ☕"));
    const [content] = plain.message.content ?? [];
    expect(content).toMatchObject({ type: "text", text: read.text });
    expect(read.text).toContain("Zürich ☕");
    expect([read.finish, plain.finishReason]).toEqual(["COMPLETE", "COMPLETE"]);
    expect(read.billed).toEqual(plain.usage?.billedUnits);
    expect(plain.usage?.tokens?.inputTokens).toBeGreaterThan(plain.usage?.billedUnits?.inputTokens ?? Number.NaN);
    expect(simulator.journal().at(-1)).toMatchObject({ provider: "cohere", wire: "cohere", model: "command-a-03-2025", completed: true });
  });

  it("calls a tool in pieces that join to its arguments, thinks, and answers once the result is there", async () => {
    const request = ask("How is the weather in Oslo?", { tools: [WEATHER], thinking: { type: "enabled" } });
    const read = await streamed(request);
    expect(JSON.parse(read.tool)).toEqual({ city: "Oslo" });
    expect(read.thinking).not.toBe("");
    const called = await client.chat(request);
    expect(called.finishReason).toBe("TOOL_CALL");
    const [call] = called.message.toolCalls ?? [];
    const answered = await client.chat({ ...request, messages: [...request.messages, { role: "assistant", toolCalls: call ? [call] : [] }, { role: "tool", toolCallId: call?.id ?? "", content: "rain" }] });
    expect(answered.finishReason).toBe("COMPLETE");
  });

  it("answers JSON by a schema, ends with MAX_TOKENS, and fails in Cohere's shape", async () => {
    const json = await client.chat(ask("x", { responseFormat: { type: "json_object", jsonSchema: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] } } }));
    const [content] = json.message.content ?? [];
    expect(JSON.parse(content?.type === "text" ? content.text : "")).toEqual({ ok: true });
    expect((await streamed(ask("hi", { maxTokens: 3 }))).finish).toBe("MAX_TOKENS");
    const refused = client.chat(ask("hi"), simulate("status=429"));
    await expect(refused).rejects.toBeInstanceOf(CohereError);
    await expect(refused).rejects.toMatchObject({ statusCode: 429 });
    expect((await streamed(ask("hi"), simulate("error@8"))).finish).toBe("ERROR");
    await expect(streamed(ask("hi"), simulate("cut@8"))).rejects.toThrow();
  });
});
