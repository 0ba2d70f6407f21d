// Reads a request's body whole, within a bound.

import type { IncomingMessage } from "node:http";
import { InvalidCall } from "./call.ts";

/** Larger than any body that a gateway lets through (32 MB), so that the gateway's own limit is what tests meet. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** @throws InvalidCall (413) above the limit; rejects where the caller leaves in the middle. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) reject(new InvalidCall("Request body is too large.", null, 413));
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
    request.on("error", reject);
  });
}
