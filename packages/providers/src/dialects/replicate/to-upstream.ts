import { objectOf, textOf, type ChatRequest, type JsonObject } from "@trunkline/protocol";
import type { Target } from "../../adapter.ts";
import { GATEWAY_FIELDS } from "../../relay/request-body.ts";
import { strayLosses } from "../../relay/stray-losses.ts";
import { translateMessages } from "./to-upstream-messages.ts";

type Sampling = "temperature" | "top_p" | "top_k" | "presence_penalty" | "frequency_penalty" | "seed";
/** What an official model's own input schema has beside `prompt` and `max_tokens`; each model's page shows its schema (`replicate.com/<owner>/<name>/api/schema`). */
interface Inputs { readonly system: boolean; readonly stop: boolean; readonly sampling: readonly Sampling[] }

const PLAIN: Inputs = { system: false, stop: false, sampling: ["temperature", "top_p", "presence_penalty", "frequency_penalty"] };
/** By the owner of the model; anybody else's is plain. */
const INPUTS: Readonly<Record<string, Inputs>> = {
  anthropic: { system: true, stop: false, sampling: [] },
  meta: { system: true, stop: true, sampling: ["temperature", "top_p", "top_k", "seed"] },
};
const SAMPLING: readonly Sampling[] = ["temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty", "seed"];

const READ = new Set<string>(["model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "stop", "response_format", "metadata", "tools", "tool_choice", ...SAMPLING, ...GATEWAY_FIELDS]);

export interface ReplicateRequest { readonly body: JsonObject; readonly losses: readonly string[] }
interface Draft { readonly request: ChatRequest; readonly target: Target; readonly inputs: Inputs; readonly input: Record<string, unknown>; readonly losses: string[] }

/** Hub → the input of a prediction. */
export function toUpstream(request: ChatRequest, target: Target): ReplicateRequest {
  const losses = strayLosses(request);
  const inputs = INPUTS[target.upstreamModel.slice(0, target.upstreamModel.indexOf("/"))] ?? PLAIN;
  const draft: Draft = { request, target, inputs, input: {}, losses };
  setPrompt(draft);
  setLimit(draft);
  setSampling(draft);
  if (request.tools?.length) losses.push("dropped:tools");
  for (const [key, value] of Object.entries(request)) {
    if (READ.has(key) || value === null || value === undefined || (key === "n" && value === 1) || value === (key === "parallel_tool_calls")) continue;
    losses.push(`dropped:${key}`);
  }
  return { body: { stream: request.stream === true, input: draft.input }, losses };
}

/** A model without a place for instructions reads them first. */
function setPrompt({ request, inputs, input, losses }: Draft): void {
  const { system, prompt } = translateMessages(request.messages, losses);
  const instructions = [system, demandedForm(request, losses)].filter(Boolean).join("\n\n");
  if (inputs.system && instructions) input["system_prompt"] = instructions;
  else if (system) losses.push("emulated:messages");
  input["prompt"] = inputs.system || !instructions ? prompt : `${instructions}\n\n${prompt}`;
}

function demandedForm({ response_format: format }: ChatRequest, losses: string[]): string {
  if (!format || format.type === "text") return "";
  losses.push("emulated:response_format");
  const schema = format.type === "json_schema" ? objectOf(format.json_schema?.schema) : null;
  return `Answer with one JSON object and nothing else.${schema ? ` It must match this JSON Schema: ${JSON.stringify(schema)}` : ""}`;
}

function setLimit({ request, target, input, losses }: Draft): void {
  const asked = request.max_completion_tokens ?? request.max_tokens;
  if (asked == null) return;
  const limit = Math.min(asked, target.maxOutputTokens);
  if (limit !== asked) losses.push("clamped:max_tokens");
  input["max_tokens"] = limit;
}

/** QUIRK(replicate): stop sequences are one text, parted by commas. */
function setSampling({ request, inputs, input, losses }: Draft): void {
  for (const name of SAMPLING) {
    const value = request[name];
    if (value === null || value === undefined) continue;
    if (inputs.sampling.includes(name)) input[name] = value;
    else losses.push(`dropped:${name}`);
  }
  const stop = (typeof request.stop === "string" ? [request.stop] : request.stop ?? []).map(textOf).filter(Boolean);
  if (stop.length === 0) return;
  if (inputs.stop && stop.every((text) => !text.includes(","))) input["stop_sequences"] = stop.join(",");
  else losses.push("dropped:stop");
}
