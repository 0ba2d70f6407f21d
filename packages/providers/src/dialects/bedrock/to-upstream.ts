import { arrayOf, isJsonObject, objectOf, textOf, type ChatRequest, type ChatTool, type JsonObject } from "@trunkline/protocol";
import type { Target } from "../../adapter.ts";
import { constrainsOutput, GrammarRoom } from "../../relay/claude-grammar.ts";
import { GATEWAY_FIELDS, outputLimit } from "../../relay/request-body.ts";
import { strayLosses } from "../../relay/stray-losses.ts";
import { cachePoint, translateMessages } from "./to-upstream-messages.ts";

/** The forced tool that stands in for `response_format`; its input is the answer, so the way back knows it by this name. */
export const JSON_ANSWER_TOOL = "json_answer";

/** Model ids, inference profiles and their ARNs all name the family. */
const CLAUDE = /anthropic\.claude/;
/** Claude models that choose their own thinking budget, and those that do not think (https://docs.anthropic.com/en/docs/build-with-claude/adaptive-thinking). */
const ADAPTIVE_THINKING = /claude-(?:opus|sonnet|haiku)-(?:4-[6-9]|[5-9])/;
const NO_THINKING = /claude-(?:3-5|3-haiku|3-sonnet|3-opus|instant|v2)/;
/** Tokens to think, by effort; below what is left for the answer. 1024 is the least that the model takes. */
const BUDGETS: Readonly<Record<string, number>> = { low: 2048, medium: 8192, high: 24_576, xhigh: 32_768 };
const BUDGET_LEAST = 1024;
/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html */
const TEMPERATURE_MAX = 1;

const READ = new Set<string>([
  "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "stop", "tools", "tool_choice",
  "response_format", "reasoning_effort", "thinking", "metadata", ...GATEWAY_FIELDS,
]);

export interface BedrockRequest { readonly body: JsonObject; readonly losses: readonly string[] }

interface Draft { readonly request: ChatRequest; readonly model: string; readonly body: Record<string, unknown>; readonly config: Record<string, unknown>; readonly extra: Record<string, unknown>; readonly losses: string[]; /** Room for schemas that the model is held to; null where it cannot be. */ readonly grammars: GrammarRoom | null }

/** Hub → Converse (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). Model and streaming stand in the URL. */
export function toUpstream(request: ChatRequest, target: Target): BedrockRequest {
  const model = target.upstreamModel;
  const losses = CLAUDE.test(model) ? strayLosses(request, "cache", "toolErrors") : strayLosses(request, "toolErrors");
  const { system, messages } = translateMessages(request.messages, { isClaude: CLAUDE.test(model), losses });
  const body: Record<string, unknown> = { messages, ...(system.length > 0 ? { system } : {}) };
  const draft: Draft = { request, model, body, config: { maxTokens: outputLimit(request, target, losses) }, extra: {}, losses, grammars: constrainsOutput(model) ? new GrammarRoom() : null };
  setTools(draft);
  setThinking(draft);
  setResponseFormat(draft);
  setSampling(draft);
  setStop(draft);
  body["inferenceConfig"] = draft.config;
  if (Object.keys(draft.extra).length > 0) body["additionalModelRequestFields"] = draft.extra;
  for (const [key, value] of Object.entries(request)) {
    if (READ.has(key) || value === null || value === undefined || (key === "n" && value === 1) || value === (key === "parallel_tool_calls")) continue;
    losses.push(`dropped:${key}`);
  }
  return { body, losses };
}

/** QUIRK(bedrock): no choice means "none", and a conversation that used tools must declare some. */
function setTools({ request, model, body, losses, grammars }: Draft): void {
  const tools = (request.tools ?? []).flatMap((tool) => [...wireTool(tool, losses, grammars?.takeTool(tool) ?? null), ...(CLAUDE.test(model) ? cachePoint(tool) : [])]);
  const used = [...new Set(request.messages.flatMap((message) => (message.tool_calls ?? []).map((call) => call.function?.name ?? "")))];
  if (tools.length === 0 && used.length > 0) {
    tools.push(...used.map((name) => ({ toolSpec: { name, inputSchema: { json: { type: "object" } } } })));
    losses.push("emulated:tools");
  }
  if (request.tool_choice === "none" && tools.length > 0) {
    losses.push(used.length > 0 ? "dropped:tool_choice" : "emulated:tool_choice");
    if (used.length === 0) return;
  }
  if (tools.length === 0) return;
  const choice = toolChoice(request.tool_choice, losses);
  body["toolConfig"] = { tools, ...(choice ? { toolChoice: choice } : {}) };
}

function wireTool(tool: ChatTool, losses: string[], grammar: JsonObject | null): JsonObject[] {
  const fn = tool.function;
  if (tool.type !== "function" || !fn) { losses.push(`dropped:tools.${tool.type || "unknown"}`); return []; }
  if (fn.strict && grammar === null) losses.push("dropped:tools.strict");
  const schema = objectOf(fn.parameters);
  const json = grammar ?? (schema["type"] === "object" ? schema : { properties: {}, ...schema, type: "object" });
  return [{ toolSpec: { name: fn.name, ...(fn.description ? { description: fn.description } : {}), inputSchema: { json }, ...(grammar ? { strict: true } : {}) } }];
}

