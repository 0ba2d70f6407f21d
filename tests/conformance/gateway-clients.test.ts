import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root, startStack } from "../../infra/scripts/stack.mjs";

type Stack = Awaited<ReturnType<typeof startStack>>;

let stack: Stack;
let dataDir: string;
let testKey: string;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), "trunkline-conformance-"));
  chmodSync(dataDir, 0o755);
  stack = await startStack({ dataDir, services: ["simulator", "worker", "gateway"] });
  const out = execFileSync(process.execPath, ["apps/web/dist/trunkline.mjs", "bootstrap", "--email", "c@example.com", "--password", "Correct-horse-9", "--org", "Conformance", "--json"], { cwd: root, env: stack.env, encoding: "utf8" });
  testKey = (JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as { testKey: string }).testKey;
  openai = new OpenAI({ apiKey: testKey, baseURL: `${stack.urls.gateway}/v1`, maxRetries: 0 });
  anthropic = new Anthropic({ apiKey: testKey, baseURL: `${stack.urls.gateway}/anthropic`, maxRetries: 0 });
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const MODELS = ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"];
const weather = { name: "get_weather", description: "Weather of a city", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } };

describe.each(MODELS)("the official openai client on %s", (model) => {
  it("reads a plain answer with its cost", async () => {
    const answer = await openai.chat.completions.create({ model, messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Say hello." }] });
    expect(answer.choices[0]?.message.content?.length).toBeGreaterThan(0);
    expect(answer.choices[0]?.finish_reason).toBe("stop");
    expect(answer.usage?.total_tokens).toBe((answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0));
    expect((answer.usage as unknown as { cost: number }).cost).toBeGreaterThan(0);
    expect((answer as unknown as { provider: string }).provider.length).toBeGreaterThan(0);
    expect(answer).toHaveProperty("system_fingerprint");
  });

  it("reads a stream to its end, with the usage chunk only when asked for", async () => {
    const read = async (include: boolean): Promise<{ text: string; usages: number; cost: number | undefined }> => {
      const stream = await openai.chat.completions.create({ model, stream: true, ...(include ? { stream_options: { include_usage: true } } : {}), messages: [{ role: "user", content: "Count to ten." }] });
      let text = "";
      let usages = 0;
      let cost: number | undefined;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? "";
        if (chunk.usage) { usages += 1; cost = (chunk.usage as unknown as { cost: number }).cost; }
      }
      return { text, usages, cost };
    };
    const plain = await read(false);
    expect(plain.text.length).toBeGreaterThan(0);
    expect(plain.usages).toBe(0);
    const counted = await read(true);
    expect(counted.usages).toBe(1);
    expect(counted.cost).toBeGreaterThan(0);
  });

  it.each([false, true])("calls a tool and reads its result (stream: %s)", async (stream) => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "What is the weather in Oslo?" }];
    const tools: OpenAI.ChatCompletionTool[] = [{ type: "function", function: weather }];
    const request = { model, messages, tools, tool_choice: "required" as const };
    const first = stream ? await openai.chat.completions.stream(request).finalChatCompletion() : await openai.chat.completions.create(request);
    const toolCall = first.choices[0]?.message.tool_calls?.[0];
    if (toolCall?.type !== "function") throw new Error(`no tool call: ${JSON.stringify(first.choices)}`);
    expect(first.choices[0]?.finish_reason).toBe("tool_calls");
    expect(JSON.parse(toolCall.function.arguments)).toHaveProperty("city");
    const second = await openai.chat.completions.create({ model, tools, messages: [...messages, first.choices[0]?.message as OpenAI.ChatCompletionMessageParam, { role: "tool", tool_call_id: toolCall.id, content: "12 degrees" }] });
    expect(second.choices[0]?.message.content?.length).toBeGreaterThan(0);
  });
});

