import type { TokenUsage } from "@trunkline/contracts";
import { chatFromMessages, parseChatRequest, type JsonObject } from "@trunkline/protocol";
import type { AnswerExtras, Call, Relayed, StreamRelay, Target } from "../adapter.ts";

/** Builders for the tests of the dialects: a call, a target, and every way in which a response's bytes may arrive. */
export function callOf(body: JsonObject, more: Partial<Call> = {}): Call {
  const inbound = more.inbound ?? "chat_completions";
  return {
    raw: Buffer.from(JSON.stringify(body)), body, inbound, stream: body["stream"] === true,
    wantsUsageChunk: inbound === "messages" || (body["stream_options"] as { include_usage?: boolean } | undefined)?.include_usage === true,
    hub: () => (inbound === "messages" ? chatFromMessages(body) : parseChatRequest(body)),
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

export const dataOf = (text: string): JsonObject[] => text.split(/\r?\n/).filter((line) => line.startsWith("data: {")).map((line) => JSON.parse(line.slice("data: ".length)) as JsonObject);
