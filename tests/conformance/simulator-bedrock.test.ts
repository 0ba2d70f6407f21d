import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, InvokeModelCommand, InvokeModelWithResponseStreamCommand, type ContentBlockDelta, type ConverseCommandInput, type ConverseStreamOutput } from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Simulator } from "@trunkline/testkit/simulator";
import { createSimulator } from "@trunkline/testkit/simulator";

let simulator: Simulator;
let client: BedrockRuntimeClient;

function clientOf(provider: string, order?: string): BedrockRuntimeClient {
  // The client's own default is HTTP/2, which the service offers and the simulator does not.
  const made = new BedrockRuntimeClient({ requestHandler: new NodeHttpHandler(), endpoint: `${simulator.url}/${provider}`, region: "us-east-1", credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" }, maxAttempts: 1 });
  if (order !== undefined) {
    made.middlewareStack.add((next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers["x-simulate"] = order;
      return next(args);
    }, { step: "build" });
  }
  return made;
}

beforeAll(async () => {
  simulator = await createSimulator({ port: 0 });
  client = clientOf("bedrock");
});
afterAll(() => simulator.close());

const MODEL = "anthropic.claude-3-5-sonnet-20241022-v2:0";
const ask = (text: string, more: Partial<ConverseCommandInput> = {}): ConverseCommandInput => ({ modelId: MODEL, messages: [{ role: "user", content: [{ text }] }], ...more });
const WEATHER = { toolSpec: { name: "weather", inputSchema: { json: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } } } };

async function streamed(input: ConverseCommandInput, from = client): Promise<ConverseStreamOutput[]> {
  const events: ConverseStreamOutput[] = [];
  const { stream } = await from.send(new ConverseStreamCommand(input));
  for await (const event of stream ?? []) events.push(event);
  return events;
}
const deltas = (events: readonly ConverseStreamOutput[]): ContentBlockDelta[] => events.flatMap((event) => event.contentBlockDelta?.delta ?? []);

describe("Converse through AWS's own client", () => {
  it("streams in binary messages the very text, stop reason and usage of the plain answer", async () => {
    const plain = await client.send(new ConverseCommand(ask("Say hello to Zürich ☕")));
    const events = await streamed(ask("Say hello to Zürich ☕"));
    const text = deltas(events).map((delta) => delta.text ?? "").join("");
    expect(text).toContain("Zürich ☕");
    expect(plain.output?.message?.content?.[0]?.text).toBe(text);
    expect(events.find((event) => event.messageStop)?.messageStop?.stopReason).toBe("end_turn");
    expect(events.at(-1)?.metadata?.usage).toEqual(plain.usage);
    expect(plain.stopReason).toBe("end_turn");
    expect(simulator.journal().at(-1)).toMatchObject({ provider: "bedrock", wire: "bedrock", model: MODEL, completed: true });
  });

  it("calls a tool in pieces that join to its input, thinks with a signature, and answers once the result is there", async () => {
    const toolConfig = { tools: [WEATHER] };
    const input = ask("How is the weather in Oslo?", { toolConfig, additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 1024 } } });
    const events = await streamed(input);
    const start = events.find((event) => event.contentBlockStart)?.contentBlockStart?.start?.toolUse;
    expect(start?.name).toBe("weather");
    expect(JSON.parse(deltas(events).map((delta) => delta.toolUse?.input ?? "").join(""))).toEqual({ city: "Oslo" });
    expect(deltas(events).some((delta) => delta.reasoningContent?.signature !== undefined)).toBe(true);
    const called = await client.send(new ConverseCommand(input));
    expect(called.stopReason).toBe("tool_use");
    const toolUseId = called.output?.message?.content?.find((block) => block.toolUse)?.toolUse?.toolUseId ?? "";
    const answered = await client.send(new ConverseCommand({ ...input, messages: [...(input.messages ?? []), { role: "assistant", content: called.output?.message?.content }, { role: "user", content: [{ toolResult: { toolUseId, content: [{ text: "rain" }] } }] }] }));
    expect(answered.stopReason).toBe("end_turn");
  });

  it("ends with max_tokens, and refuses as the service does", async () => {
    expect((await client.send(new ConverseCommand(ask("hi", { inferenceConfig: { maxTokens: 3 } })))).stopReason).toBe("max_tokens");
    await expect(client.send(new ConverseCommand(ask("hi", { messages: [] })))).rejects.toMatchObject({ name: "ValidationException" });
    await expect(clientOf("bedrock", "status=429").send(new ConverseCommand(ask("hi")))).rejects.toMatchObject({ name: "ThrottlingException" });
    await expect(clientOf("bedrock", "status=503").send(new ConverseCommand(ask("hi")))).rejects.toMatchObject({ name: "ServiceUnavailableException" });
  });

  it("fails inside the stream as an exception, as a damaged message and as a cut", async () => {
    await expect(streamed(ask("hi"), clientOf("bedrock", "error@8"))).rejects.toMatchObject({ name: "ServiceUnavailableException" });
    await expect(streamed(ask("hi"), clientOf("bedrock", "malformed@8"))).rejects.toThrow(/checksum/i);
    await expect(streamed(ask("hi"), clientOf("bedrock", "cut@8"))).rejects.toThrow();
    expect(simulator.journal().at(-1)).toMatchObject({ wire: "bedrock", outputTokensSent: 8, completed: false });
  });
});

describe("Claude by InvokeModel through AWS's own client", () => {
  const body = JSON.stringify({ anthropic_version: "bedrock-2023-05-31", max_tokens: 200, messages: [{ role: "user", content: "Say hello to Zürich ☕" }] });

  it("answers in Anthropic's wire, and streams its events in chunks", async () => {
    const claude = clientOf("bedrock-anthropic");
    const plain = JSON.parse(Buffer.from((await claude.send(new InvokeModelCommand({ modelId: MODEL, body }))).body).toString()) as { content: { text: string }[] };
    const { body: stream } = await claude.send(new InvokeModelWithResponseStreamCommand({ modelId: MODEL, body }));
    const events: { type: string; delta?: { text?: string } }[] = [];
    for await (const event of stream ?? []) events.push(JSON.parse(Buffer.from(event.chunk?.bytes ?? []).toString()) as { type: string });
    expect(events.map((event) => event.delta?.text ?? "").join("")).toBe(plain.content[0]?.text);
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(["message_start", "message_stop"]);
  });

  it("refuses a body that names the model or another version", async () => {
    const send = (more: object) => clientOf("bedrock-anthropic").send(new InvokeModelCommand({ modelId: MODEL, body: JSON.stringify({ ...(JSON.parse(body) as object), ...more }) }));
    await expect(send({ model: "x" })).rejects.toMatchObject({ name: "ValidationException" });
    await expect(send({ anthropic_version: "2023-06-01" })).rejects.toMatchObject({ name: "ValidationException" });
  });
});
