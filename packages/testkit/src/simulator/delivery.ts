// Carries an answer to the socket, and every ordered fault with it. It promises that the record it returns says
// what was really handed to the socket; what the answer holds was decided before.

import type { ServerResponse } from "node:http";
import type { Fault } from "./faults.ts";
import { strikeAtTokens } from "./faults.ts";
import type { Frame, Wire, WireFailure } from "./wires/wire.ts";

/** What became of one response while it was written. */
export interface Outcome {
  status: number | null;
  outputTokensSent: number;
  usageSent: boolean;
  /** Everything was written, terminator included. */
  whole: boolean;
  /** The simulator itself broke the connection, by order. */
  brokenByOrder: boolean;
}

export interface Delivery {
  response: ServerResponse;
  wire: Wire;
  fault: Fault;
  requestId: string;
  nowMs: () => number;
  outcome: Outcome;
}

export function createOutcome(): Outcome {
  return { status: null, outputTokensSent: 0, usageSent: false, whole: false, brokenByOrder: false };
}

function hasLeft(response: ServerResponse): boolean {
  return response.destroyed || response.closed;
}

/** Resolves once the caller has gone. */
function gone(response: ServerResponse): Promise<void> {
  return hasLeft(response) ? Promise.resolve() : new Promise((resolve) => response.once("close", resolve));
}

/** Waits, or until the caller has gone. */
function pause(response: ServerResponse, durationMs: number): Promise<void> {
  if (hasLeft(response)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      response.off("close", done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    response.once("close", done);
  });
}

/** Writes, and resolves when the bytes have been handed to the operating system or the caller has gone. */
function writeThrough(response: ServerResponse, bytes: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (hasLeft(response)) return resolve();
    const done = (): void => {
      response.off("close", done);
      resolve();
    };
    response.once("close", done);
    response.write(bytes, done);
  });
}

/** Waits for room where the socket's buffer is full: memory stays bounded behind a slow reader. */
export function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("close", done);
      response.off("drain", done);
      resolve();
    };
    response.once("close", done);
    response.once("drain", done);
  });
}

/** Cuts bytes after the first byte of each multi-byte character, and in the midst of what is left whole. */
export function splitInsideCharacters(bytes: Uint8Array): Uint8Array[] {
  const cuts = new Set<number>([Math.floor(bytes.length / 2), Math.min(3, bytes.length)]);
  for (let index = 1; index < bytes.length; index += 1) {
    const continues = ((bytes[index] ?? 0) & 0xc0) === 0x80;
    const afterLead = ((bytes[index - 1] ?? 0) & 0xc0) === 0xc0;
    if (continues && afterLead) cuts.add(index);
  }
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (const cut of [...cuts, bytes.length].sort((left, right) => left - right)) {
    if (cut > start) pieces.push(bytes.subarray(start, cut));
    start = Math.max(start, cut);
  }
  return pieces;
}

