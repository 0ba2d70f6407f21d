import { arrayOf, isJsonObject, parseJsonObject, textOf, type JsonObject } from "@trunkline/protocol";

/** No error needs more; the rest of a huge body is not worth decoding. */
const ERROR_BODY_BYTES_MAX = 64 * 1024;

export interface ErrorBody {
  /** Machine-readable words: code, type, status, joined. */
  readonly words: string;
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly details: readonly unknown[];
}

const NO_BODY: ErrorBody = { words: "", type: "", code: "", message: "", details: [] };

/** Reads an error body of any of the known shapes; text that is not JSON becomes the message, HTML none. */
export function readErrorBody(body: Uint8Array): ErrorBody {
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, ERROR_BODY_BYTES_MAX)).toString("utf8");
  const parsed = parseJsonObject(text) ?? firstObject(text);
  if (parsed) return errorFrom(parsed["error"] ?? parsed);
  return { ...NO_BODY, message: /^\s*</.test(text) ? "" : text };
}

/** From the value of an `error` field: an object, or a bare sentence. */
export function errorFrom(error: unknown): ErrorBody {
  if (typeof error === "string") return { ...NO_BODY, words: error, message: error };
  if (!isJsonObject(error)) return NO_BODY;
  const type = textOf(error["type"]);
  const code = typeof error["code"] === "number" ? String(error["code"]) : textOf(error["code"]) || textOf(error["status"]);
  const message = messageFrom(error);
  return { type, code, message, words: [code, type, textOf(error["status"]), message].join(" "), details: arrayOf(error["details"]) };
}

function messageFrom(error: JsonObject): string {
  const message = error["message"] ?? error["detail"] ?? error["error"];
  if (typeof message === "string") return message;
  return message === undefined || message === null ? "" : JSON.stringify(message);
}

/** QUIRK(gemini): an error may come wrapped in an array. */
function firstObject(text: string): JsonObject | null {
  try {
    const first = arrayOf(JSON.parse(text))[0];
    return isJsonObject(first) ? first : null;
  } catch {
    return null;
  }
}
