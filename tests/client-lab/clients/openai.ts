import OpenAI from "openai";
import { CITY_SCHEMA, OUTPUT_TOKENS_MAX, TOOL, type LabClient, type Target } from "../lab.ts";

const connect = ({ gateway, key }: Target): OpenAI => new OpenAI({ apiKey: key, baseURL: `${gateway}/v1`, maxRetries: 0 });
const typed: Readonly<Record<number, new (...args: never[]) => Error>> = { 401: OpenAI.AuthenticationError, 402: OpenAI.APIError, 404: OpenAI.NotFoundError, 429: OpenAI.RateLimitError };

function readFailure(error: unknown): ReturnType<LabClient["readFailure"]> {
  if (!(error instanceof OpenAI.APIError)) return { status: undefined, message: String(error), typed: false };
  const status = error.status as number;
  const expected = typed[status];
  return { status, message: error.message, typed: expected !== undefined && error instanceof expected };
}

const parameters = CITY_SCHEMA as unknown as Record<string, unknown>;
const chatTools: OpenAI.ChatCompletionTool[] = [{ type: "function", function: { name: TOOL.name, description: TOOL.description, parameters } }];
const ask = (model: string, content: string) => ({ model, max_completion_tokens: OUTPUT_TOKENS_MAX, messages: [{ role: "user" as const, content }] });

export const openaiChat: LabClient = {
  name: "openai, chat.completions",
  async say(target, prompt) {
    const answer = await connect(target).chat.completions.create(ask(target.model, prompt));
    return { text: answer.choices[0]?.message.content ?? "", outputTokens: answer.usage?.completion_tokens ?? null };
  },
  async stream(target, prompt) {
    let pieces = 0;
    const answer = await connect(target).chat.completions.stream({ ...ask(target.model, prompt), stream_options: { include_usage: true } }).on("content", () => { pieces++; }).finalChatCompletion();
    return { text: answer.choices[0]?.message.content ?? "", pieces, outputTokens: answer.usage?.completion_tokens ?? null };
  },
  async useTool(target, { stream }) {
    const client = connect(target);
    const request = { ...ask(target.model, TOOL.question), tools: chatTools, tool_choice: "required" as const };
    const first = stream ? await client.chat.completions.stream(request).finalChatCompletion() : await client.chat.completions.create(request);
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (!message || call?.type !== "function") throw new Error(`no tool call: ${JSON.stringify(first.choices)}`);
    const second = await client.chat.completions.create({ model: target.model, tools: chatTools, messages: [...request.messages, message, { role: "tool", tool_call_id: call.id, content: TOOL.result }] });
    return { name: call.function.name, input: JSON.parse(call.function.arguments) as unknown, text: second.choices[0]?.message.content ?? "" };
  },
  async object(target, prompt) {
    const answer = await connect(target).chat.completions.parse({ ...ask(target.model, prompt), response_format: { type: "json_schema", json_schema: { name: "city", strict: true, schema: parameters } } });
    return JSON.parse(answer.choices[0]?.message.content ?? "") as unknown;
  },
  async abort(target) {
    const stream = await connect(target).chat.completions.create({ ...ask(target.model, "Count to a thousand."), stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) stream.controller.abort();
  },
  readFailure,
};

const functions: OpenAI.Responses.FunctionTool[] = [{ type: "function", name: TOOL.name, description: TOOL.description, strict: false, parameters }];

export const openaiResponses: LabClient = {
  name: "openai, responses",
  async say(target, prompt) {
    const answer = await connect(target).responses.create({ model: target.model, input: prompt });
    return { text: answer.output_text, outputTokens: answer.usage?.output_tokens ?? null };
  },
  async stream(target, prompt) {
    let pieces = 0;
    const answer = await connect(target).responses.stream({ model: target.model, input: prompt }).on("response.output_text.delta", () => { pieces++; }).finalResponse();
    return { text: answer.output_text, pieces, outputTokens: answer.usage?.output_tokens ?? null };
  },
  async useTool(target, { stream }) {
    const client = connect(target);
    const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: TOOL.question }];
    const request = { model: target.model, tools: functions, tool_choice: "required" as const, input };
    const first = stream ? await client.responses.stream(request).finalResponse() : await client.responses.create(request);
    const call = first.output.find((item) => item.type === "function_call");
    if (call?.type !== "function_call") throw new Error(`no call: ${JSON.stringify(first.output)}`);
    const second = await client.responses.create({ model: target.model, tools: functions, input: [...input, ...(first.output as OpenAI.Responses.ResponseInput), { type: "function_call_output", call_id: call.call_id, output: TOOL.result }] });
    return { name: call.name, input: JSON.parse(call.arguments) as unknown, text: second.output_text };
  },
  async object(target, prompt) {
    const answer = await connect(target).responses.create({ model: target.model, input: prompt, text: { format: { type: "json_schema", name: "city", strict: true, schema: parameters } } });
    return JSON.parse(answer.output_text) as unknown;
  },
  async abort(target) {
    const stream = await connect(target).responses.create({ model: target.model, input: "Count to a thousand.", stream: true });
    for await (const event of stream) if (event.type === "response.output_text.delta") stream.controller.abort();
  },
  readFailure,
};
