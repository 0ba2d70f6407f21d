import AnthropicOld from "anthropic-sdk-0";
import AnthropicNew from "@anthropic-ai/sdk";
import { CITY_SCHEMA, OUTPUT_TOKENS_MAX, TOOL, type LabClient, type Target } from "../lab.ts";

const textOf = (content: readonly { readonly type: string; readonly text?: string }[]): string => content.map((block) => block.text ?? "").join("");
const ask = (model: string, content: string) => ({ model, max_tokens: OUTPUT_TOKENS_MAX, messages: [{ role: "user" as const, content }] });
const tools = [{ name: TOOL.name, description: TOOL.description, input_schema: { ...CITY_SCHEMA, required: ["city"] } }];

/** The two major lines are called alike; the older one sends `x-api-key` and an older API version. */
export const anthropicClients: readonly LabClient[] = [
  anthropicClient("@anthropic-ai/sdk 1.x", AnthropicNew),
  anthropicClient("@anthropic-ai/sdk 0.70", AnthropicOld as unknown as typeof AnthropicNew),
];

function anthropicClient(name: string, Sdk: typeof AnthropicNew): LabClient {
  const connect = ({ gateway, key }: Target) => new Sdk({ apiKey: key, baseURL: `${gateway}/anthropic`, maxRetries: 0 });
  const typed: Readonly<Record<number, new (...args: never[]) => Error>> = { 401: Sdk.AuthenticationError, 402: Sdk.APIError, 404: Sdk.NotFoundError, 429: Sdk.RateLimitError };
  return {
    name,
    async say(target, prompt) {
      const message = await connect(target).messages.create(ask(target.model, prompt));
      return { text: textOf(message.content), outputTokens: message.usage.output_tokens };
    },
    async stream(target, prompt) {
      let pieces = 0;
      const stream = connect(target).messages.stream(ask(target.model, prompt)).on("text", () => { pieces++; });
      const message = await stream.finalMessage();
      return { text: textOf(message.content), pieces, outputTokens: message.usage.output_tokens };
    },
    async useTool(target, { stream }) {
      const client = connect(target);
      const request = { ...ask(target.model, TOOL.question), tools, tool_choice: { type: "any" as const } };
      const first = stream ? await client.messages.stream(request).finalMessage() : await client.messages.create(request);
      const use = first.content.find((block) => block.type === "tool_use");
      if (use?.type !== "tool_use") throw new Error(`no tool use: ${JSON.stringify(first.content)}`);
      const second = await client.messages.create({ model: target.model, max_tokens: OUTPUT_TOKENS_MAX, tools, messages: [...request.messages, { role: "assistant", content: first.content }, { role: "user", content: [{ type: "tool_result", tool_use_id: use.id, content: TOOL.result }] }] });
      return { name: use.name, input: use.input, text: textOf(second.content) };
    },
    async object(target, prompt) {
      const message = await connect(target).messages.create({ ...ask(target.model, prompt), output_config: { format: { type: "json_schema", schema: CITY_SCHEMA } } });
      return JSON.parse(textOf(message.content)) as unknown;
    },
    async abort(target) {
      const stream = connect(target).messages.stream(ask(target.model, "Count to a thousand."));
      stream.on("text", () => stream.abort());
      await stream.done().catch((error: unknown) => { if (!(error instanceof Sdk.APIUserAbortError)) throw error; });
    },
    readFailure(error) {
      if (!(error instanceof Sdk.APIError)) return { status: undefined, message: String(error), typed: false };
      const status = error.status as number;
      const expected = typed[status];
      return { status, message: error.message, typed: expected !== undefined && error instanceof expected };
    },
  };
}
