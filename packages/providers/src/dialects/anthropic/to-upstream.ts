import { arrayOf, isJsonObject, objectOf, textOf, type ChatRequest, type ChatTool, type JsonObject } from "@trunkline/protocol";
import type { Target } from "../../adapter.ts";
import { constrainsOutput, GrammarRoom } from "../../relay/claude-grammar.ts";
import { GATEWAY_FIELDS, outputLimit } from "../../relay/request-body.ts";
import { strayLosses } from "../../relay/stray-losses.ts";
import { translateMessages } from "./to-upstream-messages.ts";

/** The forced tool that stands in for `response_format`; its input is the answer, so the way back knows it by this name. */
export const JSON_ANSWER_TOOL = "json_answer";

/** Models that choose their own thinking budget by an effort (https://docs.anthropic.com/en/docs/build-with-claude/adaptive-thinking). */
const ADAPTIVE_THINKING = /claude-(?:opus|sonnet|haiku)-(?:4-[6-9]|[5-9])/;
const NO_THINKING = /claude-(?:3-5|3-haiku|3-opus|instant|2)/;
/** Tokens to think, by effort; below what is left for the answer. 1024 is the least that the API takes. */
const BUDGETS: Readonly<Record<string, number>> = { low: 2048, medium: 8192, high: 24_576, xhigh: 32_768 };
const BUDGET_LEAST = 1024;

const READ = new Set<string>([
  "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "stop", "tools", "tool_choice",
  "parallel_tool_calls", "response_format", "reasoning_effort", "thinking", "user", "metadata", ...GATEWAY_FIELDS,
]);

export interface AnthropicRequest { readonly body: JsonObject; readonly losses: readonly string[]; readonly sampling: boolean }

/** Hosts that hold Claude to a schema. On Vertex AI an organization's policy forbids it unless it was changed. */
const CONSTRAINING: ReadonlySet<string> = new Set(["anthropic", "bedrock-anthropic"]);

/** `grammars`: room for schemas that the model is held to; null where it cannot be. */
interface Draft { readonly request: ChatRequest; readonly target: Target; readonly body: Record<string, unknown>; readonly losses: string[]; readonly grammars: GrammarRoom | null }

/** Hub → Anthropic Messages (https://docs.anthropic.com/en/api/messages). `sampling` true: the body needs the API version that takes sampling parameters. */
export function toUpstream(request: ChatRequest, target: Target): AnthropicRequest {
  const losses = strayLosses(request, "cache", "toolErrors");
  const { system, messages } = translateMessages(request.messages, losses);
  const body: Record<string, unknown> = { model: target.upstreamModel, max_tokens: outputLimit(request, target, losses), ...(system.length > 0 ? { system } : {}), messages };
  const grammars = CONSTRAINING.has(target.provider) && constrainsOutput(target.upstreamModel) ? new GrammarRoom() : null;
  const draft: Draft = { request, target, body, losses, grammars };
  if (request.stream === true) body["stream"] = true;
  if (request.user) body["metadata"] = { user_id: request.user };
  setTools(draft);
  setThinking(draft);
  setResponseFormat(draft);
  setSampling(draft);
  setStop(draft);
  for (const [key, value] of Object.entries(request)) {
    if (READ.has(key) || value === null || value === undefined || (key === "n" && value === 1) || value === false) continue;
    losses.push(`dropped:${key}`);
  }
  return { body, losses, sampling: ["temperature", "top_p", "top_k"].some((field) => field in body) };
}

function setTools({ request, body, losses, grammars }: Draft): void {
  const tools = (request.tools ?? []).flatMap((tool) => wireTool(tool, losses, grammars?.takeTool(tool) ?? null));
  if (tools.length === 0) return;
  body["tools"] = tools;
  const choice = toolChoice(request.tool_choice, losses);
  const alone = request.parallel_tool_calls === false && choice?.["type"] !== "none";
  if (choice || alone) body["tool_choice"] = { ...(choice ?? { type: "auto" }), ...(alone ? { disable_parallel_tool_use: true } : {}) };
}

function wireTool(tool: ChatTool, losses: string[], grammar: JsonObject | null): JsonObject[] {
  const fn = tool.function;
  if (tool.type !== "function" || !fn) { losses.push(`dropped:tools.${tool.type || "unknown"}`); return []; }
  if (fn.strict && grammar === null) losses.push("dropped:tools.strict");
  const schema = objectOf(fn.parameters);
  const cache = isJsonObject(tool["cache_control"]) ? { cache_control: tool["cache_control"] } : {};
  const input = grammar ?? (schema["type"] === "object" ? schema : { properties: {}, ...schema, type: "object" });
  return [{ name: fn.name, ...(fn.description ? { description: fn.description } : {}), input_schema: input, ...(grammar ? { strict: true } : {}), ...cache }];
}

