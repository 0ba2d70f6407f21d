import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root, startStack } from "../../infra/scripts/stack.mjs";

type Stack = Awaited<ReturnType<typeof startStack>>;

let stack: Stack;
let dataDir: string;
let testKey: string;
let openai: OpenAI;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), "trunkline-apis-"));
  chmodSync(dataDir, 0o755);
  stack = await startStack({ dataDir, services: ["simulator", "worker", "gateway"] });
  const out = execFileSync(process.execPath, ["apps/web/dist/trunkline.mjs", "bootstrap", "--email", "c@example.com", "--password", "Correct-horse-9", "--org", "Conformance", "--json"], { cwd: root, env: stack.env, encoding: "utf8" });
  testKey = (JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as { testKey: string }).testKey;
  openai = client();
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const client = (defaultHeaders: Record<string, string> = {}): OpenAI => new OpenAI({ apiKey: testKey, baseURL: `${stack.urls.gateway}/v1`, maxRetries: 0, defaultHeaders });

const MODELS = ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"];
const WEATHER: OpenAI.Responses.FunctionTool = { type: "function", name: "get_weather", description: "Weather of a city", strict: false, parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } };

describe.each(MODELS)("responses of the official openai client on %s", (model) => {
  it("reads a plain answer with its cost", async () => {
    const { data, response } = await openai.responses.create({ model, instructions: "Be brief.", input: "Say hello." }).withResponse();
    expect(data.output_text.length).toBeGreaterThan(0);
    expect(data).toMatchObject({ object: "response", status: "completed", store: false });
    expect(data.usage?.total_tokens).toBe((data.usage?.input_tokens ?? 0) + (data.usage?.output_tokens ?? 0));
    expect((data.usage as unknown as { cost: number }).cost).toBeGreaterThan(0);
    expect((data as unknown as { provider: string }).provider).toBe(response.headers.get("x-trunkline-provider"));
  });

  it("reads a stream: every event numbered in turn, its pieces adding up to the answer", async () => {
    const stream = await openai.responses.create({ model, input: "Count to ten.", stream: true });
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    for await (const event of stream) events.push(event);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
    const last = events.at(-1);
    if (last?.type !== "response.completed") throw new Error(`ended with ${last?.type}`);
    const text = events.map((event) => (event.type === "response.output_text.delta" ? event.delta : "")).join("");
    expect(text).toBe(last.response.output.flatMap((item) => (item.type === "message" ? item.content.map((part) => (part.type === "output_text" ? part.text : "")) : [])).join(""));
    expect((last.response.usage as unknown as { cost: number }).cost).toBeGreaterThan(0);
  });

  it.each([false, true])("calls a function and reads its result, the whole output sent back (stream: %s)", async (stream) => {
    const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: "What is the weather in Oslo?" }];
    const request = { model, tools: [WEATHER], tool_choice: "required" as const, input, reasoning: { effort: "low" as const } };
    const first = stream ? await openai.responses.stream(request).finalResponse() : await openai.responses.create(request);
    const call = first.output.find((item) => item.type === "function_call");
    if (call?.type !== "function_call") throw new Error(`no call: ${JSON.stringify(first.output)}`);
    expect(JSON.parse(call.arguments)).toEqual({ city: "Oslo" });
    const second = await openai.responses.create({ model, tools: [WEATHER], input: [...input, ...(first.output as OpenAI.Responses.ResponseInput), { type: "function_call_output", call_id: call.call_id, output: "12 degrees" }] });
    expect(second.output_text.length).toBeGreaterThan(0);
  });

  it("takes every kind of tool, a schema and hidden reasoning as coding agents send them", async () => {
    const agent = await openai.responses.create({
      model, store: false, include: ["reasoning.encrypted_content"], prompt_cache_key: "k", input: "Hi.", tools: [{ type: "custom", name: "apply_patch" }, { type: "web_search" }, WEATHER], tool_choice: "none",
    });
    expect(agent.output_text.length).toBeGreaterThan(0);
    const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
    const answer = await openai.responses.create({ model, input: "Name a city in Norway, such as Oslo.", text: { format: { type: "json_schema", name: "city", strict: true, schema } } });
    expect(JSON.parse(answer.output_text)).toHaveProperty("city");
  });

  it("falls back before the first content, and ends a broken stream with an error that the client throws", async () => {
    const { response } = await openai.responses.create({ model: "auto", input: "Hi" }).withResponse();
    for (const fault of ["status=503", "overloaded_first", "empty", "malformed"]) {
      const { data, response: rescued } = await client({ "x-simulate": `${response.headers.get("x-trunkline-provider")}:${fault}` }).responses.create({ model: "auto", stream: true, input: "Hi" }).withResponse();
      let last = "";
      for await (const event of data) last = event.type;
      expect([last, Number(rescued.headers.get("x-trunkline-attempts")) >= 1], fault).toEqual(["response.completed", true]);
    }
    const cut = await client({ "x-simulate": "tokens=200;cut@20" }).responses.create({ model, stream: true, input: "Hi" });
    await expect((async () => { for await (const _event of cut); })()).rejects.toThrow(/broke|before/);
  });
});

