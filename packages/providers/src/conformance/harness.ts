import { crc32 } from "node:zlib";
import type { TokenUsage } from "@trunkline/contracts";
import { chatFromMessages, chatFromResponses, parseChatRequest, SseReader, type JsonObject } from "@trunkline/protocol";
import type { AnswerExtras, Call, Relayed, StreamRelay, Target } from "../adapter.ts";

/** Builders for the tests of the dialects: a call, a target, and every way in which a response's bytes may arrive. */
export function callOf(body: JsonObject, more: Partial<Call> = {}): Call {
  const inbound = more.inbound ?? "chat_completions";
  return {
    raw: Buffer.from(JSON.stringify(body)), body, inbound, stream: body["stream"] === true,
    wantsUsageChunk: inbound !== "chat_completions" || (body["stream_options"] as { include_usage?: boolean } | undefined)?.include_usage === true,
    hub: () => (inbound === "messages" ? chatFromMessages(body) : inbound === "responses" ? chatFromResponses(body).request : parseChatRequest(body)),
    requestId: "req_test", createdAtSeconds: 1_700_000_000, ...more,
  };
}

export const targetOf = (provider: string, upstreamModel: string, more: Partial<Target> = {}): Target => ({
  provider, upstreamModel, model: `author/${upstreamModel}`, baseUrl: "http://upstream.test/v1", maxOutputTokens: 4096, ...more,
});

/** One USD per million input-like tokens and ten per million output-like ones. */
export const extrasOf = (provider: string, more: Partial<AnswerExtras> = {}): AnswerExtras => ({
  provider,
  cost: (usage: TokenUsage) => (usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens + 10 * (usage.outputTokens + usage.reasoningTokens)) / 1e6,
  explain: () => null, ...more,
});

export const textOfBytes = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

export const bodyOfBytes = (bytes: Uint8Array): JsonObject => JSON.parse(textOfBytes(bytes)) as JsonObject;

/** Feeds the pieces and ends; the result holds all bytes that went to the caller. */
export function relayAll(relay: StreamRelay, pieces: readonly Uint8Array[], how: Parameters<StreamRelay["end"]>[0] = "complete"): Relayed & { readonly text: string } {
  const out: Uint8Array[] = pieces.map((piece) => Buffer.from(relay.push(piece)));
  const last = relay.end(how);
  const bytes = Buffer.concat([...out, last.bytes]);
  return { bytes, observation: last.observation, text: textOfBytes(bytes) };
}

export const whole = (stream: Uint8Array): Uint8Array[] => [stream];

export const byteByByte = (stream: Uint8Array): Uint8Array[] => [...stream].map((byte) => Uint8Array.of(byte));

/** Pieces of 1 to 97 bytes, the same for the same seed (mulberry32). */
export function seededSplits(stream: Uint8Array, seed: number): Uint8Array[] {
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < stream.length;) {
    const size = 1 + Math.floor(random() * 97);
    pieces.push(stream.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** The stream cut behind its first `count` events. */
export function firstFrames(stream: string, count: number): Uint8Array {
  return Buffer.from(stream.split("\n\n").slice(0, count).map((frame) => `${frame}\n\n`).join(""));
}

export const frameCount = (stream: string): number => stream.split("\n\n").filter((frame) => frame.trim() !== "").length;

/** The JSON of a stream's events, at any framing that the rules of server-sent events allow. */
export const dataOf = (text: string): JsonObject[] => new SseReader().push(Buffer.from(`${text}\n\n`)).filter(({ data }) => data.startsWith("{")).map(({ data }) => JSON.parse(data) as JsonObject);

/** One message of AWS's binary event stream. */
export function eventStreamMessage(headers: Readonly<Record<string, string>>, payload: string): Uint8Array {
  const block = Buffer.concat(Object.entries(headers).flatMap(([name, value]) => {
    const text = Buffer.from(value);
    return [Buffer.of(Buffer.byteLength(name)), Buffer.from(name), Buffer.of(7, text.length >> 8, text.length & 0xff), text];
  }));
  const body = Buffer.from(payload);
  const message = Buffer.alloc(12 + block.length + body.length + 4);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(block.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  message.set(block, 12);
  message.set(body, 12 + block.length);
  message.writeUInt32BE(crc32(message.subarray(0, message.length - 4)), message.length - 4);
  return message;
}

/** A ConverseStream event as it is recorded, `{"contentBlockDelta":{…}}`: the name goes into a header. */
export function converseMessage(line: string): Uint8Array {
  const [[type, body] = ["", {}]] = Object.entries(JSON.parse(line) as JsonObject);
  return eventStreamMessage({ ":event-type": type, ":content-type": "application/json", ":message-type": "event" }, JSON.stringify(body));
}

/** An event of Anthropic's stream as InvokeModelWithResponseStream wraps it. */
export const chunkMessage = (event: string): Uint8Array =>
  eventStreamMessage({ ":event-type": "chunk", ":content-type": "application/json", ":message-type": "event" }, JSON.stringify({ bytes: Buffer.from(event).toString("base64"), p: "abcdefghij" }));

export const exceptionMessage = (type: string, message: string): Uint8Array =>
  eventStreamMessage({ ":exception-type": type, ":content-type": "application/json", ":message-type": "exception" }, JSON.stringify({ message }));
