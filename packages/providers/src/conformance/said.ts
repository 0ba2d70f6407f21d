import { arrayOf, isJsonObject, objectOf, textOf, type JsonObject } from "@trunkline/protocol";

/** What an answer says, whatever wire it came by: the common ground on which a recording and what the caller got are compared. */
export interface Said {
  readonly text: string;
  readonly reasoning: string;
  /** Arguments as parsed JSON; as the raw text where it is none. */
  readonly tools: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly finish: string | null;
  /** All tokens that went in, and all that came out; null where none were told. */
  readonly usage: { readonly input: number; readonly output: number } | null;
}

/** Gathers an answer from its pieces, by a reading of each wire that shares nothing with the dialects. */
export class Gathered {
  text = "";
  reasoning = "";
  finish: string | null = null;
  usage: Said["usage"] = null;
  readonly #tools = new Map<unknown, { name: string; json: string }>();
  readonly #freeTexts = new Map<unknown, string>();

  tool(key: unknown, name: string, json: string): void {
    const tool = this.#tools.get(key) ?? { name: "", json: "" };
    this.#tools.set(key, { name: tool.name || name, json: tool.json + json });
  }

  /** More arguments of a call that has begun; of nothing else. */
  toolPiece(key: unknown, json: string): void {
    if (this.#tools.has(key)) this.tool(key, "", json);
  }

  /** A free text is the one argument `input`, wherever it is a function's. */
  freeText(key: unknown, name: string, text: string): void {
    this.tool(key, name, "");
    this.#freeTexts.set(key, (this.#freeTexts.get(key) ?? "") + text);
  }

  get toolCount(): number { return this.#tools.size; }

  said(): Said {
    const tools = [...this.#tools].map(([key, { name, json }]) => ({ name, arguments: this.#freeTexts.has(key) ? { input: this.#freeTexts.get(key) } : parsed(json) }));
    return { text: this.text, reasoning: this.reasoning, tools, finish: this.finish, usage: this.usage };
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json === "" ? "{}" : json) as unknown;
  } catch {
    return json;
  }
}

const count = (value: unknown): number => (typeof value === "number" ? value : 0);

/** One choice's `delta` or `message` of the Chat wire. */
export function readChatPart(part: JsonObject, into: Gathered): void {
  const { content } = part;
  if (typeof content === "string") into.text += content;
  for (const piece of arrayOf(content).map(objectOf)) {
    into.text += textOf(piece["text"]);
    for (const thought of arrayOf(piece["thinking"]).map(objectOf)) into.reasoning += textOf(thought["text"]);
  }
  into.text += textOf(part["refusal"]);
  into.reasoning += textOf(part["reasoning"]) || textOf(part["reasoning_content"]);
  for (const [position, call] of arrayOf(part["tool_calls"]).map(objectOf).entries()) {
    const called = objectOf(call["function"]);
    const key = call["index"] ?? position;
    if (isJsonObject(call["custom"])) into.freeText(key, textOf(call["custom"]["name"]), textOf(call["custom"]["input"]));
    else into.tool(key, textOf(called["name"]), isJsonObject(called["arguments"]) ? JSON.stringify(called["arguments"]) : textOf(called["arguments"]));
  }
  if (isJsonObject(part["function_call"])) into.tool(0, textOf(part["function_call"]["name"]), textOf(part["function_call"]["arguments"]));
}

/** Other words of hosts for the ends that every wire has. */
const CHAT_STOPS: Readonly<Record<string, string>> = { max_tokens: "length", model_length: "length", function_call: "tool_calls", eos: "stop", abort: "stop" };

/** QUIRK(xai): reasoning that only the total counts. QUIRK(perplexity): beside the total. QUIRK(groq, moonshot): usage in other places. */
export function readChat(answer: JsonObject, into: Gathered): void {
  const choice = objectOf(arrayOf(answer["choices"])[0]);
  readChatPart(objectOf(choice["delta"] ?? choice["message"]), into);
  const finish = textOf(choice["finish_reason"]);
  if (finish) into.finish = CHAT_STOPS[finish] ?? finish;
  const usage = answer["usage"] ?? objectOf(answer["x_groq"])["usage"] ?? choice["usage"];
  if (!isJsonObject(usage)) return;
  const input = count(usage["prompt_tokens"]);
  const beside = usage["completion_tokens_details"] === undefined ? count(usage["reasoning_tokens"]) : 0;
  into.usage = { input, output: beside > 0 ? count(usage["completion_tokens"]) + beside : typeof usage["total_tokens"] === "number" ? usage["total_tokens"] - input : count(usage["completion_tokens"]) };
}

const MESSAGE_STOPS: Readonly<Record<string, string>> = { max_tokens: "length", model_context_window_exceeded: "length", tool_use: "tool_calls", refusal: "content_filter" };

export function readMessageStop(reason: unknown, into: Gathered): void {
  if (!textOf(reason)) return;
  const finish = MESSAGE_STOPS[textOf(reason)] ?? "stop";
  into.finish = finish === "tool_calls" && into.toolCount === 0 ? "stop" : finish;
}

/** A refusal in words is what the answer says. */
function readExplanation({ stop_details: details }: JsonObject, into: Gathered): void {
  into.text += textOf(objectOf(details)["explanation"]);
}

function readMessageUsage(usage: JsonObject, into: Gathered): void {
  into.usage = { input: count(usage["input_tokens"]) + count(usage["cache_read_input_tokens"]) + count(usage["cache_creation_input_tokens"]), output: count(usage["output_tokens"]) };
}

export function readMessage(message: JsonObject, into: Gathered): void {
  for (const [index, block] of arrayOf(message["content"]).map(objectOf).entries()) {
    if (block["type"] === "text") into.text += textOf(block["text"]);
    if (block["type"] === "thinking") into.reasoning += textOf(block["thinking"]);
    if (block["type"] === "tool_use") into.tool(index, textOf(block["name"]), JSON.stringify(block["input"] ?? {}));
  }
  readMessageStop(message["stop_reason"], into);
  readExplanation(message, into);
  if (isJsonObject(message["usage"])) readMessageUsage(message["usage"], into);
}

/** A call's input comes in deltas, or whole at the start. */
const startInput = (input: unknown): string => (isJsonObject(input) && Object.keys(input).length > 0 ? JSON.stringify(input) : "");

/** Reads a stream of the Messages API up to its end: what comes behind that belongs to another answer. */
export function readMessageEvents(events: readonly JsonObject[], into: Gathered): void {
  let usage: JsonObject = {};
  for (const event of events) {
    if (event["type"] === "message_stop") return;
    const block = objectOf(event["content_block"]);
    const delta = objectOf(event["delta"]);
    if (event["type"] === "content_block_start" && block["type"] === "text") into.text += textOf(block["text"]);
    if (event["type"] === "content_block_start" && block["type"] === "tool_use") into.tool(event["index"], textOf(block["name"]), startInput(block["input"]));
    if (delta["type"] === "text_delta") into.text += textOf(delta["text"]);
    if (delta["type"] === "thinking_delta") into.reasoning += textOf(delta["thinking"]);
    if (delta["type"] === "input_json_delta" && textOf(delta["partial_json"]) !== "") into.toolPiece(event["index"], textOf(delta["partial_json"]));
    readMessageStop(delta["stop_reason"], into);
    readExplanation(delta, into);
    const told = objectOf(event["usage"] ?? objectOf(event["message"])["usage"]);
    usage = { ...usage, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null)) };
    if (Object.keys(told).length > 0) readMessageUsage(usage, into);
  }
}

