import type { Failure, TokenUsage } from "@trunkline/contracts";
import { parseJsonObject, textOf, type ChatChunk, type ChatFinishReason, type JsonObject, type SseEvent } from "@trunkline/protocol";
import type { Call, Observation } from "../../adapter.ts";
import type { FrameTranslator } from "../../relay/translated-stream.ts";
import { classifyPrediction } from "./classify.ts";
import { limitOf, outputText } from "./from-upstream.ts";
import { finishReasonFrom, isUnderWay } from "./stop-reason.ts";
import { usageFrom } from "./usage.ts";

/**
 * A prediction's events → hub chunks (https://replicate.com/docs/topics/predictions/streaming): `output` is a piece of text as it is,
 * `done` the end, `error` a failure. The usage is in the prediction alone, which follows as `receipt`; so the reason of the end waits for it.
 */
export class ReplicateTranslator implements FrameTranslator {
  failure: Failure | null = null;
  finishFailure: Failure | null = null;
  usage: TokenUsage | null = null;
  #finish: ChatFinishReason | null = null;
  #started = false;

  constructor(private readonly call: Call, private readonly model: string) {}

  get usageIsFinal(): boolean { return true; }
  get finishReason(): Observation["finishReason"] { return this.#finish; }

  translate({ event, data }: SseEvent): readonly ChatChunk[] {
    switch (event) {
      case "output": return this.#text(data);
      case "error": this.finishFailure = classifyPrediction("failed", detailOf(data)); return [];
      case "done": return this.#done(data);
      case "receipt": return this.#receipt(parseJsonObject(data) ?? {});
      case "": return this.#whole(data);
      default: return [];
    }
  }

  flush(): readonly ChatChunk[] {
    const last = this.chunk({});
    return [{ ...last, choices: last.choices.map((choice) => ({ ...choice, finish_reason: this.#finish })) }];
  }

  #text(text: string): readonly ChatChunk[] {
    if (text === "") return [];
    const role = this.#started ? {} : { role: "assistant" };
    this.#started = true;
    return [this.chunk({ ...role, content: text })];
  }

  /** `{}` for an ordinary end, else `{"reason":"canceled"|"error"}`. */
  #done(data: string): readonly ChatChunk[] {
    const done = data.trim() === "" ? {} : parseJsonObject(data);
    if (!done) throw new SyntaxError("not a JSON event");
    const { reason } = done;
    if (typeof reason === "string" && reason !== "") this.finishFailure ??= classifyPrediction(reason, "");
    else this.#finish = "stop";
    return [];
  }

  #receipt(prediction: JsonObject): readonly ChatChunk[] {
    this.usage = usageFrom(prediction) ?? this.usage;
    if (this.#finish) this.#finish = finishReasonFrom("succeeded", { output: this.usage?.outputTokens ?? null, most: limitOf(prediction) });
    return [];
  }

  /** A prediction that ended before its stream was asked for comes whole. */
  #whole(data: string): readonly ChatChunk[] {
    const prediction = parseJsonObject(data);
    if (!prediction) throw new SyntaxError("not a JSON event");
    const status = textOf(prediction["status"]);
    if (isUnderWay(status)) return [];
    if (status !== "succeeded") { this.failure = classifyPrediction(status, textOf(prediction["error"]) || textOf(prediction["detail"])); return []; }
    this.#finish = "stop";
    this.#receipt(prediction);
    return this.#text(outputText(prediction["output"]));
  }

  chunk(delta: JsonObject): ChatChunk {
    return { id: this.call.requestId, object: "chat.completion.chunk", created: this.call.createdAtSeconds, model: this.model, system_fingerprint: null, choices: [{ index: 0, delta, logprobs: null, finish_reason: null }] };
  }
}

/** A sentence, or problem details around it. */
const detailOf = (data: string): string => textOf(parseJsonObject(data)?.["detail"]) || data;
