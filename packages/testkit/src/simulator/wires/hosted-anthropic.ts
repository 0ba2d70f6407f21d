// Claude as clouds host it: the Messages wire with the model in the path and the version in the body.
// Vertex AI: https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude
// Bedrock, whose stream wraps each event: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html

import { fieldsOf, InvalidCall, stringOf, type Fields } from "../call.ts";
import { anthropicWire } from "./anthropic.ts";
import { brokenMessage, EVENT_STREAM_TYPE, eventMessage, exceptionMessage, exceptionOf, streamExceptionOf } from "./event-stream.ts";
import type { Frame, Rendering, Wire, WireRequest } from "./wire.ts";

const VERSION = "2023-06-01";

interface Hosted { model: string; stream: boolean; version: string }

const COUNTING = "/v1/messages/count_tokens";

/** Vertex counts under a name of its own, with the model in the body. */
function parseCount(request: WireRequest, body: Fields, model: string | null): ReturnType<Wire["parse"]> {
  if (!model) throw new InvalidCall("model: Field required", "model");
  return anthropicWire.parse({ ...request, path: COUNTING, headers: { ...request.headers, "anthropic-version": VERSION }, body: { ...body, model } });
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html: the body of the invocation, as base64. */
function parseBedrockCount(request: WireRequest, model: string): ReturnType<Wire["parse"]> {
  const packed = stringOf(fieldsOf(fieldsOf(request.body["input"])?.["invokeModel"])?.["body"]);
  const body = packed ? fieldsOf(JSON.parse(Buffer.from(packed, "base64").toString("utf8"))) : null;
  if (!body) throw new InvalidCall("input.invokeModel.body: Field required", "input");
  if (body["anthropic_version"] !== "bedrock-2023-05-31") throw new InvalidCall("anthropic_version: not a valid version", "anthropic_version");
  if (typeof body["max_tokens"] !== "number") throw new InvalidCall("max_tokens: Field required", "max_tokens");
  return parseCount(request, body, model);
}

function parseHosted(request: WireRequest, { model, stream, version }: Hosted): ReturnType<Wire["parse"]> {
  const { body } = request;
  if (body["anthropic_version"] !== version) throw new InvalidCall(`anthropic_version: "${String(body["anthropic_version"])}" is not a valid version`, "anthropic_version");
  if (body["model"] !== undefined) throw new InvalidCall("model: Extra inputs are not permitted", "model");
  return anthropicWire.parse({ ...request, headers: { ...request.headers, "anthropic-version": VERSION }, body: { ...body, model, stream } });
}

export const vertexAnthropicWire: Wire = {
  ...anthropicWire,
  name: "vertex_anthropic",
  parse: (request) => {
    const [, model = "", operation = ""] = /\/models\/([^/:]+):(\w+)$/.exec(request.path) ?? [];
    if (model === "count-tokens") return parseCount(request, request.body, stringOf(request.body["model"]));
    return parseHosted(request, { model: decodeURIComponent(model), stream: operation === "streamRawPredict", version: "vertex-2023-10-16" });
  },
};

function* wrapped(rendering: Rendering): Generator<Frame> {
  for (const frame of anthropicWire.frames(rendering)) {
    const event = /^data: (.*)$/m.exec(String(frame.text))?.[1] ?? "{}";
    yield { ...frame, text: eventMessage("chunk", { bytes: Buffer.from(event).toString("base64"), p: "abcdefgh" }) };
  }
}

export const bedrockAnthropicWire: Wire = {
  ...anthropicWire,
  name: "bedrock_anthropic",
  parse: (request) => {
    const [, model = "", operation = ""] = /\/model\/([^/]+)\/([\w-]+)$/.exec(request.path) ?? [];
    if (operation === "count-tokens") return parseBedrockCount(request, decodeURIComponent(model));
    if (request.body["stream"] !== undefined) throw new InvalidCall("stream: Extra inputs are not permitted", "stream");
    return parseHosted(request, { model: decodeURIComponent(model), stream: operation === "invoke-with-response-stream", version: "bedrock-2023-05-31" });
  },
  frames: wrapped,
  failure: ({ status, message, code }) => ({ __type: code ?? exceptionOf(status), message }),
  failureFrame: ({ status, message }) => exceptionMessage(streamExceptionOf(status), message),
  malformedFrame: brokenMessage("chunk"),
  headers: (requestId) => ({ "x-amzn-requestid": requestId }),
  streamContentType: EVENT_STREAM_TYPE,
  overloadedStatus: 503,
};
