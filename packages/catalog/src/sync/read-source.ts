import { readFile, stat } from "node:fs/promises";

/** The price package's whole document is 2 MB. */
const BYTES_MAX = 32 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** The text at a path or an http(s) address. Rejects with an Error that says what could not be read, within half a minute. */
export async function readSource(source: string): Promise<string> {
  if (!/^https?:\/\//.test(source)) {
    if ((await stat(source)).size > BYTES_MAX) throw new Error(`${source} is larger than ${BYTES_MAX} bytes`);
    return readFile(source, "utf8");
  }
  const response = await fetch(source, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${new URL(source).origin} answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).byteLength;
    if (size > BYTES_MAX) throw new Error(`${new URL(source).origin} sent more than ${BYTES_MAX} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString("utf8");
}
