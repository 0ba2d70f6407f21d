/**
 * One small request to an address that a tenant chose: guarded, bounded in time and in bytes, following no redirect, because a redirect
 * would be a second address that nobody checked.
 */
import http from "node:http";
import https from "node:https";
import { guardedLookup, refuseAddress, type AddressRules } from "./address.ts";

export interface OutboundRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}
export interface OutboundAnswer { readonly status: number; /** At most `ANSWER_BYTES_MAX`. */ readonly body: string }

/** Enough for any error message; the rest is not read. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** Rejects with ForbiddenAddress, or with the socket's error; a timeout has the code `ETIMEDOUT`. */
export async function requestOnce(request: OutboundRequest, rules: AddressRules): Promise<OutboundAnswer> {
  const url = refuseAddress(request.url, rules);
  const { request: open } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const outgoing = open(url, { method: request.method, headers: { ...request.headers, ...(request.body === undefined ? {} : { "content-length": String(Buffer.byteLength(request.body)) }) }, lookup: guardedLookup(rules), agent: false }, (incoming) => {
      const finish = (): void => { clearTimeout(timer); resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX).toString("utf8") }); };
      incoming.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= ANSWER_BYTES_MAX) { finish(); incoming.destroy(); }
      });
      incoming.on("end", finish).on("error", (error) => { clearTimeout(timer); reject(error); });
    });
    const timer = setTimeout(() => outgoing.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" })), request.timeoutMs);
    outgoing.on("error", (error) => { clearTimeout(timer); reject(error); });
    outgoing.end(request.body);
  });
}
