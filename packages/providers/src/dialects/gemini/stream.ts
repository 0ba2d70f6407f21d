import type { Failure, TokenUsage } from "@trunkline/contracts";
import { arrayOf, isJsonObject, objectOf, parseJsonObject, textOf, type ChatChunk, type ChatFinishReason, type JsonObject, type SseEvent } from "@trunkline/protocol";
import type { Call, Observation } from "../../adapter.ts";
import { failureOf } from "../../failures/failure.ts";
import type { FrameTranslator } from "../../relay/translated-stream.ts";
import { classifyInStream } from "./classify.ts";
import { blockFailure, groundingCitations, imageFrom, toolCallFrom, toolCallId } from "./from-upstream.ts";
import { PartialArgs } from "./partial-args.ts";
import { finishReasonFrom, isBrokenFinish } from "./stop-reason.ts";
import { usageFrom } from "./usage.ts";

/** `streamGenerateContent?alt=sse` → hub chunks. Each event is a whole response object; the last one with a finish reason ends the answer, without a terminator. */
export class GeminiTranslator implements FrameTranslator {
  failure: Failure | null = null;
  usage: TokenUsage | null = null;
  #finish: ChatFinishReason | null = null;
  #started = false;
  #textLength = 0;
  #tools = 0;
  #partial: { readonly first: JsonObject; readonly args: PartialArgs } | null = null;

  constructor(private readonly call: Call, private model: string) {}

  get usageIsFinal(): boolean { return true; }
  get finishReason(): Observation["finishReason"] { return this.#finish; }

  translate({ data }: SseEvent): readonly ChatChunk[] {
    const event = parseJsonObject(data);
    if (!event) throw new SyntaxError("not a JSON event");
    this.failure = event["error"] != null ? classifyInStream(event["error"]) : blockFailure(event);
    if (this.failure) return [];
    this.model = textOf(event["modelVersion"]) || this.model;
    this.usage = usageFrom(objectOf(event["usageMetadata"])) ?? this.usage;
    const candidate = arrayOf(event["candidates"])[0];
    return isJsonObject(candidate) ? this.#candidate(candidate) : [];
  }

  #candidate(candidate: JsonObject): readonly ChatChunk[] {
    const chunks = this.#started ? [] : [this.chunk({ role: "assistant", content: "" })];
    this.#started = true;
    for (const part of arrayOf(objectOf(candidate["content"])["parts"]).map(objectOf)) chunks.push(...this.#part(part));
    const annotations = groundingCitations(candidate, this.#textLength);
    if (annotations.length > 0) chunks.push(this.chunk({ annotations }));
    const finish = finishReasonFrom(candidate["finishReason"]);
    if (!finish || this.#finish) return chunks;
    chunks.push(...this.#endPartial());
    if (isBrokenFinish(candidate["finishReason"]) && this.#textLength === 0 && this.#tools === 0) {
      this.failure = failureOf("protocol_violation", { status: 200, message: "The provider's model wrote a function call that cannot be read." });
      return [];
    }
    this.#finish = this.#tools > 0 && finish !== "length" ? "tool_calls" : finish;
    const last = this.chunk({});
    return [...chunks, { ...last, choices: last.choices.map((choice) => ({ ...choice, finish_reason: this.#finish })) }];
  }

  #part(part: JsonObject): readonly ChatChunk[] {
    if (isJsonObject(part["functionCall"])) return this.#functionCall(part, part["functionCall"]);
    if (isJsonObject(part["inlineData"])) return this.#images(imageFrom(part));
    const text = textOf(part["text"]);
    const signature = textOf(part["thoughtSignature"]);
    if (part["thought"] === true) return text ? [this.chunk({ reasoning: text })] : [];
    this.#textLength += text.length;
    const extra = signature ? { extra_content: { google: { thought_signature: signature } } } : {};
    return text || signature ? [this.chunk({ content: text, ...extra })] : [];
  }

  #images(images: readonly JsonObject[]): readonly ChatChunk[] {
    return images.length > 0 ? [this.chunk({ images })] : [];
  }

  /** A call comes whole, unless `partialArgs` or `willContinue` say that it comes in pieces; then it goes out when it has ended. */
  #functionCall(part: JsonObject, call: JsonObject): readonly ChatChunk[] {
    const piecewise = call["willContinue"] === true || "partialArgs" in call;
    if (!piecewise && call["name"]) return [...this.#endPartial(), this.#toolChunk(part)];
    if (!this.#partial && !call["name"]) return [];
    const chunks = call["name"] && this.#partial ? this.#endPartial() : [];
    this.#partial ??= { first: part, args: new PartialArgs() };
    this.#partial.args.add(call["partialArgs"]);
    return call["willContinue"] === true || arrayOf(call["partialArgs"]).some((piece) => objectOf(piece)["willContinue"] === true) ? chunks : [...chunks, ...this.#endPartial()];
  }

  #endPartial(): readonly ChatChunk[] {
    if (!this.#partial) return [];
    const { first, args } = this.#partial;
    this.#partial = null;
    return [this.#toolChunk({ ...first, functionCall: { ...objectOf(first["functionCall"]), args: args.value } })];
  }

  #toolChunk(part: JsonObject): ChatChunk {
    const index = this.#tools++;
    return this.chunk({ tool_calls: [{ index, ...toolCallFrom(part, toolCallId(this.call, index)) }] });
  }

  flush(): readonly ChatChunk[] { return []; }

  chunk(delta: JsonObject): ChatChunk {
    return { id: this.call.requestId, object: "chat.completion.chunk", created: this.call.createdAtSeconds, model: this.model, system_fingerprint: null, choices: [{ index: 0, delta, logprobs: null, finish_reason: null }] };
  }
}