/** One finished item of a response's `output`. What the provider ran itself says nothing to the caller. */
function readOutputItem(item: JsonObject, index: number, into: Gathered): void {
  const textIn = (parts: unknown): string => arrayOf(parts).map(objectOf).map((part) => textOf(part["text"]) || textOf(part["refusal"])).join("");
  if (item["type"] === "message") into.text += textIn(item["content"]);
  if (item["type"] === "reasoning") into.reasoning += textIn(item["summary"]) || textIn(item["content"]);
  if (item["type"] === "function_call") into.tool(index, textOf(item["name"]), textOf(item["arguments"]));
  if (item["type"] === "custom_tool_call") into.tool(index, textOf(item["name"]), JSON.stringify({ input: item["input"] }));
}

/** A whole response, as a body or as the last event of its stream. */
export function readResponse(response: JsonObject, into: Gathered): void {
  for (const [index, item] of arrayOf(response["output"]).map(objectOf).entries()) readOutputItem(item, index, into);
  readResponseEnd(response, into);
}

function readResponseEnd(response: JsonObject, into: Gathered): void {
  const { status, usage } = response;
  if (status === "completed") into.finish = into.toolCount > 0 ? "tool_calls" : "stop";
  if (status === "incomplete") into.finish = objectOf(response["incomplete_details"])["reason"] === "content_filter" ? "content_filter" : "length";
  if (isJsonObject(usage)) into.usage = { input: count(usage["input_tokens"]), output: count(usage["output_tokens"]) };
}

const SHOWN = new Set(["response.output_text.delta", "response.refusal.delta", "response.reasoning_summary_text.delta", "response.reasoning_text.delta"]);

/** Reads a stream of responses up to its end: what was shown piece by piece, and of every item that showed nothing what it held when it was done. */
export function readResponseEvents(events: readonly JsonObject[], into: Gathered): void {
  const shown = new Set<unknown>();
  for (const event of events) {
    const type = textOf(event["type"]);
    if (SHOWN.has(type)) {
      shown.add(event["output_index"]);
      if (type.startsWith("response.reasoning")) into.reasoning += textOf(event["delta"]);
      else into.text += textOf(event["delta"]);
    }
    if (type === "response.output_item.done" && !shown.has(event["output_index"])) readOutputItem(objectOf(event["item"]), Number(event["output_index"]), into);
    if (type !== "response.completed" && type !== "response.incomplete") continue;
    readResponseEnd(objectOf(event["response"]), into);
    return;
  }
}
