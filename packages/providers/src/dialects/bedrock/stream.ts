import type { Failure, TokenUsage } from "@trunkline/contracts";
import { isJsonObject, objectOf, parseJsonObject, textOf, type ChatChunk, type ChatFinishReason, type EventStreamMessage, type JsonObject, type SseEvent } from "@trunkline/protocol";
import type { Call, Observation } from "../../adapter.ts";
import { exceptionOf, textOfPayload } from "../../relay/framed-stream.ts";
import type { FrameTranslator } from "../../relay/translated-stream.ts";
import { classifyException } from "./classify.ts";
import { brokenAnswer, detailFrom } from "./from-upstream.ts";
import { finishReasonFrom, isBrokenFinish } from "./stop-reason.ts";
import { JSON_ANSWER_TOOL } from "./to-upstream.ts";
import { usageFrom } from "./usage.ts";

const EXCEPTION = "exception";

/** A message of ConverseStream as an event: its type from the header, its JSON as it came. */
export function eventOf(message: EventStreamMessage): SseEvent | null {
  const exception = exceptionOf(message);
  if (exception) return { event: EXCEPTION, data: JSON.stringify(exception) };
  const event = message.headers[":event-type"];
  return event ? { event, data: textOfPayload(message.payload) } : null;
}

interface OpenTool { readonly index: number; readonly isJsonAnswer: boolean; seen: boolean }

/**
 * ConverseStream events → hub chunks (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html).
 * `messageStop` ends the answer; `metadata` with the usage comes after it, from some models before. Unknown events are passed over.
 */
export class BedrockTranslator implements FrameTranslator {
  failure: Failure | null = null;
  finishFailure: Failure | null = null;
  usage: TokenUsage | null = null;
  #finish: ChatFinishReason | null = null;
  #started = false;
  #hasText = false;
  #toolCount = 0;
  readonly #tools = new Map<unknown, OpenTool>();

  constructor(private readonly call: Call, private readonly model: string) {}

  get usageIsFinal(): boolean { return true; }
  get finishReason(): Observation["finishReason"] { return this.#finish; }

  translate({ event, data }: SseEvent): readonly ChatChunk[] {
    const body = parseJsonObject(data);
    if (!body) throw new SyntaxError("not a JSON event");
    switch (event) {
      case EXCEPTION: this.failure = classifyException(textOf(body["name"]), textOf(body["message"])); return [];
      case "messageStart": return this.#start();
      case "contentBlockStart": return [...this.#start(), ...this.#blockStart(body)];
      case "contentBlockDelta": return [...this.#start(), ...this.#blockDelta(body)];
      case "contentBlockStop": return this.#blockStop(body);
      case "messageStop": return this.#stop(body);
      case "metadata": this.usage = usageFrom(objectOf(body["usage"])) ?? this.usage; return [];
      default: return [];
    }
  }

  flush(): readonly ChatChunk[] { return []; }

  #start(): readonly ChatChunk[] {
    if (this.#started) return [];
    this.#started = true;
    return [this.chunk({ role: "assistant", content: "" })];
  }

  #blockStart(body: JsonObject): readonly ChatChunk[] {
    const use = objectOf(body["start"])["toolUse"];
    if (!isJsonObject(use)) return [];
    const isJsonAnswer = use["name"] === JSON_ANSWER_TOOL;
    const index = isJsonAnswer ? -1 : this.#toolCount++;
    this.#tools.set(body["contentBlockIndex"], { index, isJsonAnswer, seen: false });
    return isJsonAnswer ? [] : [this.chunk({ tool_calls: [{ index, id: textOf(use["toolUseId"]), type: "function", function: { name: textOf(use["name"]), arguments: "" } }] })];
  }

  #blockDelta(body: JsonObject): readonly ChatChunk[] {
    const delta = objectOf(body["delta"]);
    if (isJsonObject(delta["reasoningContent"])) return this.#reasoning(delta["reasoningContent"], Number(body["contentBlockIndex"]));
    const tool = this.#tools.get(body["contentBlockIndex"]);
    if (isJsonObject(delta["toolUse"])) return tool ? this.#input(tool, textOf(delta["toolUse"]["input"])) : [];
    const text = textOf(delta["text"]);
    if (text === "") return [];
    this.#hasText = true;
    return [this.chunk({ content: text })];
  }

  /** Text and signature come as deltas of one block, a redacted block whole. */
  #reasoning(given: JsonObject, index: number): readonly ChatChunk[] {
    if (textOf(given["redactedContent"])) return [this.chunk({ reasoning_details: [detailFrom(given, index)] })];
    if (textOf(given["signature"])) return [this.chunk({ reasoning_details: [detailFrom({ reasoningText: { signature: given["signature"] } }, index)] })];
    const text = textOf(given["text"]);
    return text === "" ? [] : [this.chunk({ reasoning: text, reasoning_details: [detailFrom({ reasoningText: { text } }, index)] })];
  }

  #input(tool: OpenTool, json: string): readonly ChatChunk[] {
    if (json === "") return [];
    tool.seen = true;
    return [this.chunk(tool.isJsonAnswer ? { content: json } : { tool_calls: [{ index: tool.index, function: { arguments: json } }] })];
  }

  /** QUIRK(bedrock): a call without arguments streams none, but the Chat wire wants valid JSON. */
  #blockStop(body: JsonObject): readonly ChatChunk[] {
    const tool = this.#tools.get(body["contentBlockIndex"]);
    this.#tools.delete(body["contentBlockIndex"]);
    return tool && !tool.seen ? this.#input(tool, "{}") : [];
  }

  #stop(body: JsonObject): readonly ChatChunk[] {
    const finish = finishReasonFrom(body["stopReason"]);
    if (!finish || this.#finish) return [];
    if (isBrokenFinish(body["stopReason"]) && !this.#hasText && this.#toolCount === 0) { this.finishFailure = brokenAnswer(); return []; }
    this.#finish = finish === "tool_calls" && this.#toolCount === 0 ? "stop" : finish;
    const last = this.chunk({});
    return [...this.#start(), { ...last, choices: last.choices.map((choice) => ({ ...choice, finish_reason: this.#finish })) }];
  }

  chunk(delta: JsonObject): ChatChunk {
    return { id: this.call.requestId, object: "chat.completion.chunk", created: this.call.createdAtSeconds, model: this.model, system_fingerprint: null, choices: [{ index: 0, delta, logprobs: null, finish_reason: null }] };
  }
}
