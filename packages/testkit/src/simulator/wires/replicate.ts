// Replicate's predictions of official language models: what its HTTP reference and its guide to streaming document.
// https://replicate.com/docs/reference/http and https://replicate.com/docs/topics/predictions/streaming

import type { AnswerUsage } from "../answer.ts";
import type { Fields, SimulatedCall } from "../call.ts";
import { fieldsOf, InvalidCall, positiveOf, PromptBuilder, stringOf } from "../call.ts";
import { piecesOf, tokensOfBytes } from "../tokens.ts";
import type { Frame, Rendering, Wire, WireFailure, WireRequest } from "./wire.ts";

const MODEL = /\/models\/([^/]+\/[^/]+)\/predictions$/;
/** The end of a transcript: what the last speaker said before the assistant is to answer. */
const LAST_TURN = /(?:^|\n\n)(User|Tool result): ((?:(?!\n\n(?:User|Tool result|Assistant):)[\s\S])*)\n\nAssistant:$/;

function parse({ body, path }: WireRequest): SimulatedCall {
  const input = fieldsOf(body["input"]);
  const text = stringOf(input?.["prompt"]);
  if (input === null || text === "") throw new InvalidCall("- input.prompt: prompt is required\n", "input.prompt", 422);
  const prompt = new PromptBuilder();
  prompt.text(stringOf(input["system_prompt"]));
  prompt.text(text);
  const [, speaker, said] = LAST_TURN.exec(text) ?? [];
  return {
    model: MODEL.exec(path)?.[1] ?? "",
    stream: body["stream"] === true,
    streamsAsArray: false, includeUsage: true,
    lastUserText: said ?? text,
    endsWithToolResult: speaker === "Tool result",
    tools: [], toolChoice: "none", parallelTools: false,
    json: /Answer with one JSON object and nothing else\./.test(`${stringOf(input["system_prompt"])}${text}`) ? { schema: null } : null,
    stop: stringOf(input["stop_sequences"]).split(",").filter((stop) => stop !== ""),
    maxTokens: positiveOf(input["max_tokens"]),
    reasoning: false,
    seed: typeof input["seed"] === "number" ? input["seed"] : 0,
    prompt: prompt.build(),
  };
}

const textOf = ({ answer }: Rendering): string => answer.parts.map((part) => (part.kind === "tool" ? part.arguments : part.text)).join("");

function metricsOf(usage: AnswerUsage | null): object {
  if (usage === null) return { predict_time: 0.5 };
  return { input_token_count: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens, output_token_count: usage.outputTokens, predict_time: 0.5, time_to_first_token: 0.1, tokens_per_second: 50 };
}

const FAILED = "The model failed to predict.";

/** Replicate's ids are letters and digits. */
export const predictionIdOf = ({ answer }: Rendering): string => answer.id.replace(/[^a-z0-9]/gi, "").padEnd(26, "0").slice(0, 26);

function plain(rendering: Rendering): object {
  const { answer, call, createdAtSeconds } = rendering;
  const at = new Date(createdAtSeconds * 1000).toISOString();
  const input: Fields = { prompt: call.lastUserText, ...(call.maxTokens === null ? {} : { max_tokens: call.maxTokens }) };
  const failed = answer.finish === "error";
  return {
    id: predictionIdOf(rendering), model: call.model, version: "hidden", input, logs: "", data_removed: false, created_at: at, started_at: at, completed_at: at,
    status: failed ? "failed" : "succeeded", error: failed ? FAILED : null, output: failed ? null : [...piecesOf(textOf(rendering), 0)], metrics: metricsOf(answer.usage),
  };
}

/** A text of several lines takes several `data` lines. */
const output = (text: string, id: number): string => `event: output\nid: ${id}:0\n${text.split("\n").map((line) => `data: ${line}\n`).join("")}\n`;

function* frames(rendering: Rendering): Generator<Frame> {
  let bytes = 0;
  let id = 0;
  for (const piece of piecesOf(textOf(rendering), 0)) {
    bytes += Buffer.byteLength(piece);
    id += 1;
    yield { text: output(piece, id), tokens: tokensOfBytes(bytes), phase: "content" };
  }
  const failed = rendering.answer.finish === "error";
  if (failed) yield { text: `event: error\nid: ${id + 1}:0\ndata: ${FAILED}\n\n`, tokens: 0, phase: "closing" };
  yield { text: `event: done\nid: ${id + 1}:0\ndata: ${failed ? '{"reason":"error"}' : "{}"}\n\n`, tokens: rendering.answer.outputTokens, phase: "closing" };
}

const failure = ({ status, message }: WireFailure): object => ({ title: "The simulator was asked to fail", detail: message, status });

export const replicateWire: Wire = {
  name: "replicate",
  parse,
  plain,
  frames,
  failure,
  failureFrame: ({ message }) => `event: error\ndata: ${message}\n\nevent: done\ndata: {"reason":"error"}\n\n`,
  malformedFrame: `event: done\ndata: {"reason\n\n`,
  headers: (requestId) => ({ "replicate-request-id": requestId }),
  streamContentType: "text/event-stream",
  overloadedStatus: 503,
};
