/** What the page asks for, as a Chat Completions body. Decides nothing about routing: the gateway sees what any caller would send. */
import type { Prompt } from "./prompt.ts";

export type ChatBody = Readonly<Record<string, unknown>> & { readonly model: string };
export type Built = { readonly body: (model: string) => ChatBody; readonly problem: null } | { readonly body: null; readonly problem: string };

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A tool as the API takes it; a bare function description is wrapped. */
const toTool = (tool: unknown): unknown => (isRecord(tool) && !("type" in tool && "function" in tool) ? { type: "function", function: tool } : tool);

function toolsOf(text: string): { readonly tools?: unknown[] } | null {
  if (text.trim() === "") return {};
  const parsed = parse(text);
  const list: unknown[] = Array.isArray(parsed) ? parsed : isRecord(parsed) ? [parsed] : [];
  return list.length > 0 && list.every(isRecord) ? { tools: list.map(toTool) } : null;
}

function formatOf(text: string): { readonly response_format?: unknown } | null {
  if (text.trim() === "") return {};
  const schema = parse(text);
  return isRecord(schema) ? { response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } } } : null;
}

function messagesOf({ system, user, images }: Prompt): unknown[] {
  const content = images.length === 0 ? user : [...(user === "" ? [] : [{ type: "text", text: user }]), ...images.map((url) => ({ type: "image_url", image_url: { url } }))];
  return [...(system.trim() === "" ? [] : [{ role: "system", content: system }]), { role: "user", content }];
}

export function buildRequest(prompt: Prompt): Built {
  const tools = toolsOf(prompt.tools);
  const format = formatOf(prompt.schema);
  if (prompt.user.trim() === "" && prompt.images.length === 0) return { body: null, problem: "Write a message first." };
  if (tools === null) return { body: null, problem: "Tools must be a JSON array of function descriptions, each with a name and parameters." };
  if (format === null) return { body: null, problem: "The answer's schema must be a JSON object." };
  const rest = {
    messages: messagesOf(prompt), ...tools, ...format,
    ...(prompt.effort === "" ? {} : { reasoning_effort: prompt.effort }), ...(prompt.temperature === "" ? {} : { temperature: Number(prompt.temperature) }), ...(prompt.maxTokens === "" ? {} : { max_tokens: Number(prompt.maxTokens) }),
  };
  return { body: (model) => ({ model, ...rest }), problem: null };
}