async function writeSplit(response: ServerResponse, text: string | Uint8Array): Promise<void> {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  for (const piece of splitInsideCharacters(bytes)) {
    await writeThrough(response, piece);
    // A turn of the event loop apart, so that the parts leave in packets of their own.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Resets the connection (RST): what a crashed provider or a middlebox does. */
function reset(delivery: Delivery): void {
  delivery.outcome.brokenByOrder = true;
  delivery.response.socket?.resetAndDestroy();
}

/** Ends the connection in the middle of a response, after what was written has left. */
function cut(delivery: Delivery): void {
  delivery.outcome.brokenByOrder = true;
  delivery.response.socket?.destroy();
}

function retryHeaders(fault: Fault, nowMs: number): Record<string, string> {
  const dateOf = (value: string): string =>
    value.startsWith("date+") ? new Date(nowMs + Number(value.slice("date+".length)) * 1000).toUTCString() : value;
  return {
    ...(fault.retryAfter === undefined ? {} : { "retry-after": dateOf(fault.retryAfter) }),
    ...(fault.retryAfterMs === undefined ? {} : { "retry-after-ms": dateOf(fault.retryAfterMs) }),
  };
}

/** The failure that a fault orders, for the wire to put into its own shape. */
export function failureOf(status: number, fault: Fault, requestId: string): WireFailure {
  const seconds = fault.retryAfter === undefined ? (fault.retryAfterMs === undefined ? Number.NaN : Number(fault.retryAfterMs) / 1000) : Number(fault.retryAfter);
  return {
    status, requestId, param: null, code: fault.code ?? null,
    message: `The simulator was asked to answer ${status}.`,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : null,
  };
}

/** Sends an error body in the wire's shape. */
export function sendFailure(delivery: Delivery, failure: WireFailure): void {
  const { response, wire, fault, outcome } = delivery;
  const bytes = Buffer.from(JSON.stringify(wire.failure(failure)));
  response.writeHead(failure.status, {
    "content-type": "application/json",
    "content-length": bytes.length,
    ...wire.headers(delivery.requestId),
    ...retryHeaders(fault, delivery.nowMs()),
  });
  response.end(bytes);
  outcome.status = failure.status;
  outcome.whole = true;
}

/**
 * Carries out the faults that strike before any header: waiting, hanging, resetting, refusing.
 * @returns true where the answer may go out.
 */
export async function withstandsFaultsBeforeHeaders(delivery: Delivery): Promise<boolean> {
  const { response, fault } = delivery;
  if (fault.delayMs !== undefined) await pause(response, fault.delayMs);
  if (fault.hang === true) await gone(response);
  if (hasLeft(response)) return false;
  if (fault.reset === true) {
    reset(delivery);
    return false;
  }
  if (fault.status === undefined) return true;
  sendFailure(delivery, failureOf(fault.status, fault, delivery.requestId));
  return false;
}

/** Bytes of a plain body that still go out before a fault strikes in its middle. */
function brokenHalf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function plainBytes(delivery: Delivery, body: object): Buffer {
  const { wire, fault } = delivery;
  if (fault.empty === true) return Buffer.alloc(0);
  const failed = fault.overloadedFirst === true || fault.errorAtTokens !== undefined;
  if (failed) return Buffer.from(JSON.stringify(wire.failure(failureOf(wire.overloadedStatus, fault, delivery.requestId))));
  const bytes = Buffer.from(JSON.stringify(body));
  return fault.malformedAtTokens === undefined ? bytes : Buffer.from(brokenHalf(bytes));
}

/** Sends a whole body; `outputTokens` are those it holds. */
export async function deliverPlain(delivery: Delivery, body: object, outputTokens: number): Promise<void> {
  const { response, wire, fault, outcome } = delivery;
  if (fault.ttftMs !== undefined) await pause(response, fault.ttftMs);
  if (hasLeft(response)) return;
  const bytes = plainBytes(delivery, body);
  response.writeHead(200, { "content-type": "application/json", "content-length": bytes.length, ...wire.headers(delivery.requestId) });
  outcome.status = 200;
  if (fault.cutAtTokens !== undefined || fault.stallAtTokens !== undefined) {
    await writeThrough(response, brokenHalf(bytes));
    if (fault.cutAtTokens !== undefined) return cut(delivery);
    return gone(response);
  }
  const intact = fault.empty !== true && fault.overloadedFirst !== true && strikeAtTokens(fault) === null;
  if (intact) outcome.outputTokensSent = outputTokens;
  outcome.usageSent = intact && fault.noUsage !== true;
  if (fault.splitUtf8 === true) await writeSplit(response, bytes);
  if (fault.splitUtf8 === true) response.end();
  else response.end(bytes);
  outcome.whole = true;
}

/** Carries out the fault that strikes inside a stream. */
async function strike(delivery: Delivery): Promise<void> {
  const { response, wire, fault, outcome } = delivery;
  // What was written before must have left, or a broken connection would take it along.
  await writeThrough(response, "");
  if (fault.cutAtTokens !== undefined) return cut(delivery);
  if (fault.stallAtTokens !== undefined) return gone(response);
  const failure = failureOf(wire.overloadedStatus, fault, delivery.requestId);
  response.end(fault.malformedAtTokens !== undefined ? wire.malformedFrame : wire.failureFrame(failure));
  outcome.whole = true;
}

/** Content type of a stream on this wire. */
export function streamContentType(wire: Wire, asArray: boolean): string {
  return asArray ? "application/json" : wire.streamContentType;
}

function startStream(delivery: Delivery, asArray: boolean): void {
  const { response, wire } = delivery;
  response.writeHead(200, {
    "content-type": streamContentType(wire, asArray),
    "cache-control": "no-cache",
    ...wire.headers(delivery.requestId),
  });
  response.flushHeaders();
  delivery.outcome.status = 200;
}

async function sendFrame(delivery: Delivery, frame: Frame): Promise<void> {
  const { response, fault, outcome } = delivery;
  if (fault.splitUtf8 === true) await writeSplit(response, frame.text);
  else if (!response.write(frame.text)) await drained(response);
  if (hasLeft(response)) return;
  outcome.outputTokensSent = frame.tokens;
  if (fault.paceMs === undefined) return;
  if (fault.paceMs > 0) await pause(response, fault.paceMs);
  else await new Promise((resolve) => setImmediate(resolve));
}

export interface StreamSource {
  frames: Iterable<Frame>;
  /** The same answer under another id, for a stream that begins anew. */
  anew: () => Iterable<Frame>;
  asArray: boolean;
}

/** A whole stream, of text or of binary messages, in one piece, as it goes out where nothing was ordered that would part it. */
export function joinFrames(frames: Iterable<Frame>): Buffer {
  let text = "";
  const bytes: Uint8Array[] = [];
  for (const frame of frames) {
    if (typeof frame.text === "string") text += frame.text;
    else bytes.push(frame.text);
  }
  return bytes.length > 0 ? Buffer.concat(bytes) : Buffer.from(text);
}

/** The frames in the order in which a fault has them go out. */
function* ordered({ frames, anew }: StreamSource, { restartAtTokens, noDone }: Fault): Generator<Frame> {
  if (restartAtTokens !== undefined) {
    for (const frame of frames) {
      if (frame.phase === "closing" || frame.tokens > restartAtTokens) break;
      yield frame;
    }
  }
  for (const frame of restartAtTokens === undefined ? frames : anew()) {
    if (noDone !== true || frame.terminator !== true) yield frame;
  }
}

/** Sends a stream frame by frame, each in a write of its own. */
export async function deliverStream(delivery: Delivery, source: StreamSource): Promise<void> {
  const { response, wire, fault, outcome } = delivery;
  startStream(delivery, source.asArray);
  if (fault.empty === true || fault.overloadedFirst === true) {
    if (fault.ttftMs !== undefined) await pause(response, fault.ttftMs);
    response.end(fault.empty === true ? undefined : wire.failureFrame(failureOf(wire.overloadedStatus, fault, delivery.requestId)));
    outcome.whole = true;
    return;
  }
  const strikeAt = strikeAtTokens(fault);
  let waitedForFirst = fault.ttftMs === undefined;
  for (const frame of ordered(source, fault)) {
    if (hasLeft(response)) return;
    if (!waitedForFirst && frame.phase !== "preamble") {
      await pause(response, fault.ttftMs ?? 0);
      waitedForFirst = true;
    }
    const struck = strikeAt !== null && frame.phase !== "preamble" && (frame.phase === "closing" || frame.tokens > strikeAt);
    if (struck) return strike(delivery);
    await sendFrame(delivery, frame);
  }
  if (hasLeft(response)) return;
  outcome.usageSent = fault.noUsage !== true;
  response.end();
  outcome.whole = true;
}
