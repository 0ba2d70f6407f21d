// Writes AWS's binary event stream (https://smithy.io/2.0/aws/amazon-eventstream.html): lengths, checksums, headers, payload.

import { crc32 } from "node:zlib";

const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const STRING_HEADER = 7;

function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(Object.entries(headers).flatMap(([name, value]) => {
    const text = Buffer.from(value);
    return [Buffer.of(Buffer.byteLength(name)), Buffer.from(name), Buffer.of(STRING_HEADER, text.length >> 8, text.length & 0xff), text];
  }));
}

function message(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const block = headerBlock(headers);
  const body = Buffer.from(payload);
  const bytes = Buffer.alloc(PRELUDE_BYTES + block.length + body.length + CHECKSUM_BYTES);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt32BE(block.length, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, PRELUDE_BYTES - CHECKSUM_BYTES)), PRELUDE_BYTES - CHECKSUM_BYTES);
  bytes.set(block, PRELUDE_BYTES);
  bytes.set(body, PRELUDE_BYTES + block.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, bytes.length - CHECKSUM_BYTES)), bytes.length - CHECKSUM_BYTES);
  return bytes;
}

/** One event of the stream. */
export function eventMessage(type: string, body: object): Buffer {
  return message({ ":event-type": type, ":content-type": "application/json", ":message-type": "event" }, JSON.stringify(body));
}

/** A failure inside the stream. */
export function exceptionMessage(type: string, text: string): Buffer {
  return message({ ":exception-type": type, ":content-type": "application/json", ":message-type": "exception" }, JSON.stringify({ message: text }));
}

/** A message whose checksum is wrong. */
export function brokenMessage(type: string): Buffer {
  const bytes = eventMessage(type, {});
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 0xff, bytes.length - 1);
  return bytes;
}

export const EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream";

/** Names of Bedrock's exceptions by status: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors */
const EXCEPTIONS: Record<number, string> = {
  400: "ValidationException", 401: "UnrecognizedClientException", 403: "AccessDeniedException", 404: "ResourceNotFoundException", 408: "ModelTimeoutException",
  424: "ModelErrorException", 429: "ThrottlingException", 500: "InternalServerException", 503: "ServiceUnavailableException",
};

/** The exception of a status. */
export const exceptionOf = (status: number): string => EXCEPTIONS[status] ?? (status >= 500 ? "InternalServerException" : "ValidationException");

/** Inside a stream the name begins with a small letter. */
export const streamExceptionOf = (status: number): string => exceptionOf(status).replace(/^./, (letter) => letter.toLowerCase());