function toolChoice(choice: unknown, losses: string[]): JsonObject | null {
  if (choice === undefined || choice === null) return null;
  if (choice === "auto" || choice === "none") return { type: choice };
  if (choice === "required") return { type: "any" };
  const name = textOf(objectOf(objectOf(choice)["function"])["name"]);
  if (name) return { type: "tool", name };
  losses.push("dropped:tool_choice");
  return null;
}

const isForced = (choice: unknown): boolean => ["any", "tool"].includes(textOf(objectOf(choice)["type"]));

/** The API refuses thinking beside a forced tool, and after a tool call whose thinking is not there any more. */
function setThinking({ request, target, body, losses }: Draft): void {
  if (isJsonObject(request["thinking"])) { body["thinking"] = request["thinking"]; return; }
  const effort = request.reasoning_effort;
  if (!effort || effort === "none" || effort === "minimal") return;
  const max = Number(body["max_tokens"]);
  const budget = Math.min(BUDGETS[effort] ?? BUDGETS["medium"] ?? BUDGET_LEAST, Math.floor(max / 2));
  const adaptive = ADAPTIVE_THINKING.test(target.upstreamModel);
  const forgotten = request.messages.some((message) => message.tool_calls?.length && !message.reasoning_details?.length);
  if (NO_THINKING.test(target.upstreamModel) || isForced(body["tool_choice"]) || forgotten || (!adaptive && budget < BUDGET_LEAST)) { losses.push("dropped:reasoning_effort"); return; }
  losses.push("emulated:reasoning_effort");
  if (adaptive) {
    body["thinking"] = { type: "adaptive" };
    body["output_config"] = { effort: ["low", "medium", "high"].includes(effort) ? effort : "high" };
  } else body["thinking"] = { type: "enabled", budget_tokens: budget };
}

const isThinking = (body: JsonObject): boolean => ["enabled", "adaptive"].includes(textOf(objectOf(body["thinking"])["type"]));

/**
 * A schema that the model can be held to goes into `output_config.format`, beside tools and thinking too; an answer that was begun for it
 * admits none. No field of this API means `json_object`, and its grammar is narrower than OpenAI's: a forced tool takes any schema
 * and nearly always keeps the form; where one cannot be forced (tools of the caller's own, thinking), a schema goes into
 * `output_config.format` all the same and `json_object` into an instruction.
 */
function setResponseFormat({ request, body, losses, grammars }: Draft): void {
  const format = request.response_format;
  if (!format || format.type === "text") return;
  const schema = objectOf(format.json_schema?.schema);
  const grammar = format.type === "json_schema" && request.messages.at(-1)?.role !== "assistant" ? grammars?.take(schema) ?? null : null;
  if (grammar !== null) { body["output_config"] = { ...objectOf(body["output_config"]), format: { type: "json_schema", schema: grammar } }; return; }
  losses.push("emulated:response_format");
  if (!body["tools"] && !isThinking(body)) {
    body["tools"] = [{ name: JSON_ANSWER_TOOL, description: "Answer the user with this tool. Its input is the whole answer.", input_schema: schema["type"] === "object" ? schema : { type: "object", additionalProperties: true } }];
    body["tool_choice"] = { type: "tool", name: JSON_ANSWER_TOOL, disable_parallel_tool_use: true };
  } else if (format.type === "json_schema") {
    body["output_config"] = { ...objectOf(body["output_config"]), format: { type: "json_schema", schema } };
  } else {
    body["system"] = [...arrayOf(body["system"]), { type: "text", text: "Answer with one JSON object and nothing else: no explanation and no code fence." }];
  }
}

/** QUIRK(anthropic): newer models refuse `temperature` together with `top_p`, and thinking admits neither. */
function setSampling({ request, body, losses }: Draft): void {
  const { temperature, top_p: topP, top_k: topK } = request;
  if (isThinking(body)) {
    for (const [name, value] of Object.entries({ temperature, top_p: topP, top_k: topK })) if (value != null) losses.push(`dropped:${name}`);
    return;
  }
  if (temperature != null) {
    if (temperature > 1) losses.push("clamped:temperature");
    body["temperature"] = Math.min(1, temperature);
    if (topP != null) losses.push("dropped:top_p");
  } else if (topP != null) body["top_p"] = topP;
  if (topK != null) body["top_k"] = topK;
}

/** QUIRK(anthropic): a stop sequence of white space alone is a 400. */
function setStop({ request, body, losses }: Draft): void {
  const asked = typeof request.stop === "string" ? [request.stop] : request.stop ?? [];
  const kept = asked.filter((text) => text.trim() !== "");
  if (kept.length < asked.length) losses.push("dropped:stop");
  if (kept.length > 0) body["stop_sequences"] = kept;
}
