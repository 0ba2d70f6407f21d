// The small operations beside generation: model lists, token counts, embeddings. All are made from the request
// alone, in the shape of the provider's own wire.

import type { Fields, WireName } from "./call.ts";
import type { Fault } from "./faults.ts";
import { fieldsOf, InvalidCall, listOf, positiveOf, stringOf, stringsOf } from "./call.ts";
import { countTokens, hashText } from "./tokens.ts";

/** Numbers in an embedding unless the request says otherwise, as text-embedding-3-small gives. */
const DIMENSIONS = 1536;
/** Largest embedding made; above what any provider offers. */
const DIMENSIONS_MAX = 8192;
/** Time stamp of every listed model: lists must not change from call to call. */
const CREATED_AT_SECONDS = 1_735_689_600;

const MODELS: Record<string, readonly string[]> = {
  openai: ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "o4-mini", "text-embedding-3-small"],
  anthropic: ["claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-1"],
  gemini: ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"],
  mistral: ["mistral-large-latest", "mistral-small-latest"],
  deepseek: ["deepseek-chat", "deepseek-reasoner"],
};

const UNKNOWN_PROVIDER_MODELS = ["simulated-small", "simulated-large"];

function modelBody(wire: WireName, provider: string, id: string): object {
  switch (wire) {
    case "anthropic": return { type: "model", id, display_name: id, created_at: "2025-01-01T00:00:00Z" };
    case "gemini": return {
      name: `models/${id}`, version: "001", displayName: id, inputTokenLimit: 1_048_576, outputTokenLimit: 65_536,
      supportedGenerationMethods: ["generateContent", "streamGenerateContent", "countTokens"],
    };
    default: return { id, object: "model", created: CREATED_AT_SECONDS, owned_by: provider };
  }
}

/** The provider's model list. */
export function listModels(wire: WireName, provider: string): object {
  const ids = MODELS[provider] ?? UNKNOWN_PROVIDER_MODELS;
  const models = ids.map((id) => modelBody(wire, provider, id));
  switch (wire) {
    case "anthropic": return { data: models, has_more: false, first_id: ids[0], last_id: ids.at(-1) };
    case "gemini": return { models };
    default: return { object: "list", data: models };
  }
}

/** One model, by the last segment of the path. Every name exists: which models there are is the catalogue's matter. */
export function findModel(wire: WireName, provider: string, path: string): object {
  return modelBody(wire, provider, decodeURIComponent(path.slice(path.indexOf("/models/") + "/models/".length)));
}

/** Token count of a prompt, in the wire's shape. */
export function countBody(wire: WireName, tokens: number): object {
  if (wire === "bedrock_anthropic") return { inputTokens: tokens };
  return wire === "anthropic" || wire === "vertex_anthropic" ? { input_tokens: tokens } : { totalTokens: tokens, promptTokensDetails: [{ modality: "TEXT", tokenCount: tokens }] };
}

function embeddingOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  let state = hashText(text) | 1;
  let squares = 0;
  for (let index = 0; index < dimensions; index += 1) {
    // xorshift32: enough to make vectors of different texts nearly orthogonal.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = (state >>> 0) / 0x8000_0000 - 1;
    vector[index] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares) || 1;
  return vector.map((value) => value / length);
}

/** The texts that vectors are made of; none where the answer is to hold nothing. */
const answered = <T>(texts: readonly T[], { blank }: Fault): readonly T[] => (blank === true ? [] : texts);

function inputsOf(body: Fields): string[] {
  const input = body["input"];
  if (typeof input === "string" || (Array.isArray(input) && typeof input[0] === "string")) return stringsOf(input);
  if (Array.isArray(input) && Array.isArray(input[0])) return input.map((tokens) => JSON.stringify(tokens));
  if (Array.isArray(input) && typeof input[0] === "number") return [JSON.stringify(input)];
  throw new InvalidCall("Missing required parameter: 'input'.", "input");
}

function dimensionsOf(value: unknown): number {
  return Math.min(positiveOf(value) ?? DIMENSIONS, DIMENSIONS_MAX);
}

interface Embedded { body: object; promptTokens: number; /** As reported; null where nothing is. */ usageTokens: number | null }

/** What is told of the prompt tokens: what a fault orders, else what they are. */
const toldOf = (promptTokens: number, { usage, noUsage }: Fault): number | null => (noUsage === true ? null : usage?.inputTokens ?? promptTokens);

/** Embeddings and the prompt tokens they took. @throws InvalidCall without input. */
export function embed(wire: WireName, body: Fields, { path, fault }: { path: string; fault: Fault }): Embedded {
  if (wire === "gemini") return embedGemini(body, path, fault);
  if (wire === "cohere") return embedCohere(body, fault);
  const inputs = inputsOf(body);
  const dimensions = dimensionsOf(body["dimensions"]);
  const promptTokens = inputs.reduce((sum, text) => sum + countTokens(text), 0);
  const data = answered(inputs, fault).map((text, index) => {
    const vector = embeddingOf(text, dimensions);
    const embedding = body["encoding_format"] === "base64" ? Buffer.from(vector.buffer).toString("base64") : [...vector];
    return { object: "embedding", index, embedding };
  });
  const told = toldOf(promptTokens, fault);
  return {
    body: { object: "list", data, model: stringOf(body["model"]), ...(told === null ? {} : { usage: { prompt_tokens: told, total_tokens: told } }) },
    promptTokens, usageTokens: told,
  };
}

/** Most models tell no usage here; where one is ordered, it is told as those do that have it. */
function embedGemini(body: Fields, path: string, fault: Fault): Embedded {
  const requests = path.endsWith(":batchEmbedContents") ? listOf(body["requests"]) : [body];
  const texts = requests.map((request) => listOf(fieldsOf(request["content"])?.["parts"]).map((part) => stringOf(part["text"])).join("\n"));
  const embeddings = answered(texts, fault).map((text, index) => ({ values: [...embeddingOf(text, dimensionsOf(requests[index]?.["outputDimensionality"]))] }));
  const promptTokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  const { usage } = fault;
  const told = usage === undefined ? {} : { usageMetadata: { promptTokenCount: usage.inputTokens } };
  return { body: { ...(path.endsWith(":batchEmbedContents") ? { embeddings } : { embedding: embeddings[0] }), ...told }, promptTokens, usageTokens: usage?.inputTokens ?? null };
}

function embedCohere(body: Fields, fault: Fault): Embedded {
  if (stringOf(body["input_type"]) === "") throw new InvalidCall("input_type parameter must be specified for this model", "input_type");
  const texts = stringsOf(body["texts"]);
  if (texts.length === 0) throw new InvalidCall("valid 'texts' must be provided", "texts");
  const promptTokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  const float = answered(texts, fault).map((text) => [...embeddingOf(text, dimensionsOf(body["output_dimension"]))]);
  const told = toldOf(promptTokens, fault);
  return { body: { id: "embed", texts, embeddings: { float }, meta: { api_version: { version: "2" }, ...(told === null ? {} : { billed_units: { input_tokens: told } }) }, response_type: "embeddings_by_type" }, promptTokens, usageTokens: told };
}
