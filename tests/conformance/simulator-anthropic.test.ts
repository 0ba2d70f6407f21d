import Anthropic from "@anthropic-ai/sdk";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Simulator } from "@trunkline/testkit/simulator";
import { createSimulator } from "@trunkline/testkit/simulator";

let simulator: Simulator;
let client: Anthropic;

beforeAll(async () => {
  simulator = await createSimulator({ port: 0 });
  client = new Anthropic({ apiKey: "any", baseURL: `${simulator.url}/anthropic`, maxRetries: 0, logLevel: "off" });
});
afterEach(() => simulator.clearJournal());
afterAll(() => simulator.close());

const simulate = (order: string): { headers: Record<string, string> } => ({ headers: { "x-simulate": order } });
const BASE: Anthropic.MessageCreateParamsNonStreaming = { model: "claude-sonnet-4-5", max_tokens: 500, messages: [{ role: "user", content: "Say hello to Zürich ☕" }] };
const WEATHER: Anthropic.Tool = { name: "get_weather", input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } };

describe("plain answers", () => {
  it("answers in text, with tokens counted from that text", async () => {
    const message = await client.messages.create(BASE);
    const [block] = message.content;
    expect(message.stop_reason).toBe("end_turn");
    expect(block?.type === "text" && block.text).toContain("Zürich ☕");
    expect(message.usage.output_tokens).toBe(Math.ceil(Buffer.byteLength(block?.type === "text" ? block.text : "") / 4));
  });

  it("says max_tokens and stop_sequence where these ended the answer", async () => {
    expect((await client.messages.create({ ...BASE, max_tokens: 4 })).stop_reason).toBe("max_tokens");
    const stopped = await client.messages.create({ ...BASE, stop_sequences: ["END"] }, simulate("text=one END two"));
    expect(stopped).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: "END", content: [{ text: "one " }] });
  });

  it("writes to the cache at a marker and reads from it the next time", async () => {
    const marked: Anthropic.MessageCreateParamsNonStreaming = { ...BASE, system: [{ type: "text", text: "You are kind. ".repeat(20), cache_control: { type: "ephemeral" } }] };
    const [first, second] = [await client.messages.create(marked), await client.messages.create(marked)];
    expect(first.usage.cache_creation_input_tokens).toBe(70);
    expect(first.usage.cache_read_input_tokens).toBe(0);
    expect(second.usage).toMatchObject({ cache_creation_input_tokens: 0, cache_read_input_tokens: 70, input_tokens: first.usage.input_tokens });
  });

  it("refuses what the API refuses: no max_tokens, sampling on the version without it", async () => {
    await expect(client.messages.create({ ...BASE, max_tokens: 0 })).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    const refused = client.messages.create({ ...BASE, temperature: 1 }, { headers: { "anthropic-version": "2026-10-21" } });
    await expect(refused).rejects.toThrow(/temperature/);
  });

  it("counts tokens and lists models", async () => {
    const counted = await client.messages.countTokens({ model: BASE.model, messages: BASE.messages });
    expect(counted.input_tokens).toBe((await client.messages.create(BASE)).usage.input_tokens);
    expect((await client.models.list()).data[0]?.type).toBe("model");
  });
});

describe("streams", () => {
  it("sends the documented events in order, a ping among them", async () => {
    const events: string[] = [];
    const stream = await client.messages.create({ ...BASE, stream: true });
    for await (const event of stream) if (events.at(-1) !== event.type) events.push(event.type);
    expect(events).toEqual(["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"]);
    const raw = await fetch(`${simulator.url}/anthropic/v1/messages`, {
      method: "POST", headers: { "anthropic-version": "2023-06-01" }, body: JSON.stringify({ ...BASE, stream: true }),
    });
    expect(raw.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(await raw.text()).toContain(`event: ping\ndata: {"type":"ping"}\n\n`);
  });

  it("puts together to the very message of the plain answer, split writes or not", async () => {
    const plain = await client.messages.create(BASE);
    for (const options of [{}, simulate("split=utf8")]) {
      const final = await client.messages.stream({ ...BASE }, options).finalMessage();
      expect(final.content).toEqual(plain.content);
      expect(final.usage.output_tokens).toBe(plain.usage.output_tokens);
    }
  });

  it("streams thinking with a signature, then the text", async () => {
    const final = await client.messages.stream({ ...BASE, max_tokens: 4000, thinking: { type: "enabled", budget_tokens: 1024 } }).finalMessage();
    expect(final.content.map((block) => block.type)).toEqual(["thinking", "text"]);
    expect(final.content[0]?.type === "thinking" && final.content[0].signature.length).toBeGreaterThan(10);
  });

  it("streams tool input in pieces, and answers in text after the result", async () => {
    const asked = { ...BASE, messages: [{ role: "user" as const, content: "How is it in Oslo?" }], tools: [WEATHER] };
    const final = await client.messages.stream(asked).finalMessage();
    const call = final.content.find((block) => block.type === "tool_use");
    expect(final.stop_reason).toBe("tool_use");
    expect(call?.input).toEqual({ city: "Oslo" });
    const after = await client.messages.create({ ...asked, messages: [...asked.messages, { role: "assistant", content: final.content }, { role: "user", content: [{ type: "tool_result", tool_use_id: call?.id ?? "", content: "rain" }] }] });
    expect(after.stop_reason).toBe("end_turn");
  });
});

describe("faults", () => {
  it.each([
    ["status=401", Anthropic.AuthenticationError, "authentication_error"], ["status=429", Anthropic.RateLimitError, "rate_limit_error"],
    ["status=500", Anthropic.InternalServerError, "api_error"], ["status=529", Anthropic.InternalServerError, "overloaded_error"],
  ])("%s surfaces as the client's own error class with the documented type", async (order, expected, type) => {
    const error: unknown = await client.messages.create(BASE, simulate(order)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(expected);
    expect(error).toMatchObject({ error: { type: "error", error: { type } } });
  });

  it("sends an error event, first or in the middle, that the client throws", async () => {
    for (const order of ["overloaded_first", "error@20"]) {
      await expect(client.messages.stream({ ...BASE }, simulate(order)).finalMessage()).rejects.toThrow(/overloaded_error/);
    }
  });

  it("cuts a stream so that the client fails instead of taking half an answer", async () => {
    await expect(client.messages.stream({ ...BASE }, simulate("cut@40")).finalMessage()).rejects.toThrow();
    expect(simulator.journal()[0]).toMatchObject({ wire: "anthropic", outputTokensSent: 40, completed: false, usageReported: false });
  });

  it("sends a frame that is no JSON when ordered so", async () => {
    const read = async (): Promise<void> => {
      for await (const _event of await client.messages.create({ ...BASE, stream: true }, simulate("malformed@8"))) continue;
    };
    await expect(read()).rejects.toThrow();
  });

  it("leaves usage out of every event when ordered so", async () => {
    const stream = await client.messages.create({ ...BASE, stream: true }, simulate("no_usage"));
    const events: object[] = [];
    for await (const event of stream) events.push(event);
    expect(JSON.stringify(events)).not.toContain("usage");
  });
});
