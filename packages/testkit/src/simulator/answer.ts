// Decides what the simulator says: the same call, seed and order give the same answer, on every wire. It promises
// that token counts are those of the parts it returns; how they are written is the wires' part.

import type { SimulatedCall, ToolSpec } from "./call.ts";
import type { Fault } from "./faults.ts";
import { strikeAtTokens } from "./faults.ts";
import type { CacheUse } from "./prompt-cache.ts";
import { instanceOf } from "./schema-instance.ts";
import { BYTES_PER_TOKEN, hashText, prefixOfBytes, tokensOfBytes } from "./tokens.ts";

export type AnswerPart =
  | { kind: "reasoning"; text: string }
  | { kind: "text"; text: string }
  | { kind: "tool"; id: string; name: string; arguments: string };

/** Tokens as the simulator counts them. `inputTokens` leaves out what the cache read or wrote; `outputTokens` holds the reasoning. */
export interface AnswerUsage {
  inputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
}

export interface Answer {
  /** Sixteen hexadecimal characters that depend on the call alone. */
  id: string;
  parts: AnswerPart[];
  /** `blank`: no word of an end; `error`: generation broke. Both hold nothing. */
  finish: "stop" | "stop_sequence" | "length" | "tool_calls" | "blank" | "error";
  stopSequence: string | null;
  /** Tokens of `parts`, whatever the usage claims. */
  outputTokens: number;
  /** What is reported; null when the fault says that nothing is. */
  usage: AnswerUsage | null;
}

/** Most characters of the caller's text that an answer echoes. */
const ECHO_CHARACTERS_MAX = 240;
/** Tokens that an answer runs on past the position of a fault, so that the fault strikes in the middle. */
const TOKENS_AFTER_STRIKE = 24;
/** Proper names looked for in the caller's text. */
const WORDS_MAX = 8;

const OPENINGS = [
  "Here is a short answer — clear and naïve, like a café at noon ☕.",
  "In short: yes, and here is why → it follows from what you said.",
  "Good question! The façade is simple, the résumé even simpler 🙂.",
  "Let us see… three steps are enough: look, think, answer ✓.",
  "Übrigens, kurz gesagt: 短い答えです。It fits in one line.",
  "A brief reply — «c’est tout», nothing more is needed ★.",
];

const FILLER = " Each further sentence is here to make the answer longer — naïve, but readable; 長い文です。";

/** The text sits in every chunk of a long conversation, so only its ends are hashed beside its length. */
function seedText(call: SimulatedCall, seed: number): string {
  const text = call.lastUserText;
  const ends = text.length > 4096 ? `${text.slice(0, 2048)}${text.slice(-2048)}` : text;
  return `${seed}|${call.model}|${call.prompt.tokens}|${call.tools.length}|${ends}`;
}

function properNames(text: string): string[] {
  const names: string[] = [];
  for (const match of text.slice(-4096).matchAll(/(?<![.!?]\s|^)\b\p{Lu}[\p{L}’-]+(?:\s\p{Lu}[\p{L}’-]+)*/gu)) {
    if (match.index > 0) names.push(match[0]);
    if (names.length >= WORDS_MAX) break;
  }
  return names;
}

function echoOf(text: string): string {
  const line = text.slice(0, ECHO_CHARACTERS_MAX * 8).trim().replaceAll(/\s+/g, " ");
  if (line.length <= ECHO_CHARACTERS_MAX) return line;
  // Code points, not units: a cut must not leave half a character.
  const characters = Array.from(line).slice(0, ECHO_CHARACTERS_MAX);
  return `${characters.join("")}…`;
}

function textOf(call: SimulatedCall, hash: number): string {
  const opening = OPENINGS[hash % OPENINGS.length] ?? "";
  const echo = echoOf(call.lastUserText);
  const images = call.prompt.images === 0 ? "" : ` I see ${call.prompt.images} image${call.prompt.images === 1 ? "" : "s"}.`;
  const result = call.endsWithToolResult ? " The tool has answered, thank you." : "";
  return `${opening}${echo === "" ? "" : ` You said: “${echo}”`}${images}${result}`;
}

function ofExactBytes(text: string, bytes: number): string {
  let long = text === "" ? FILLER.trimStart() : text;
  const wanted = Math.ceil((bytes - Buffer.byteLength(long)) / Buffer.byteLength(FILLER));
  if (wanted > 0) long += FILLER.repeat(wanted);
  const cut = prefixOfBytes(long, bytes);
  return cut + ".".repeat(bytes - Buffer.byteLength(cut));
}

function chosenTools(call: SimulatedCall, fault: Fault): ToolSpec[] {
  const { toolChoice, tools } = call;
  if (tools.length === 0 || toolChoice === "none" || fault.text !== undefined) return [];
  if (typeof toolChoice === "object") return tools.filter((tool) => tool.name === toolChoice.name).slice(0, 1);
  if (toolChoice === "auto" && (call.endsWithToolResult || fault.tokens !== undefined || strikeAtTokens(fault) !== null)) return [];
  const several = call.parallelTools && tools.length > 1 && /\b(both|each|parallel)\b/i.test(call.lastUserText);
  return tools.slice(0, several ? 2 : 1);
}

function answerText(call: SimulatedCall, fault: Fault, hash: number): string {
  if (fault.text !== undefined) return fault.text;
  if (call.json === null) return textOf(call, hash);
  if (fault.wrongForm === true) return JSON.stringify({ wrong_form: true });
  const names = properNames(call.lastUserText);
  const value = call.json.schema === null ? { answer: echoOf(call.lastUserText.slice(0, 400)), ok: true } : instanceOf(call.json.schema, names);
  return JSON.stringify(value);
}

