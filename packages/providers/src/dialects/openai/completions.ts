import type { Failure, TokenUsage } from "@trunkline/contracts";
import { arrayOf, isJsonObject, objectOf, parseJsonObject, SSE_DONE, sseData, textOf, type JsonObject } from "@trunkline/protocol";
import type { AnswerExtras, Call, Observation, Profile, ProviderAdapter, Relayed } from "../../adapter.ts";
import { failureOf } from "../../failures/failure.ts";
import { completeAnswer, spliceFrame } from "../../relay/answer-splice.ts";
import { NO_BYTES } from "../../relay/ending.ts";
import { PassThroughStream, type FrameInspector } from "../../relay/pass-through-stream.ts";
import { upstreamRequest } from "../../relay/request-body.ts";
import { TextScale } from "../../relay/scan.ts";
import { chatUsageFrom, costFields } from "../../relay/token-usage.ts";
import { failedBody, malformedBody, parseAnswer } from "../../relay/translated-body.ts";
import { openAiUrl } from "../../relay/openai-url.ts";
import { classify, classifyInStream } from "./classify.ts";
import { brokenFinish, finishReasonFrom } from "./stop-reason.ts";
import { splicedBody } from "./to-upstream.ts";
import { usageFrom } from "./usage.ts";

/**
 * The legacy Completions wire, for providers that host models which continue text: bytes pass through but for the cost, so suffixes, several prompts
 * and token arrays reach the model. Every other provider answers through the hub form.
 */
export function createCompletionsAdapter(profile: Profile): ProviderAdapter {
  return {
    dialect: "openai",
    prepare: (call, target) => upstreamRequest(call, { url: openAiUrl(profile, target, "completions"), ...splicedBody(call, target, profile), isNative: true }),
    relayBody: (_call, upstream, extras) => relayBody(upstream, extras),
    relayStream: (call, _target, extras) => new PassThroughStream(new CompletionsInspector(call, extras)),
    classify,
  };
}

function relayBody(upstream: Uint8Array, extras: AnswerExtras): Relayed {
  const answer = parseAnswer(upstream);
  if (!answer) return malformedBody();
  if (answer["error"] != null) return failedBody(classifyInStream(answer["error"]));
  const choices = arrayOf(answer["choices"]).map(objectOf);
  if (choices.length === 0) return failedBody(emptyAnswer());
  const usage = usageFrom(objectOf(answer["usage"]));
  const contentBytes = choices.reduce((total, choice) => total + Buffer.byteLength(textOf(choice["text"])), 0);
  const finishReason = finishReasonFrom(choices[0]?.["finish_reason"]);
  const failure = choices.map((choice) => brokenFinish(choice["finish_reason"])).find((broken) => broken !== null) ?? (finishReason === null && contentBytes === 0 ? emptyAnswer() : null);
  if (failure) return failedBody(failure, usage);
  const explained = extras.explain() ?? null;
  const bytes = completeAnswer(upstream, answer, { usage, extras, more: explained === null ? {} : { trunkline: JSON.stringify(explained) } });
  return { bytes, observation: { usage, contentBytes, finishReason, failure: null, complete: true } };
}

const emptyAnswer = (): Failure => failureOf("protocol_violation", { status: 200, message: "The provider sent an empty answer." });

/** A finish, a usage, an error or the terminator; null is none of them. */
const MATTERS = /"(?:usage|finish_reason)" ?: ?[^n ]|error|\[DONE\]/;

class CompletionsInspector implements FrameInspector {
  readonly #scale = new TextScale(['text"']);
  #identity: JsonObject = {};
  committed = false;
  failure: Failure | null = null;
  finishFailure: Failure | null = null;
  usage: TokenUsage | null = null;
  contentBytes = 0;
  finishReason: Observation["finishReason"] = null;
  closed = false;

  constructor(private readonly call: Call, private readonly extras: AnswerExtras) {}

  get finished(): boolean { return this.finishReason !== null; }

  mayMatter(text: string): boolean {
    return !this.committed || MATTERS.test(text);
  }

  count(text: string): void { this.contentBytes += this.#scale.bytesIn(text); }

  inspect(frame: Uint8Array, _event: string, data: string): Uint8Array {
    if (data.trim() === "[DONE]") {
      this.closed = true;
      if (!this.finished) this.failure = emptyAnswer();
      return this.finished && !this.finishFailure ? frame : NO_BYTES;
    }
    const chunk = parseJsonObject(data);
    if (chunk?.["error"] != null) this.failure = classifyInStream(chunk["error"]);
    else if (!chunk && !this.committed) this.failure = failureOf("protocol_violation", { status: 200, message: "The provider sent an event that is not valid JSON." });
    if (this.failure || !chunk) return frame;
    if (this.#identity["id"] === undefined) this.#identity = chunk;
    for (const choice of arrayOf(chunk["choices"]).map(objectOf)) this.#read(choice);
    const relayed = isJsonObject(chunk["usage"]) ? this.#usageFrame(frame, chunk) : frame;
    return this.finishFailure ? NO_BYTES : relayed;
  }

  #read(choice: JsonObject): void {
    const bytes = Buffer.byteLength(textOf(choice["text"]));
    this.contentBytes += bytes;
    this.finishReason = finishReasonFrom(choice["finish_reason"]) ?? this.finishReason;
    this.finishFailure ??= brokenFinish(choice["finish_reason"]);
    if (bytes > 0 || (this.finished && !this.finishFailure)) this.committed = true;
  }

  /** INVARIANT: the usage chunk that only the gateway asked for never reaches the caller. */
  #usageFrame(frame: Uint8Array, chunk: JsonObject): Uint8Array {
    this.usage = usageFrom(objectOf(chunk["usage"])) ?? this.usage;
    if (!this.call.wantsUsageChunk) return arrayOf(chunk["choices"]).length === 0 ? NO_BYTES : frame;
    const explained = this.extras.explain() ?? null;
    return this.usage ? spliceFrame(frame, this.usage, this.extras, explained === null ? {} : { trunkline: JSON.stringify(explained) }) : frame;
  }

  cut(usage: TokenUsage): Uint8Array {
    this.closed = true;
    const { id, created, model } = this.#identity;
    const frame = { id, object: "text_completion", created, model };
    const answers = typeof this.call.body["n"] === "number" ? this.call.body["n"] : 1;
    let out = "";
    for (let index = 0; index < answers; index++) out += sseData(JSON.stringify({ ...frame, choices: [{ text: "", index, logprobs: null, finish_reason: "length" }] }));
    if (this.call.wantsUsageChunk) out += sseData(JSON.stringify({ ...frame, choices: [], provider: this.extras.provider, usage: { ...chatUsageFrom(usage), ...costFields(usage, this.extras) } }));
    return Buffer.from(out + SSE_DONE);
  }

  terminator(): Uint8Array {
    if (this.closed) return NO_BYTES;
    this.closed = true;
    return Buffer.from(SSE_DONE);
  }
}
