// OpenAI's legacy Completions wire, as hosts of open models still speak it:
// https://platform.openai.com/docs/api-reference/completions

import type { SimulatedCall } from "../call.ts";
import { fieldsOf, InvalidCall, positiveOf, PromptBuilder, stringsOf } from "../call.ts";
import { piecesOf, tokensOfBytes } from "../tokens.ts";
import { openaiWire, usageBody } from "./openai.ts";
import type { Frame, Rendering, Wire, WireRequest } from "./wire.ts";

function parse({ body }: WireRequest): SimulatedCall {
  if (typeof body["model"] !== "string") throw new InvalidCall("you must provide a model parameter", "model");
  const given = body["prompt"];
  if (typeof given !== "string" && !Array.isArray(given)) throw new InvalidCall("Missing required parameter: 'prompt'.", "prompt");
  const text = typeof given === "string" ? given : given.map((item: unknown) => (typeof item === "string" ? item : JSON.stringify(item))).join("\n");
  const prompt = new PromptBuilder();
  prompt.text(text);
  if (typeof body["suffix"] === "string") prompt.text(body["suffix"]);
  return {
    model: body["model"], stream: body["stream"] === true, streamsAsArray: false, includeUsage: fieldsOf(body["stream_options"])?.["include_usage"] === true,
    lastUserText: text, endsWithToolResult: false, tools: [], toolChoice: "none", parallelTools: false, json: null, stop: stringsOf(body["stop"]),
    maxTokens: positiveOf(body["max_tokens"]), reasoning: false, seed: typeof body["seed"] === "number" ? body["seed"] : 0, prompt: prompt.build(),
  };
}

const FINISHES: Partial<Record<Rendering["answer"]["finish"], string | null>> = { length: "length", blank: null, error: "error" };
const finishOf = ({ answer: { finish } }: Rendering): string | null => (finish in FINISHES ? FINISHES[finish] ?? null : "stop");
const textOf = ({ answer }: Rendering): string => answer.parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
const headOf = ({ call, answer, createdAtSeconds }: Rendering): object => ({ id: `cmpl-${answer.id}`, object: "text_completion", created: createdAtSeconds, model: call.model });

function* frames(rendering: Rendering): Generator<Frame> {
  const { call, answer } = rendering;
  const data = (fields: object): string => `data: ${JSON.stringify({ ...headOf(rendering), ...fields })}\n\n`;
  let bytes = 0;
  for (const text of piecesOf(textOf(rendering), 0)) {
    bytes += Buffer.byteLength(text);
    yield { text: data({ choices: [{ text, index: 0, logprobs: null, finish_reason: null }] }), tokens: tokensOfBytes(bytes), phase: "content" };
  }
  const tokens = answer.outputTokens;
  yield { text: data({ choices: [{ text: "", index: 0, logprobs: null, finish_reason: finishOf(rendering) }] }), tokens, phase: "closing" };
  if (call.includeUsage && answer.usage !== null) yield { text: data({ choices: [], usage: usageBody(answer.usage) }), tokens, phase: "closing" };
  yield { text: "data: [DONE]\n\n", tokens, phase: "closing", terminator: true };
}

export const completionsWire: Wire = {
  ...openaiWire,
  name: "completions",
  parse,
  plain: (rendering) => ({ ...headOf(rendering), choices: [{ text: textOf(rendering), index: 0, logprobs: null, finish_reason: finishOf(rendering) }], ...(rendering.answer.usage === null ? {} : { usage: usageBody(rendering.answer.usage) }) }),
  frames,
};