function toolChoice(choice: unknown, losses: string[]): JsonObject | null {
  if (choice === undefined || choice === null || choice === "none") return null;
  if (choice === "auto") return { auto: {} };
  if (choice === "required") return { any: {} };
  const name = textOf(objectOf(objectOf(choice)["function"])["name"]);
  if (name) return { tool: { name } };
  losses.push("dropped:tool_choice");
  return null;
}

/** As Claude itself rules: no thinking beside a forced tool, nor after a tool call whose thinking is not there any more. */
function setThinking({ request, model, body, config, extra, losses }: Draft): void {
  if (isJsonObject(request["thinking"]) && CLAUDE.test(model)) { extra["thinking"] = request["thinking"]; return; }
  const effort = request.reasoning_effort;
  if (!effort || effort === "none" || effort === "minimal") return;
  const budget = Math.min(BUDGETS[effort] ?? BUDGETS["medium"] ?? BUDGET_LEAST, Math.floor(Number(config["maxTokens"]) / 2));
  const adaptive = ADAPTIVE_THINKING.test(model);
  const choice = objectOf(objectOf(body["toolConfig"])["toolChoice"]);
  const forgotten = request.messages.some((message) => message.tool_calls?.length && !message.reasoning_details?.length);
  if (!CLAUDE.test(model) || NO_THINKING.test(model) || "any" in choice || "tool" in choice || forgotten || (!adaptive && budget < BUDGET_LEAST)) { losses.push("dropped:reasoning_effort"); return; }
  losses.push("emulated:reasoning_effort");
  extra["thinking"] = adaptive ? { type: "adaptive" } : { type: "enabled", budget_tokens: budget };
  if (adaptive) extra["output_config"] = { effort: ["low", "medium", "high"].includes(effort) ? effort : "high" };
}

const isThinking = (extra: JsonObject): boolean => ["enabled", "adaptive"].includes(textOf(objectOf(extra["thinking"])["type"]));

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_JsonSchemaDefinition.html: the schema is text there. */
const textFormat = (schema: JsonObject, name: unknown): JsonObject => ({ textFormat: { type: "json_schema", structure: { jsonSchema: { schema: JSON.stringify(schema), ...(typeof name === "string" && name !== "" ? { name } : {}) } } } });

/**
 * A schema that the model can be held to goes as it is; an answer that was begun for it admits none. A forced tool nearly always keeps the
 * form on every model that takes tools; where one cannot be forced, an instruction asks for it.
 */
function setResponseFormat({ request, body, extra, losses, grammars }: Draft): void {
  const format = request.response_format;
  if (!format || format.type === "text") return;
  const schema = objectOf(format.json_schema?.schema);
  const grammar = format.type === "json_schema" && request.messages.at(-1)?.role !== "assistant" ? grammars?.take(schema) ?? null : null;
  if (grammar !== null) { body["outputConfig"] = textFormat(grammar, format.json_schema?.name); return; }
  losses.push("emulated:response_format");
  if (!body["toolConfig"] && !isThinking(extra)) {
    const json = schema["type"] === "object" ? schema : { type: "object", additionalProperties: true };
    body["toolConfig"] = { tools: [{ toolSpec: { name: JSON_ANSWER_TOOL, description: "Answer the user with this tool. Its input is the whole answer.", inputSchema: { json } } }], toolChoice: { tool: { name: JSON_ANSWER_TOOL } } };
    return;
  }
  const wanted = format.type === "json_schema" ? ` It must match this JSON Schema: ${JSON.stringify(schema)}` : "";
  body["system"] = [...arrayOf(body["system"]), { text: `When you answer the user, answer with one JSON object and nothing else: no explanation and no code fence.${wanted}` }];
}

/** QUIRK(anthropic): newer Claude models refuse `temperature` together with `top_p`, and thinking admits neither. */
function setSampling({ request, model, config, extra, losses }: Draft): void {
  const { temperature, top_p: topP, top_k: topK } = request;
  const isClaude = CLAUDE.test(model);
  if (isThinking(extra)) {
    for (const [name, value] of Object.entries({ temperature, top_p: topP, top_k: topK })) if (value != null) losses.push(`dropped:${name}`);
    return;
  }
  if (temperature != null) {
    if (temperature > TEMPERATURE_MAX) losses.push("clamped:temperature");
    config["temperature"] = Math.min(TEMPERATURE_MAX, temperature);
  }
  if (topP != null && isClaude && temperature != null) losses.push("dropped:top_p");
  else if (topP != null) config["topP"] = topP;
  if (topK != null && isClaude) extra["top_k"] = topK;
  else if (topK != null) losses.push("dropped:top_k");
}

/** QUIRK(anthropic): a stop sequence of white space alone is a 400. */
function setStop({ request, config, losses }: Draft): void {
  const asked = typeof request.stop === "string" ? [request.stop] : request.stop ?? [];
  const kept = asked.filter((text) => text.trim() !== "");
  if (kept.length < asked.length) losses.push("dropped:stop");
  if (kept.length > 0) config["stopSequences"] = kept;
}
