// What the simulator understands of one request, whatever wire it came by. A wire's parser fills it in; the answer
// is made from it alone.

import { countTokens } from "./tokens.ts";

export type WireName = "openai" | "completions" | "responses" | "anthropic" | "gemini" | "bedrock" | "bedrock_anthropic" | "vertex_anthropic" | "cohere" | "replicate";

export interface ToolSpec {
  name: string;
  /** JSON schema of the arguments; anything else is treated as "no arguments". */
  schema: unknown;
}

export interface Prompt {
  /** All text of the prompt in the order in which a prefix cache would see it. */
  segments: string[];
  tokens: number;
  images: number;
  /** Number of leading segments before the last cache marker; null without one. */
  markedSegments: number | null;
  /** A marker asks for writes that are kept an hour. */
  keepsAnHour: boolean;
  /** Tokens of a cached content that the caller only named; part of `tokens`. */
  namedCacheTokens: number;
}

export interface SimulatedCall {
  model: string;
  stream: boolean;
  /** The stream is one JSON array instead of server-sent events (Gemini without `alt=sse`). */
  streamsAsArray: boolean;
  /** The stream must end with a usage frame of its own (OpenAI wire). */
  includeUsage: boolean;
  lastUserText: string;
  /** The conversation ends with the result of a tool. */
  endsWithToolResult: boolean;
  tools: ToolSpec[];
  toolChoice: "auto" | "none" | "required" | { name: string };
  parallelTools: boolean;
  /** Non-null: the answer must be JSON; `schema` null means any object. */
  json: { schema: unknown } | null;
  stop: string[];
  maxTokens: number | null;
  /** The answer comes with (or is counted with) thinking. */
  reasoning: boolean;
  seed: number;
  prompt: Prompt;
}

/** A request that a real provider would refuse with 400; `param` is the path of the offending field. */
export class InvalidCall extends Error {
  readonly param: string | null;
  readonly status: number;
  constructor(message: string, param: string | null = null, status = 400) {
    super(message);
    this.name = "InvalidCall";
    this.param = param;
    this.status = status;
  }
}

/** Tokens an image (or another non-text part) counts for, as a small image does at Gemini. */
export const IMAGE_TOKENS = 258;

export type Fields = Record<string, unknown>;

/** The value as an object, or null. */
export function fieldsOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** The value as a list of objects; anything else gives an empty list. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf).filter((item) => item !== null) : [];
}

/** The value as a string, or the fallback. */
export function stringOf(value: unknown, fallback = ""): string {
  return typeof value === "string" ? value : fallback;
}

/** A positive whole number, or null. */
export function positiveOf(value: unknown): number | null {
  return typeof value === "number" && value > 0 ? Math.floor(value) : null;
}

/** A string or a list of strings as a list without empty entries. */
export function stringsOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === "string" && item !== "");
}

/** Collects a prompt in order and counts it. */
export class PromptBuilder {
  private readonly segments: string[] = [];
  private textTokens = 0;
  private images = 0;
  private marked: number | null = null;
  keepsAnHour = false;
  private namedCacheTokens = 0;

  text(text: string): void {
    if (text === "") return;
    this.segments.push(text);
    this.textTokens += countTokens(text);
  }

  image(): void {
    this.images += 1;
  }

  /** Everything added so far is what the caller asked to have cached. */
  mark(keepsAnHour = false): void {
    this.marked = this.segments.length;
    this.keepsAnHour ||= keepsAnHour;
  }

  /** A cached content that the caller names instead of sending. */
  namedCache(tokens: number): void {
    this.namedCacheTokens += tokens;
  }

  build(): Prompt {
    const { segments, images, marked: markedSegments, keepsAnHour, namedCacheTokens } = this;
    const tokens = Math.max(1, this.textTokens + images * IMAGE_TOKENS + namedCacheTokens);
    return { segments, tokens, images, markedSegments, keepsAnHour, namedCacheTokens };
  }
}
