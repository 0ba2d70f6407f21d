import { objectOf, textOf, type ChatRequest, type JsonObject } from "@trunkline/protocol";
import type { Target } from "../../adapter.ts";
import { GATEWAY_FIELDS } from "../../relay/request-body.ts";
import { strayLosses } from "../../relay/stray-losses.ts";
import { translateMessages } from "./to-upstream-messages.ts";

/** https://docs.cohere.com/reference/chat#request.body */
const STOP_SEQUENCES_MAX = 5;
const TOP_P = { least: 0.01, most: 0.99 } as const;
const TOP_K = { least: 0, most: 500 } as const;
const PENALTY = { least: 0, most: 1 } as const;
/** Tokens to think, by effort (https://docs.cohere.com/docs/reasoning); without a budget the model thinks as long as it likes. */
const BUDGETS: Readonly<Record<string, number>> = { minimal: 512, low: 2048, medium: 8192 };
const THINKS = /reasoning/;

const READ = new Set<string>([
  "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "stop", "tools", "tool_choice",
  "response_format", "reasoning_effort", "seed", "presence_penalty", "frequency_penalty", "metadata", ...GATEWAY_FIELDS,
]);

export interface CohereRequest { readonly body: JsonObject; readonly losses: readonly string[] }

interface Draft { readonly request: ChatRequest; readonly target: Target; readonly body: Record<string, unknown>; readonly losses: string[] }

/** Hub → Cohere's v2 chat (https://docs.cohere.com/reference/chat). */
export function toUpstream(request: ChatRequest, target: Target): CohereRequest {
  const losses = strayLosses(request);
  const body: Record<string, unknown> = { model: target.upstreamModel, messages: translateMessages(request.messages, losses), stream: request.stream === true };
  const draft: Draft = { request, target, body, losses };
  setTools(draft);
  setSampling(draft);
  setThinking(draft);
  setResponseFormat(draft);
  for (const [key, value] of Object.entries(request)) {
    if (READ.has(key) || value === null || value === undefined || (key === "n" && value === 1) || value === (key === "parallel_tool_calls")) continue;
    losses.push(`dropped:${key}`);
  }
  return { body, losses };
}

/** QUIRK(cohere): a choice is to use tools or not; one function is forced by offering no other. */
function setTools({ request, body, losses }: Draft): void {
  let functions = (request.tools ?? []).flatMap((tool) => {
    if (tool.type === "function" && tool.function) return [tool.function];
    losses.push(`dropped:tools.${tool.type || "unknown"}`);
    return [];
  });
  if (functions.length === 0) return;
  const choice = request.tool_choice;
  const forced = textOf(objectOf(objectOf(choice)["function"])["name"]);
  if (forced) {
    functions = functions.filter((fn) => fn.name === forced);
    losses.push("emulated:tool_choice");
  }
  body["tools"] = functions.map((fn) => ({ type: "function", function: { name: fn.name, ...(fn.description ? { description: fn.description } : {}), parameters: { type: "object", properties: {}, ...objectOf(fn.parameters) } } }));
  if (functions.length > 0 && functions.every((fn) => fn.strict)) body["strict_tools"] = true;
  else if (functions.some((fn) => fn.strict)) losses.push("dropped:tools.strict");
  if (choice === "required" || forced) body["tool_choice"] = "REQUIRED";
  else if (choice === "none") body["tool_choice"] = "NONE";
}

function setSampling({ request, target, body, losses }: Draft): void {
  const asked = request.max_completion_tokens ?? request.max_tokens;
  if (asked != null) {
    if (asked > target.maxOutputTokens) losses.push("clamped:max_tokens");
    body["max_tokens"] = Math.min(asked, target.maxOutputTokens);
  }
  if (request.temperature != null) body["temperature"] = request.temperature;
  if (request["seed"] != null) body["seed"] = request["seed"];
  const bounded = [["p", "top_p", TOP_P], ["k", "top_k", TOP_K], ["frequency_penalty", "frequency_penalty", PENALTY], ["presence_penalty", "presence_penalty", PENALTY]] as const;
  for (const [name, from, { least, most }] of bounded) {
    const value = request[from];
    if (typeof value !== "number") continue;
    body[name] = Math.min(most, Math.max(least, value));
    if (body[name] !== value) losses.push(`clamped:${from}`);
  }
  const stop = typeof request.stop === "string" ? [request.stop] : request.stop ?? [];
  if (stop.length > STOP_SEQUENCES_MAX) losses.push("clamped:stop");
  if (stop.length > 0) body["stop_sequences"] = stop.slice(0, STOP_SEQUENCES_MAX);
}

function setThinking({ request, target, body, losses }: Draft): void {
  const effort = request.reasoning_effort;
  if (!effort) return;
  if (!THINKS.test(target.upstreamModel)) { losses.push("dropped:reasoning_effort"); return; }
  losses.push("emulated:reasoning_effort");
  const budget = BUDGETS[effort];
  body["thinking"] = effort === "none" ? { type: "disabled" } : { type: "enabled", ...(budget === undefined ? {} : { token_budget: budget }) };
}

/** QUIRK(cohere): JSON mode and tools exclude each other; an instruction takes its place. */
function setResponseFormat({ request, body, losses }: Draft): void {
  const format = request.response_format;
  if (!format || format.type === "text") return;
  const schema = format.type === "json_schema" ? objectOf(format.json_schema?.schema) : null;
  if (!body["tools"]) {
    body["response_format"] = { type: "json_object", ...(schema ? { json_schema: schema } : {}) };
    return;
  }
  losses.push("emulated:response_format");
  const wanted = schema ? ` It must match this JSON Schema: ${JSON.stringify(schema)}` : "";
  body["messages"] = [{ role: "system", content: `When you answer the user, answer with one JSON object and nothing else.${wanted}` }, ...(body["messages"] as readonly JsonObject[])];
}
