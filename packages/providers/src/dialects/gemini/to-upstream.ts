import { isJsonObject, objectOf, textOf, type ChatRequest, type JsonObject } from "@trunkline/protocol";
import type { Target } from "../../adapter.ts";
import { GATEWAY_FIELDS } from "../../relay/request-body.ts";
import { strayLosses } from "../../relay/stray-losses.ts";
import { cleanSchema } from "./schema.ts";
import { translateContents } from "./to-upstream-contents.ts";

/** https://ai.google.dev/api/generate-content#generationconfig */
const STOP_SEQUENCES_MAX = 5;
const TEMPERATURE_MAX = 2;
/** https://ai.google.dev/gemini-api/docs/thinking: version 2.5 takes a budget in tokens, version 3 a level. */
const BUDGETS: Readonly<Record<string, number>> = { minimal: 512, low: 1024, medium: 8192, high: 24_576 };
const READ = new Set<string>([
  "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "stop", "tools", "tool_choice",
  "response_format", "reasoning_effort", "seed", "presence_penalty", "frequency_penalty", "metadata", "user", ...GATEWAY_FIELDS,
]);

export interface GeminiRequest { readonly body: JsonObject; readonly losses: readonly string[] }

interface Draft { readonly request: ChatRequest; readonly target: Target; readonly body: Record<string, unknown>; readonly config: Record<string, unknown>; readonly losses: string[] }

/** Hub → `generateContent` (https://ai.google.dev/api/generate-content). */
export function toUpstream(request: ChatRequest, target: Target): GeminiRequest {
  const losses = strayLosses(request, "state", "pictures");
  const { system, contents } = translateContents(request.messages, { needsSignatures: /gemini-3/.test(target.upstreamModel), losses });
  const body: Record<string, unknown> = { contents, ...(system.length > 0 ? { systemInstruction: { parts: system } } : {}) };
  const draft: Draft = { request, target, body, config: {}, losses };
  setTools(draft);
  setSampling(draft);
  setThinking(draft);
  setResponseFormat(draft);
  if (Object.keys(draft.config).length > 0) body["generationConfig"] = draft.config;
  for (const [key, value] of Object.entries(request)) {
    if (READ.has(key) || value === null || value === undefined || (key === "n" && value === 1) || value === (key === "parallel_tool_calls")) continue;
    losses.push(`dropped:${key}`);
  }
  if (request.user) losses.push("dropped:user");
  return { body, losses };
}

function setTools({ request, body, losses }: Draft): void {
  const lost = new Set<string>();
  const declarations: JsonObject[] = [];
  for (const tool of request.tools ?? []) {
    const fn = tool.function;
    if (tool.type !== "function" || !fn) { losses.push(`dropped:tools.${tool.type || "unknown"}`); continue; }
    if (fn.strict) losses.push("dropped:tools.strict");
    const parameters = cleanSchema(fn.parameters, lost);
    declarations.push({ name: fn.name, ...(fn.description ? { description: fn.description } : {}), ...(isJsonObject(parameters["properties"]) ? { parameters } : {}) });
  }
  for (const keyword of lost) losses.push(`dropped:tools.parameters.${keyword}`);
  if (declarations.length === 0) return;
  body["tools"] = [{ functionDeclarations: declarations }];
  const calling = callingConfig(request.tool_choice, losses);
  if (calling) body["toolConfig"] = { functionCallingConfig: calling };
}

function callingConfig(choice: unknown, losses: string[]): JsonObject | null {
  if (choice === undefined || choice === null) return null;
  if (choice === "auto") return { mode: "AUTO" };
  if (choice === "none") return { mode: "NONE" };
  if (choice === "required") return { mode: "ANY" };
  const name = textOf(objectOf(objectOf(choice)["function"])["name"]);
  if (name) return { mode: "ANY", allowedFunctionNames: [name] };
  losses.push("dropped:tool_choice");
  return null;
}

function setSampling({ request, target, config, losses }: Draft): void {
  const asked = request.max_completion_tokens ?? request.max_tokens;
  if (asked != null) {
    if (asked > target.maxOutputTokens) losses.push("clamped:max_tokens");
    config["maxOutputTokens"] = Math.min(asked, target.maxOutputTokens);
  }
  if (request.temperature != null) {
    if (request.temperature > TEMPERATURE_MAX) losses.push("clamped:temperature");
    config["temperature"] = Math.min(TEMPERATURE_MAX, request.temperature);
  }
  const pairs = [["topP", request.top_p], ["topK", request.top_k], ["seed", request["seed"]], ["presencePenalty", request["presence_penalty"]], ["frequencyPenalty", request["frequency_penalty"]]] as const;
  for (const [name, value] of pairs) if (value != null) config[name] = value;
  const stop = typeof request.stop === "string" ? [request.stop] : request.stop ?? [];
  if (stop.length > STOP_SEQUENCES_MAX) losses.push("clamped:stop");
  if (stop.length > 0) config["stopSequences"] = stop.slice(0, STOP_SEQUENCES_MAX);
}

function setThinking({ request, target, config, losses }: Draft): void {
  const effort = request.reasoning_effort;
  if (!effort) return;
  const model = target.upstreamModel;
  if (/gemini-3/.test(model)) config["thinkingConfig"] = { thinkingLevel: effort === "high" || effort === "xhigh" || (effort === "medium" && /pro/.test(model)) ? "high" : effort === "medium" ? "medium" : "low", includeThoughts: true };
  else if (/gemini-2\.5/.test(model)) config["thinkingConfig"] = effort === "none" && !/pro/.test(model) ? { thinkingBudget: 0 } : { thinkingBudget: BUDGETS[effort] ?? BUDGETS["low"], includeThoughts: true };
  losses.push("thinkingConfig" in config ? "emulated:reasoning_effort" : "dropped:reasoning_effort");
}

/** QUIRK(gemini): JSON mode and function calling exclude each other before version 3; an instruction takes its place. */
function setResponseFormat({ request, target, body, config, losses }: Draft): void {
  const format = request.response_format;
  if (!format || format.type === "text") return;
  if (body["tools"] && !/gemini-3/.test(target.upstreamModel)) {
    losses.push("emulated:response_format");
    const schema = format.json_schema?.schema ? ` It must match this JSON Schema: ${JSON.stringify(format.json_schema.schema)}` : "";
    const system = objectOf(body["systemInstruction"])["parts"];
    body["systemInstruction"] = { parts: [...(Array.isArray(system) ? system : []), { text: `When you answer the user, answer with one JSON object and nothing else.${schema}` }] };
    return;
  }
  config["responseMimeType"] = "application/json";
  if (format.type !== "json_schema") return;
  const lost = new Set<string>();
  config["responseSchema"] = cleanSchema(format.json_schema?.schema, lost);
  for (const keyword of lost) losses.push(`dropped:response_format.${keyword}`);
}
