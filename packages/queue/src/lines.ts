import { promisify } from "node:util";
import { constants, deflateRaw, inflateRawSync } from "node:zlib";

/** No batch of genuine events comes near it; text made to swell is refused before it fills the memory. */
const TEXT_BYTES_MAX = 64 * 1024 * 1024;
const deflate = promisify<Buffer, { readonly level: number }, Buffer>(deflateRaw);

/** Lines as one base64 text, deflated beside the event loop. The quickest level: the lines repeat each other so much that others gain little. */
export async function deflateLines(lines: readonly string[]): Promise<string> {
  return (await deflate(Buffer.from(lines.join("\n")), { level: constants.Z_BEST_SPEED })).toString("base64");
}

/** The text back. Throws on what no `deflateLines` made. */
export const inflateLines = (deflated: string): string => inflateRawSync(Buffer.from(deflated, "base64"), { maxOutputLength: TEXT_BYTES_MAX }).toString("utf8");
