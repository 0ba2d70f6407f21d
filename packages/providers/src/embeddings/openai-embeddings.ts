import type { Failure, TokenUsage } from "@trunkline/contracts";
import { arrayOf, objectOf, parseJsonObject, spliceTopLevel, textOf, type JsonObject, type SpliceEdit } from "@trunkline/protocol";
import type { AnswerExtras, Call, Profile, ProviderAdapter, Relayed, Target } from "../adapter.ts";
import { classify, classifyInStream } from "../dialects/openai/classify.ts";
import { openAiUrl } from "../relay/openai-url.ts";
import { GATEWAY_FIELDS, upstreamRequest } from "../relay/request-body.ts";
import { costFields, readCount } from "../relay/token-usage.ts";
import { failedBody, malformedBody } from "../relay/translated-body.ts";
import { embeddingsAnswer, inputUsage, noVectors, observed, wantsBase64 } from "./embeddings-request.ts";
import { refuseStream } from "./refuse-stream.ts";

/**
 * `POST /embeddings` of OpenAI and the providers that follow it (https://platform.openai.com/docs/api-reference/embeddings). Bytes pass through but for
 * the cost: an answer of a batch is megabytes of numbers, and no number is parsed. Only where a provider is not known to speak base64 is it asked for floats, and they are encoded here.
 */
export function createOpenAiEmbeddings(profile: Profile): ProviderAdapter {
  const encodes = profile.base64Embeddings === true;
  return {
    dialect: "openai",
    prepare(call, target) {
      return upstreamRequest(call, { url: openAiUrl(profile, target, "embeddings"), body: splicedBody(call, target, encodes), losses: [] });
    },
    relayBody: (call, upstream, extras) => (!encodes && wantsBase64(call) ? encodedBody(call, upstream, extras) : relayed(upstream, extras)),
    relayStream: refuseStream,
    classify,
  };
}

function splicedBody(call: Call, target: Target, encodes: boolean): Uint8Array {
  const edits: Record<string, SpliceEdit> = { model: JSON.stringify(target.upstreamModel) };
  for (const field of GATEWAY_FIELDS) if (field in call.body) edits[field] = null;
  if (!encodes && call.body["encoding_format"] !== undefined) edits["encoding_format"] = null;
  return spliceTopLevel(call.raw, edits);
}

const textIn = (value: Uint8Array): string => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("utf8");
/** `[]` and white space: no vector is shorter. */
const EMPTY_LIST_BYTES = 8;

/** Finds usage, error and data where they lie; the vectors are walked over, not read. */
function relayed(upstream: Uint8Array, extras: AnswerExtras): Relayed {
  let usage: TokenUsage | null = null;
  let failure: Failure | null = null;
  let hasData = false;
  const explained = extras.explain() ?? null;
  const edits: Record<string, SpliceEdit> = {
    error: (value) => { if (textIn(value) !== "null") failure = classifyInStream(JSON.parse(textIn(value))); return value; },
    data: (value) => { hasData = value.length > EMPTY_LIST_BYTES; return value; },
    usage: (value) => { usage = usageFrom(textIn(value)); return usage ? spliceTopLevel(value, costEdits(usage, extras)) : value; },
  };
  try {
    spliceTopLevel(upstream, { error: edits["error"] ?? null, data: edits["data"] ?? null });
    if (failure) return failedBody(failure);
    if (!hasData) return noVectors(toldTokens(objectOf(parseJsonObject(textIn(upstream)))));
    const bytes = spliceTopLevel(upstream, { usage: edits["usage"] ?? null, provider: JSON.stringify(extras.provider), ...(explained === null ? {} : { trunkline: JSON.stringify(explained) }) });
    return { bytes, observation: observed(usage) };
  } catch {
    return malformedBody();
  }
}

function costEdits(usage: TokenUsage, extras: AnswerExtras): Record<string, SpliceEdit> {
  return Object.fromEntries(Object.entries(costFields(usage, extras)).map(([name, value]) => [name, JSON.stringify(value)]));
}

function usageFrom(json: string): TokenUsage | null {
  const usage = objectOf(parseJsonObject(json));
  const tokens = readCount(usage["prompt_tokens"] ?? usage["total_tokens"]);
  return typeof tokens === "number" ? inputUsage(tokens) : null;
}

const toldTokens = (answer: JsonObject): number | null => usageFrom(JSON.stringify(answer["usage"] ?? {}))?.inputTokens ?? null;

function encodedBody(call: Call, upstream: Uint8Array, extras: AnswerExtras): Relayed {
  const answer = parseJsonObject(textIn(upstream));
  if (!answer) return malformedBody();
  if (answer["error"] != null) return failedBody(classifyInStream(answer["error"]));
  const vectors = arrayOf(answer["data"]).map((item) => objectOf(item)["embedding"]);
  return embeddingsAnswer(call, { vectors, tokens: toldTokens(answer), model: textOf(answer["model"]) }, extras);
}
