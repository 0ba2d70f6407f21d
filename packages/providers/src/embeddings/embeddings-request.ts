import { GatewayError, type TokenUsage } from "@trunkline/contracts";
import { arrayOf, type JsonObject } from "@trunkline/protocol";
import type { AnswerExtras, Call, Observation, Relayed } from "../adapter.ts";
import { failureOf } from "../failures/failure.ts";
import { costFields } from "../relay/token-usage.ts";

/** A likely size of a token in bytes, for providers that report no usage of embeddings. */
const TEXT_BYTES_PER_TOKEN = 4;

/** The texts of `input`. Only OpenAI's models know the numbers of a token array: GatewayError caller.invalid_request for one. */
export function textsOf(call: Call): readonly string[] {
  const { input } = call.body;
  const texts = typeof input === "string" ? [input] : arrayOf(input);
  if (texts.every((text): text is string => typeof text === "string")) return texts;
  throw new GatewayError("caller.invalid_request", "`input`: token arrays are understood by OpenAI's models alone. Send text to this model.", { param: "input" });
}

export const wantsBase64 = (call: Call): boolean => call.body["encoding_format"] === "base64";

/** Vectors go out as little-endian 32-bit floats, which is what the official clients read. */
function encoded(vector: readonly unknown[], base64: boolean): unknown {
  return base64 ? Buffer.from(Float32Array.from(vector, Number).buffer).toString("base64") : vector;
}

export const observed = (usage: TokenUsage | null, failure: Observation["failure"] = null): Observation => ({ usage, contentBytes: 0, finishReason: null, failure, complete: failure === null });

/** `tokens`: what the provider bills for it all the same, where it says so. */
export const noVectors = (tokens: number | null): Relayed => ({ bytes: Buffer.alloc(0), observation: observed(tokens === null ? null : inputUsage(tokens), failureOf("protocol_violation", { status: 200, message: "The provider's answer holds no embedding for every input." })) });

export const inputUsage = (tokens: number): TokenUsage => ({ inputTokens: tokens, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0, basis: "reported" });

const estimated = (texts: readonly string[]): TokenUsage => ({ ...inputUsage(texts.reduce((sum, text) => sum + Math.ceil(Buffer.byteLength(text) / TEXT_BYTES_PER_TOKEN), 0)), basis: "estimated" });

/** Vectors of any provider → the OpenAI body. One vector an input, or the attempt failed. `tokens` null: the provider told none. */
export function embeddingsAnswer(call: Call, { vectors, tokens, model }: { readonly vectors: readonly unknown[]; readonly tokens: number | null; readonly model: string }, extras: AnswerExtras): Relayed {
  const texts = textsOf(call);
  if (vectors.length !== texts.length || vectors.some((vector) => arrayOf(vector).length === 0)) return noVectors(tokens);
  const usage = tokens === null ? estimated(texts) : inputUsage(tokens);
  const explained = extras.explain() ?? null;
  const body: JsonObject = {
    object: "list", data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: encoded(arrayOf(vector), wantsBase64(call)) })), model,
    usage: { prompt_tokens: usage.inputTokens, total_tokens: usage.inputTokens, ...costFields(usage, extras) }, provider: extras.provider, ...(explained === null ? {} : { trunkline: explained }),
  };
  return { bytes: Buffer.from(JSON.stringify(body)), observation: observed(usage) };
}

/** `dimensions`, where the caller named a number. */
export const dimensionsOf = (call: Call): number | null => (typeof call.body["dimensions"] === "number" ? call.body["dimensions"] : null);

/** What only OpenAI's wire knows of an embeddings body. */
export const embeddingsLosses = (call: Call, carried: readonly string[]): string[] => Object.keys(call.body).filter((name) => !COMMON.has(name) && !carried.includes(name) && call.body[name] != null).map((name) => `dropped:${name}`);

const COMMON = new Set(["model", "input", "encoding_format", "dimensions", "user", "metadata", "provider", "routing", "session_id", "models", "routing_preset"]);