describe.each([...MODELS, "openai/gpt-oss-120b"])("legacy completions of the official openai client on %s", (model) => {
  it("reads a text and a stream of it, with its cost and its end", async () => {
    const answer = await openai.completions.create({ model, prompt: "Once upon a time", max_tokens: 60 });
    expect(answer).toMatchObject({ object: "text_completion", usage: { cost: expect.any(Number) as number } });
    let text = "";
    let end: string | null = null;
    let usages = 0;
    for await (const chunk of await openai.completions.create({ model, prompt: "Once upon a time", max_tokens: 60, stream: true, stream_options: { include_usage: true } })) {
      text += chunk.choices[0]?.text ?? "";
      end = chunk.choices[0]?.finish_reason ?? end;
      if (chunk.usage) usages++;
    }
    expect([text.length > 0, end === "stop" || end === "length", usages]).toEqual([true, true, 1]);
    const cut = await client({ "x-simulate": "tokens=200;cut@20" }).completions.create({ model, prompt: "x", stream: true });
    await expect((async () => { for await (const _chunk of cut); })()).rejects.toThrow(/broke/);
  });
});

describe.each(["openai/text-embedding-3-small", "google/gemini-embedding-001", "mistralai/mistral-embed"])("embeddings of the official openai client on %s", (model) => {
  it("gives one vector an input, the same as floats and as base64, and charges the input", async () => {
    // Unasked, the client sends base64 and decodes it.
    const decoded = await openai.embeddings.create({ model, input: ["one", "two words"] });
    const floats = await openai.embeddings.create({ model, input: ["one", "two words"], encoding_format: "float" });
    expect(decoded.data.map((item) => item.index)).toEqual([0, 1]);
    for (const [index, item] of decoded.data.entries()) for (const [place, value] of item.embedding.entries()) expect(value).toBeCloseTo(floats.data[index]?.embedding[place] ?? Number.NaN, 6);
    expect(decoded.usage).toMatchObject({ prompt_tokens: floats.usage.prompt_tokens, cost: expect.any(Number) as number });
    expect(floats.usage.prompt_tokens).toBeGreaterThan(0);
  });

  it("honours dimensions, and is deterministic", async () => {
    const embed = async () => (await openai.embeddings.create({ model, input: "x", dimensions: 64, encoding_format: "float" })).data[0]?.embedding;
    expect(await embed()).toHaveLength(64);
    expect(await embed()).toEqual(await embed());
  });
});

describe("models that only embed", () => {
  it("take token arrays where the model is OpenAI's, and say what to send where it is not", async () => {
    expect((await openai.embeddings.create({ model: "openai/text-embedding-3-small", input: [[1, 2, 3], [4]] })).data).toHaveLength(2);
    await expect(openai.embeddings.create({ model: "google/gemini-embedding-001", input: [[1, 2, 3]] })).rejects.toThrow(/Send text/);
  });

  it("are no answer to a chat, nor a chat model to embeddings", async () => {
    await expect(openai.chat.completions.create({ model: "openai/text-embedding-3-small", messages: [{ role: "user", content: "x" }] })).rejects.toThrow(/v1\/embeddings/);
    await expect(openai.embeddings.create({ model: "openai/gpt-5-mini", input: "x" })).rejects.toThrow(/lacks embedding/);
  });
});

describe("what the gateway does not keep", () => {
  it.each([[{ previous_response_id: "resp_1" }, "previous_response_id"], [{ background: true }, "background"]] as const)("is refused with what to do instead: %j", async (more, param) => {
    const error = await openai.responses.create({ model: "auto", input: "x", ...more }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ param, message: expect.stringMatching(/send|stream/i) as string });
  });

  it("answers a Responses body that was sent to Chat Completions on the Chat wire", async () => {
    const answer = await openai.chat.completions.create({ model: "openai/gpt-5-mini", input: [{ role: "user", content: "Hi" }] } as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming);
    expect(answer.object).toBe("chat.completion");
    expect(answer.choices[0]?.message.content?.length).toBeGreaterThan(0);
  });
});
