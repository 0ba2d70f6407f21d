import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { GatewayError } from "@trunkline/contracts";
import { findJsonFault } from "./json-fault.ts";

/** Agents send long contexts and images; 32 MB is what the largest provider accepts. */
export const BODY_BYTES_MAX = 32 * 1024 * 1024;
/** Deeper documents parse, but overflow the stack of whoever walks or writes them. */
export const JSON_DEPTH_MAX = 64;
/** A refused body is read on and thrown away, or its sender, still writing, would see a broken connection instead of the reason. Twice the largest that is allowed, and no more: whoever sends on is cut off. */
const DISCARDED_BYTES_MAX = 2 * BODY_BYTES_MAX;
/** Bodies in memory over all requests: beyond this new ones are refused, so that a burst of large bodies cannot exhaust memory. */
export const BODY_BYTES_IN_FLIGHT_MAX = 512 * 1024 * 1024;

let bodyBytesInFlight = 0;

export interface JsonBody { readonly raw: Uint8Array; readonly body: Readonly<Record<string, unknown>> }

const tooLarge = (): GatewayError => new GatewayError("caller.request_too_large", `The body is larger than ${BODY_BYTES_MAX / 1_048_576} MB. Send less: shorten the conversation or upload large parts elsewhere.`);

/**
 * Reads the whole body as a JSON object. Refuses before reading by Content-Type, Content-Encoding and Content-Length; while
 * reading by size; afterwards by encoding, syntax (with the position) and depth. Throws GatewayError; no message echoes input.
 */
export async function readJsonBody(request: IncomingMessage): Promise<JsonBody> {
  checkHeaders(request);
  const raw = await readBytes(request);
  return { raw, body: parseJsonObject(raw) };
}

function checkHeaders(request: IncomingMessage): void {
  const type = request.headers["content-type"];
  if (type !== undefined && type !== "application/json" && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) throw new GatewayError("caller.unsupported_media_type", "Send the body as Content-Type: application/json.");
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") throw new GatewayError("caller.unsupported_media_type", "Send the body without Content-Encoding.");
  if (Number(request.headers["content-length"] ?? 0) <= BODY_BYTES_MAX) return;
  let size = 0;
  request.on("data", (chunk: Buffer) => { size += chunk.length; if (size > DISCARDED_BYTES_MAX) request.destroy(); });
  throw tooLarge();
}

function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const release = (): void => { bodyBytesInFlight -= size; size = 0; };
    let discarded = 0;
    let refused = false;
    request.on("data", (chunk: Buffer) => {
      if (refused) { discarded += chunk.length; if (discarded > DISCARDED_BYTES_MAX) request.destroy(); return; }
      size += chunk.length;
      bodyBytesInFlight += chunk.length;
      if (size <= BODY_BYTES_MAX && bodyBytesInFlight <= BODY_BYTES_IN_FLIGHT_MAX) { chunks.push(chunk); return; }
      reject(size > BODY_BYTES_MAX ? tooLarge() : new GatewayError("gateway.overloaded", "The gateway holds too many large bodies right now. Retry in a second.", { retryAfterMs: 1000 }));
      release();
      refused = true;
    });
    request.on("end", () => {
      if (!refused) { release(); resolve(chunks.length === 1 ? chunks[0] as Buffer : Buffer.concat(chunks)); }
    });
    request.on("close", () => {
      if (request.complete) return;
      release();
      reject(new GatewayError("caller.invalid_request", "The connection closed before the body was complete."));
    });
    request.on("error", () => reject(new GatewayError("caller.invalid_request", "The connection failed before the body was complete.")));
  });
}

/** Throws GatewayError caller.invalid_request. */
export function parseJsonObject(raw: Uint8Array): Readonly<Record<string, unknown>> {
  if (!isUtf8(raw)) throw new GatewayError("caller.invalid_request", "The body is not valid UTF-8. Encode the JSON as UTF-8.");
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fault = findJsonFault(text);
    throw new GatewayError("caller.invalid_request", `The body is not valid JSON: ${fault.what} at position ${fault.position} (line ${fault.line}, column ${fault.column}).`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new GatewayError("caller.invalid_request", "The body must be a JSON object.");
  if (deeperThan(value, JSON_DEPTH_MAX)) throw new GatewayError("caller.invalid_request", `The body is nested deeper than ${JSON_DEPTH_MAX} levels. Flatten it.`);
  return value as Record<string, unknown>;
}

/** Descends no further than the bound, so that a hostile depth cannot overflow the stack. */
function deeperThan(node: object, levels: number): boolean {
  if (levels === 0) return true;
  if (Array.isArray(node)) {
    for (const child of node as readonly unknown[]) if (typeof child === "object" && child !== null && deeperThan(child, levels - 1)) return true;
    return false;
  }
  for (const name in node) {
    const child = (node as Readonly<Record<string, unknown>>)[name];
    if (typeof child === "object" && child !== null && deeperThan(child, levels - 1)) return true;
  }
  return false;
}
