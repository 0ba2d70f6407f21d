import { OpenRouter } from "@openrouter/sdk";
import * as errors from "@openrouter/sdk/models/errors";
import type { ChatFunctionTool, ChatMessages, ChatRequest, ChatResult, ChatStreamChunk, ChatToolCall } from "@openrouter/sdk/models";
import { CITY_SCHEMA, OUTPUT_TOKENS_MAX, TOOL, type LabClient, type Target } from "../lab.ts";

const connect = ({ gateway, key }: Target): OpenRouter => new OpenRouter({ apiKey: key, serverURL: `${gateway}/api/v1`, retryConfig: { strategy: "none" } });
const ask = (model: string, messages: ChatMessages[]) => ({ model, messages, maxCompletionTokens: OUTPUT_TOKENS_MAX });
const user = (content: string): ChatMessages => ({ role: "user", content });
const tools: ChatFunctionTool[] = [{ type: "function", function: { name: TOOL.name, description: TOOL.description, parameters: CITY_SCHEMA as unknown as Record<string, unknown> } }];
const typed: Readonly<Record<number, new (...args: never[]) => Error>> = {
  401: errors.UnauthorizedResponseError, 402: errors.PaymentRequiredResponseError, 404: errors.NotFoundResponseError, 429: errors.TooManyRequestsResponseError,
};

/** The types of `send` leave open what comes back: a stream where one was asked for. */
const answerOf = async (client: OpenRouter, chatRequest: ChatRequest): Promise<ChatResult> => await client.chat.send({ chatRequest: { ...chatRequest, stream: false } }) as ChatResult;
const streamOf = async (client: OpenRouter, chatRequest: ChatRequest, signal?: AbortSignal): Promise<AsyncIterable<ChatStreamChunk>> =>
  await client.chat.send({ chatRequest: { ...chatRequest, stream: true } }, signal ? { signal } : {}) as AsyncIterable<ChatStreamChunk>;

const textOf = (content: unknown): string => (typeof content === "string" ? content : "");

/** The calls of a stream, put together as the client's users do: by index. */
async function streamedCalls(client: OpenRouter, request: ChatRequest): Promise<ChatToolCall[]> {
  const calls: ChatToolCall[] = [];
  for await (const chunk of await streamOf(client, request)) {
    for (const delta of chunk.choices[0]?.delta.toolCalls ?? []) {
      const call = (calls[delta.index] ??= { id: "", type: "function", function: { name: "", arguments: "" } });
      call.id += delta.id ?? "";
      call.function.name += delta.function?.name ?? "";
      call.function.arguments += delta.function?.arguments ?? "";
    }
  }
  return calls;
}

export const openrouter: LabClient = {
  name: "@openrouter/sdk",
  async say(target, prompt) {
    const answer = await answerOf(connect(target), ask(target.model, [user(prompt)]));
    return { text: textOf(answer.choices[0]?.message.content), outputTokens: answer.usage?.completionTokens ?? null };
  },
  async stream(target, prompt) {
    let text = "";
    let pieces = 0;
    let outputTokens: number | null = null;
    for await (const chunk of await streamOf(connect(target), { ...ask(target.model, [user(prompt)]), streamOptions: { includeUsage: true } })) {
      const piece = chunk.choices[0]?.delta.content;
      if (piece) { text += piece; pieces++; }
      outputTokens = chunk.usage?.completionTokens ?? outputTokens;
    }
    return { text, pieces, outputTokens };
  },
  async useTool(target, { stream }) {
    const client = connect(target);
    const request = { ...ask(target.model, [user(TOOL.question)]), tools, toolChoice: "required" as const };
    const calls = stream ? await streamedCalls(client, request) : (await answerOf(client, request)).choices[0]?.message.toolCalls ?? [];
    const call = calls[0];
    if (!call) throw new Error("no tool call");
    const second = await answerOf(client, { ...ask(target.model, [user(TOOL.question), { role: "assistant", content: null, toolCalls: [call] }, { role: "tool", toolCallId: call.id, content: TOOL.result }]), tools });
    return { name: call.function.name, input: JSON.parse(call.function.arguments) as unknown, text: textOf(second.choices[0]?.message.content) };
  },
  async object(target, prompt) {
    const responseFormat = { type: "json_schema" as const, jsonSchema: { name: "city", strict: true, schema: CITY_SCHEMA as unknown as Record<string, unknown> } };
    const answer = await answerOf(connect(target), { ...ask(target.model, [user(prompt)]), responseFormat });
    return JSON.parse(textOf(answer.choices[0]?.message.content)) as unknown;
  },
  async abort(target) {
    const controller = new AbortController();
    const stream = await streamOf(connect(target), ask(target.model, [user("Count to a thousand.")]), controller.signal);
    try {
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) controller.abort();
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
  },
  readFailure(error) {
    if (!(error instanceof errors.OpenRouterError)) return { status: undefined, message: String(error), typed: false };
    const expected = typed[error.statusCode];
    return { status: error.statusCode, message: error.message, typed: expected !== undefined && error instanceof expected };
  },
};