describe.each(MODELS)("the official Anthropic client on %s", (model) => {
  it("reads a plain message", async () => {
    const message = await anthropic.messages.create({ model, max_tokens: 200, system: "Be brief.", messages: [{ role: "user", content: "Say hello." }] });
    expect(message.content[0]?.type).toBe("text");
    expect(message.stop_reason).toBe("end_turn");
    expect(message.usage.output_tokens).toBeGreaterThan(0);
  });

  it("reads a streamed message and its usage", async () => {
    const message = await anthropic.messages.stream({ model, max_tokens: 200, messages: [{ role: "user", content: "Count to ten." }] }).finalMessage();
    expect(message.content.map((block) => (block.type === "text" ? block.text : "")).join("").length).toBeGreaterThan(0);
    expect(message.usage.input_tokens + (message.usage.cache_read_input_tokens ?? 0)).toBeGreaterThan(0);
    expect(message.usage.output_tokens).toBeGreaterThan(0);
  });

  it.each([false, true])("uses a tool and reads its result (stream: %s)", async (stream) => {
    const tools: Anthropic.Tool[] = [{ name: weather.name, description: weather.description, input_schema: weather.parameters as Anthropic.Tool.InputSchema }];
    const request = { model, max_tokens: 300, tools, tool_choice: { type: "any" as const }, messages: [{ role: "user" as const, content: "What is the weather in Oslo?" }] };
    const first = stream ? await anthropic.messages.stream(request).finalMessage() : await anthropic.messages.create(request);
    const use = first.content.find((block) => block.type === "tool_use");
    if (use?.type !== "tool_use") throw new Error(`no tool use: ${JSON.stringify(first.content)}`);
    expect(first.stop_reason).toBe("tool_use");
    expect(use.input).toHaveProperty("city");
    const second = await anthropic.messages.create({ model, max_tokens: 300, tools, messages: [...request.messages, { role: "assistant", content: first.content }, { role: "user", content: [{ type: "tool_result", tool_use_id: use.id, content: "12 degrees" }] }] });
    expect(second.content.some((block) => block.type === "text" && block.text.length > 0)).toBe(true);
  });
});

describe("errors that the official clients understand", () => {
  it("refuses a mistyped key as an authentication error", async () => {
    const broken = new OpenAI({ apiKey: `${testKey.slice(0, -1)}${testKey.endsWith("0") ? "1" : "0"}`, baseURL: `${stack.urls.gateway}/v1`, maxRetries: 0 });
    await expect(broken.chat.completions.create({ model: "auto", messages: [{ role: "user", content: "x" }] })).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });

  it("names the nearest models when a model is not known", async () => {
    const error = await openai.chat.completions.create({ model: "openai/gpt-5-minni", messages: [{ role: "user", content: "x" }] }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect((error as Error).message).toContain("gpt-5-mini");
  });

  it("falls back before the first content, in a stream too, and says how many attempts it took", async () => {
    const { data, response } = await openai.chat.completions.create({ model: "auto", messages: [{ role: "user", content: "Hi" }] }).withResponse();
    const provider = (data as unknown as { provider: string }).provider;
    expect(response.headers.get("x-trunkline-attempts")).toBe("1");
    for (const fault of ["status=503", "status=429,retry_after=2", "overloaded_first", "empty", "malformed", "reset"]) {
      const failing = new OpenAI({ apiKey: testKey, baseURL: `${stack.urls.gateway}/v1`, maxRetries: 0, defaultHeaders: { "x-simulate": `${provider}:${fault}` } });
      const rescued = await failing.chat.completions.create({ model: "auto", stream: true, messages: [{ role: "user", content: "Hi" }] }).withResponse();
      let text = "";
      for await (const chunk of rescued.data) text += chunk.choices[0]?.delta.content ?? "";
      expect(text.length, fault).toBeGreaterThan(0);
      expect(Number(rescued.response.headers.get("x-trunkline-attempts")), fault).toBeGreaterThanOrEqual(1);
    }
  });

  it("ends a stream that dies after content with an error, never as a success", async () => {
    const cut = new OpenAI({ apiKey: testKey, baseURL: `${stack.urls.gateway}/v1`, maxRetries: 0, defaultHeaders: { "x-simulate": "tokens=200;cut@20" } });
    const stream = await cut.chat.completions.create({ model: "openai/gpt-5-mini", stream: true, messages: [{ role: "user", content: "Hi" }] });
    let text = "";
    await expect((async () => { for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ""; })()).rejects.toThrow();
    expect(text.length).toBeGreaterThan(0);
  });

  it("lists models in the shape that both paginators read", async () => {
    const ids: string[] = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    expect(ids).toEqual(expect.arrayContaining(MODELS));
    const anthropicIds: string[] = [];
    for await (const model of anthropic.models.list()) anthropicIds.push(model.id);
    expect(anthropicIds).toEqual(ids);
  });
});
