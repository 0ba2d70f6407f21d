import type { ChatMessage, ToolCallLLMMessageOptions } from "@llamaindex/core/llms";
import { FunctionTool } from "@llamaindex/core/tools";
import { OpenAI } from "@llamaindex/openai";
import { OUTPUT_TOKENS_MAX, TOOL, type LabClient, type Target } from "../lab.ts";

type Message = ChatMessage<ToolCallLLMMessageOptions>;
interface Options { readonly toolCall: readonly { readonly id: string; readonly name: string; readonly input: unknown }[] }

const connect = ({ gateway, key, model }: Target, signal?: AbortSignal): OpenAI =>
  new OpenAI({ model, apiKey: key, baseURL: `${gateway}/v1`, maxRetries: 0, maxTokens: OUTPUT_TOKENS_MAX, ...(signal ? { additionalSessionOptions: { fetch: (url, init) => fetch(url, { ...init, signal }) } } : {}) });
const user = (content: string): Message => ({ role: "user", content });
const weather = FunctionTool.from(({ city }: { city: string }) => `${city}: ${TOOL.result}`, { name: TOOL.name, description: TOOL.description, parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } });
const textOf = (content: ChatMessage["content"]): string => (typeof content === "string" ? content : content.map((part) => (part.type === "text" ? part.text : "")).join(""));

const callsOf = (options: object | undefined): Options | undefined => (options && "toolCall" in options ? options as Options : undefined);

/** A stream gives the call again with each piece of its arguments: the last is whole. */
async function streamedCall(llm: OpenAI, messages: Message[]): Promise<Options | undefined> {
  let last: Options | undefined;
  for await (const chunk of await llm.chat({ messages, tools: [weather], stream: true })) last = callsOf(chunk.options) ?? last;
  return last;
}

export const llamaIndex: LabClient = {
  name: "@llamaindex/openai",
  async say(target, prompt) {
    const { message, raw } = await connect(target).chat({ messages: [user(prompt)] });
    return { text: textOf(message.content), outputTokens: (raw as { usage?: { completion_tokens: number } } | null)?.usage?.completion_tokens ?? null };
  },
  async stream(target, prompt) {
    let text = "";
    let pieces = 0;
    for await (const chunk of await connect(target).chat({ messages: [user(prompt)], stream: true })) {
      if (chunk.delta !== "") pieces++;
      text += chunk.delta;
    }
    return { text, pieces, outputTokens: null };
  },
  async useTool(target, { stream }) {
    const llm = connect(target);
    const question = user(TOOL.question);
    const options = stream ? await streamedCall(llm, [question]) : callsOf((await llm.chat({ messages: [question], tools: [weather] })).message.options);
    const call = options?.toolCall[0];
    if (!options || !call) throw new Error(`no tool call: ${JSON.stringify(options)}`);
    const answered: Message = { role: "user", content: TOOL.result, options: { toolResult: { id: call.id, result: TOOL.result, isError: false } } };
    const second = await llm.chat({ messages: [question, { role: "assistant", content: "", options: options as ToolCallLLMMessageOptions }, answered], tools: [weather] });
    return { name: call.name, input: typeof call.input === "string" ? JSON.parse(call.input) as unknown : call.input, text: textOf(second.message.content) };
  },
  async abort(target) {
    // Leaving the loop does not close its connection; a signal for its requests does.
    const controller = new AbortController();
    try {
      for await (const chunk of await connect(target, controller.signal).chat({ messages: [user("Count to a thousand.")], stream: true })) if (chunk.delta !== "") controller.abort();
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
  },
  readFailure(error) {
    const { status, message, name, constructor } = error as Error & { readonly status?: number };
    const expected: Readonly<Record<number, string>> = { 401: "AuthenticationError", 402: "APIError", 404: "NotFoundError", 429: "RateLimitError" };
    return { status, message, typed: status !== undefined && [name, constructor.name].includes(expected[status] ?? "") };
  },
};
