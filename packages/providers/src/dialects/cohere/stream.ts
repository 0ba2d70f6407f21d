import type { Failure, TokenUsage } from "@trunkline/contracts";
import { objectOf, parseJsonObject, textOf, type ChatChunk, type ChatFinishReason, type JsonObject, type SseEvent } from "@trunkline/protocol";
import type { Call, Observation } from "../../adapter.ts";
import type { FrameTranslator } from "../../relay/translated-stream.ts";
import { classifyInStream } from "./classify.ts";
import { annotationsOf } from "./from-upstream.ts";
import { brokenFinish, finishReasonFrom } from "./stop-reason.ts";
import { usageFrom } from "./usage.ts";

/** v2 chat's events → hub chunks (https://docs.cohere.com/docs/streaming). `message-end` carries finish and usage. Unknown events are passed over. */
export class CohereTranslator implements FrameTranslator {
  failure: Failure | null = null;
  usage: TokenUsage | null = null;
  #id: string;
  #finish: ChatFinishReason | null = null;
  readonly #tools = new Map<unknown, { readonly index: number; seen: boolean }>();

  constructor(private readonly call: Call, private readonly model: string) {
    this.#id = call.requestId;
  }

  get usageIsFinal(): boolean { return true; }
  get finishReason(): Observation["finishReason"] { return this.#finish; }

  translate({ event, data }: SseEvent): readonly ChatChunk[] {
    if (data.trim() === "[DONE]") return [];
    const body = parseJsonObject(data);
    if (!body) throw new SyntaxError("not a JSON event");
    const message = objectOf(objectOf(body["delta"])["message"]);
    switch (textOf(body["type"]) || event) {
      case "message-start": return this.#start(body);
      case "content-start": case "content-delta": return this.#content(objectOf(message["content"]));
      case "tool-plan-delta": return this.#reasoning(textOf(message["tool_plan"]));
      case "tool-call-start": return this.#toolStart(body["index"], objectOf(message["tool_calls"]));
      case "tool-call-delta": return this.#arguments(body["index"], textOf(objectOf(objectOf(message["tool_calls"])["function"])["arguments"]));
      case "tool-call-end": return this.#toolEnd(body["index"]);
      case "citation-start": return this.#citation(message["citations"]);
      case "message-end": return this.#end(objectOf(body["delta"]));
      default: return this.#other(body);
    }
  }

  flush(): readonly ChatChunk[] { return []; }

  #start(body: JsonObject): readonly ChatChunk[] {
    this.#id = textOf(body["id"]) || this.#id;
    return [this.chunk({ role: "assistant", content: "" })];
  }

  /** An error has no type of its own: it is a bare `message`, as under any other status. */
  #other(body: JsonObject): readonly ChatChunk[] {
    if (body["type"] === undefined && (body["error"] !== undefined || body["message"] !== undefined)) this.failure = classifyInStream(body["error"] ?? body);
    return [];
  }

  #content(content: JsonObject): readonly ChatChunk[] {
    const text = textOf(content["text"]);
    return [...this.#reasoning(textOf(content["thinking"])), ...(text ? [this.chunk({ content: text })] : [])];
  }

  #citation(citation: unknown): readonly ChatChunk[] {
    const annotations = annotationsOf(citation);
    return [this.chunk({ citations: [citation], ...(annotations.length > 0 ? { annotations } : {}) })];
  }

  #reasoning(text: string): readonly ChatChunk[] {
    return text ? [this.chunk({ reasoning: text })] : [];
  }

  #toolStart(key: unknown, given: JsonObject): readonly ChatChunk[] {
    const called = objectOf(given["function"]);
    const index = this.#tools.size;
    const begun = textOf(called["arguments"]);
    this.#tools.set(key, { index, seen: begun !== "" });
    return [this.chunk({ tool_calls: [{ index, id: textOf(given["id"]), type: "function", function: { name: textOf(called["name"]), arguments: begun } }] })];
  }

  #arguments(key: unknown, json: string): readonly ChatChunk[] {
    const tool = this.#tools.get(key);
    if (!tool || json === "") return [];
    tool.seen = true;
    return [this.chunk({ tool_calls: [{ index: tool.index, function: { arguments: json } }] })];
  }

  /** QUIRK(cohere): a call without arguments streams none, but the Chat wire wants valid JSON. */
  #toolEnd(key: unknown): readonly ChatChunk[] {
    return this.#tools.get(key)?.seen === false ? this.#arguments(key, "{}") : [];
  }

  #end(delta: JsonObject): readonly ChatChunk[] {
    this.usage = usageFrom(objectOf(delta["usage"])) ?? this.usage;
    this.failure = brokenFinish(delta["finish_reason"], textOf(delta["error"]));
    const finish = finishReasonFrom(delta["finish_reason"]);
    if (!finish || this.failure || this.#finish) return [];
    this.#finish = finish;
    const last = this.chunk({});
    return [{ ...last, choices: last.choices.map((choice) => ({ ...choice, finish_reason: finish })) }];
  }

  chunk(delta: JsonObject): ChatChunk {
    return { id: this.#id, object: "chat.completion.chunk", created: this.call.createdAtSeconds, model: this.model, system_fingerprint: null, choices: [{ index: 0, delta, logprobs: null, finish_reason: null }] };
  }
}