interface Ending {
  text: string;
  finish: Answer["finish"];
  stopSequence: string | null;
}

function untilStop(text: string, stop: readonly string[]): Ending {
  let at = -1;
  let found: string | null = null;
  for (const sequence of stop) {
    const position = text.indexOf(sequence);
    if (position >= 0 && (at < 0 || position < at)) {
      at = position;
      found = sequence;
    }
  }
  return found === null ? { text, finish: "stop", stopSequence: null } : { text: text.slice(0, at), finish: "stop_sequence", stopSequence: found };
}

/** Length is forced only where the answer is free text: a JSON answer stays valid. */
function ofOrderedLength(text: string, call: SimulatedCall, fault: Fault): string {
  if (fault.tokens !== undefined) return ofExactBytes(text, fault.tokens * BYTES_PER_TOKEN);
  const strike = strikeAtTokens(fault);
  if (strike === null || call.json !== null) return text;
  const bytes = (strike + TOKENS_AFTER_STRIKE) * BYTES_PER_TOKEN;
  return Buffer.byteLength(text) >= bytes ? text : ofExactBytes(text, bytes);
}

function bytesOf(part: AnswerPart): number {
  return part.kind === "tool" ? Buffer.byteLength(part.name) + Buffer.byteLength(part.arguments) : Buffer.byteLength(part.text);
}

/** Cuts the parts at so many bytes; a tool whose name no longer fits goes wholly. */
function withinBytes(parts: readonly AnswerPart[], bytesMax: number): AnswerPart[] {
  const kept: AnswerPart[] = [];
  let left = bytesMax;
  for (const part of parts) {
    const bytes = bytesOf(part);
    if (bytes <= left) {
      kept.push(part);
      left -= bytes;
      continue;
    }
    if (part.kind !== "tool") kept.push({ ...part, text: prefixOfBytes(part.text, left) });
    else if (left > part.name.length) kept.push({ ...part, arguments: prefixOfBytes(part.arguments, left - Buffer.byteLength(part.name)) });
    break;
  }
  return kept;
}

function usageOf(call: SimulatedCall, fault: Fault, counts: { output: number; reasoning: number; cache: CacheUse }): AnswerUsage | null {
  if (fault.noUsage === true) return null;
  if (fault.usage !== undefined) {
    const { inputTokens, outputTokens } = fault.usage;
    return { inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
  }
  const { readTokens, writeTokens } = counts.cache;
  return {
    inputTokens: call.prompt.tokens - readTokens - writeTokens,
    cacheReadTokens: readTokens,
    cacheWriteTokens: writeTokens,
    outputTokens: counts.output,
    reasoningTokens: counts.reasoning,
  };
}

/** Makes the answer to a call under a fault; pure. */
export function createAnswer(call: SimulatedCall, fault: Fault, cache: CacheUse): Answer {
  const seeded = seedText(call, fault.seed ?? call.seed);
  const hash = hashText(seeded);
  const id = hash.toString(16).padStart(8, "0") + hashText(seeded, hash).toString(16).padStart(8, "0");
  if (fault.blank === true || fault.errorFinish === true) {
    return { id, parts: [], finish: fault.blank === true ? "blank" : "error", stopSequence: null, outputTokens: 0, usage: usageOf(call, fault, { output: 0, reasoning: 0, cache }) };
  }
  const tools = chosenTools(call, fault);
  const parts: AnswerPart[] = [];
  if (call.reasoning && fault.text === undefined && fault.tokens === undefined) {
    parts.push({ kind: "reasoning", text: `The caller asks: “${echoOf(call.lastUserText.slice(0, 120))}”. A short reply will do — voilà.` });
  }
  let ending: Ending = { text: "", finish: "tool_calls", stopSequence: null };
  if (tools.length === 0) {
    ending = untilStop(ofOrderedLength(answerText(call, fault, hash), call, fault), call.stop);
    parts.push({ kind: "text", text: ending.text });
  }
  const names = tools.length === 0 ? [] : properNames(call.lastUserText);
  tools.forEach((tool, index) => parts.push({
    kind: "tool", id: `${id}${index}`, name: tool.name, arguments: JSON.stringify(instanceOf(tool.schema ?? {}, names) ?? {}),
  }));
  const bytes = parts.reduce((sum, part) => sum + bytesOf(part), 0);
  const bytesMax = call.maxTokens === null || fault.noLimit === true ? Number.POSITIVE_INFINITY : call.maxTokens * BYTES_PER_TOKEN;
  const cut = bytes > bytesMax;
  const kept = cut ? withinBytes(parts, bytesMax) : parts;
  const first = kept[0];
  const reasoning = first?.kind === "reasoning" ? tokensOfBytes(Buffer.byteLength(first.text)) : 0;
  const output = tokensOfBytes(cut ? kept.reduce((sum, part) => sum + bytesOf(part), 0) : bytes);
  return {
    id, parts: kept,
    finish: cut ? "length" : ending.finish,
    stopSequence: cut ? null : ending.stopSequence,
    outputTokens: output,
    usage: usageOf(call, fault, { output, reasoning, cache }),
  };
}

/** A tool call that the length cut has arguments that are no JSON; a plain answer then shows none, as the APIs do that send them parsed. */
export function toolInput(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return {};
  }
}
