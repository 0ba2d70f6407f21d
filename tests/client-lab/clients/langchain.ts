import { ChatAnthropic } from "@langchain/anthropic";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessageChunk, HumanMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import { CITY_SCHEMA, OUTPUT_TOKENS_MAX, TOOL, type LabClient, type Target } from "../lab.ts";

interface WithUsage { readonly usage_metadata?: { readonly output_tokens: number } }

/** LangChain passes the failures of the SDK beneath it on, with a code of its own where it knows the status. */
interface LangChainFailure { readonly status?: number; readonly message: string; readonly lc_error_code?: string }
const CODES: Readonly<Record<number, string | undefined>> = { 401: "MODEL_AUTHENTICATION", 404: "MODEL_NOT_FOUND", 429: "MODEL_RATE_LIMIT" };

const outputTokensOf = (message: BaseMessage): number | null => (message as WithUsage).usage_metadata?.output_tokens ?? null;
const bound = { name: TOOL.name, description: TOOL.description, schema: CITY_SCHEMA };

async function gathered(stream: AsyncIterable<AIMessageChunk>): Promise<{ whole: AIMessageChunk; pieces: number }> {
  let whole: AIMessageChunk | undefined;
  let pieces = 0;
  for await (const chunk of stream) {
    if (chunk.text !== "") pieces++;
    whole = whole ? whole.concat(chunk) : chunk;
  }
  if (!whole) throw new Error("an empty stream");
  return { whole, pieces };
}

function langChainClient(name: string, connect: (target: Target) => BaseChatModel): LabClient {
  return {
    name: `LangChain, ${name}`,
    async say(target, prompt) {
      const message = await connect(target).invoke(prompt);
      return { text: message.text, outputTokens: outputTokensOf(message) };
    },
    async stream(target, prompt) {
      const { whole, pieces } = await gathered(await connect(target).stream(prompt));
      return { text: whole.text, pieces, outputTokens: outputTokensOf(whole) };
    },
    async useTool(target, { stream }) {
      const model = connect(target).bindTools?.([bound], { tool_choice: "any" });
      if (!model) throw new Error("binds no tools");
      const question = new HumanMessage(TOOL.question);
      const first = stream ? (await gathered(await model.stream([question]))).whole : await model.invoke([question]);
      const call = first.tool_calls?.[0];
      if (!call?.id) throw new Error(`no tool call: ${JSON.stringify(first)}`);
      const second = await connect(target).bindTools?.([bound]).invoke([question, first, new ToolMessage({ content: TOOL.result, tool_call_id: call.id })]);
      return { name: call.name, input: call.args, text: second?.text ?? "" };
    },
    async object(target, prompt) {
      return connect(target).withStructuredOutput({ ...CITY_SCHEMA, title: "city" }, { method: "jsonSchema" }).invoke(prompt);
    },
    async abort(target) {
      const controller = new AbortController();
      try {
        for await (const chunk of await connect(target).stream("Count to a thousand.", { signal: controller.signal })) if (chunk.text !== "") controller.abort();
      } catch (error) {
        if (!controller.signal.aborted) throw error;
      }
    },
    readFailure(error) {
      const { status, message, lc_error_code } = error as LangChainFailure;
      return { status, message, typed: status !== undefined && lc_error_code === CODES[status] };
    },
  };
}

const openai = ({ gateway, key, model }: Target, useResponsesApi: boolean): ChatOpenAI =>
  new ChatOpenAI({ model, apiKey: key, maxRetries: 0, useResponsesApi, maxTokens: OUTPUT_TOKENS_MAX, configuration: { baseURL: `${gateway}/v1` } });

export const langChainClients: readonly LabClient[] = [
  langChainClient("@langchain/openai (Chat Completions)", (target) => openai(target, false)),
  langChainClient("@langchain/openai (Responses)", (target) => openai(target, true)),
  langChainClient("@langchain/anthropic", ({ gateway, key, model }) => new ChatAnthropic({ model, apiKey: key, maxRetries: 0, maxTokens: OUTPUT_TOKENS_MAX, anthropicApiUrl: gateway })),
];
