// The load generator: raw keep-alive HTTP/1.1 connections, one request in flight on each (closed loop). A non-2xx or a short body voids the lane.
import net from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");

export function requestBytes({ port, path, headers, body }) {
  const lines = [`POST ${path} HTTP/1.1`, `host: 127.0.0.1:${port}`, "content-type: application/json", `content-length: ${Buffer.byteLength(body)}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

/** Length of the whole answer at the head of `buffer`, or -1 while it is incomplete. Throws on a status other than 200. */
function answerLength(buffer) {
  const headEnd = buffer.indexOf(HEAD_END);
  if (headEnd === -1) return -1;
  const head = buffer.toString("latin1", 0, headEnd);
  if (!head.startsWith("HTTP/1.1 200")) throw new Error(`the lane answered ${head.slice(9, 60).split("\r\n")[0]}: ${buffer.toString("utf8", headEnd + 4, headEnd + 300)}`);
  const length = /\r\ncontent-length: (\d+)/i.exec(head);
  if (length) return buffer.length >= headEnd + 4 + Number(length[1]) ? headEnd + 4 + Number(length[1]) : -1;
  const end = buffer.indexOf("0\r\n\r\n", headEnd + 4, "latin1");
  return end === -1 ? -1 : end + 5;
}

/** Runs `connections` in a closed loop for `durationMs`. Returns { requests, latenciesMs } with every latency kept. */
export async function closedLoop({ port, bytes, connections, durationMs }) {
  const latenciesMs = [];
  const deadline = performance.now() + durationMs;
  await Promise.all(Array.from({ length: connections }, () => new Promise((resolve, reject) => {
    let pending = Buffer.alloc(0);
    let sentAt = 0;
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    const send = () => {
      sentAt = performance.now();
      socket.write(bytes);
    };
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the lane closed a connection in the middle of an answer")));
    socket.on("data", (chunk) => {
      pending = pending.length ? Buffer.concat([pending, chunk]) : chunk;
      try {
        if (answerLength(pending) === -1) return;
      } catch (error) {
        socket.destroy();
        reject(error);
        return;
      }
      latenciesMs.push(performance.now() - sentAt);
      pending = Buffer.alloc(0);
      if (performance.now() < deadline) return void send();
      resolve();
      socket.destroy();
    });
  })));
  return { requests: latenciesMs.length, latenciesMs };
}

/**
 * Scenario S3a: each of `connections` kept-alive connections plays `streams` whole streams one after another, begun `staggerMs` apart so that
 * no two first tokens wait for each other. Returns the times from send to the first content, in ms. A short stream voids the lane.
 */
export async function pacedStreams({ port, bytes, connections, streams, staggerMs, deltas }) {
  const times = [];
  await Promise.all(Array.from({ length: connections }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, index * staggerMs));
    await playStreams({ port, bytes, streams, deltas, times });
  }));
  return times;
}

/** The body of a whole chunked answer. */
function dechunked(text) {
  let body = "";
  for (let at = text.indexOf("\r\n\r\n") + 4; ;) {
    const lineEnd = text.indexOf("\r\n", at);
    const length = Number.parseInt(text.slice(at, lineEnd), 16);
    if (!(length > 0)) return body;
    body += text.slice(lineEnd + 2, lineEnd + 2 + length);
    at = lineEnd + 4 + length;
  }
}

function playStreams({ port, bytes, streams, deltas, times }) {
  return new Promise((resolve, reject) => {
    let text = "";
    let left = streams;
    let sentAt = 0;
    let isFirst = true;
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    const send = () => {
      text = "";
      isFirst = true;
      sentAt = performance.now();
      socket.write(bytes);
    };
    const fail = (error) => { socket.destroy(); reject(error); };
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("close", () => (left > 0 ? reject(new Error("the lane closed a connection in the middle of a stream")) : resolve()));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (!text.startsWith("HTTP/1.1 200")) return fail(new Error(`the lane answered ${text.slice(0, 300)}`));
      if (isFirst && text.includes('"content":"word')) {
        isFirst = false;
        times.push(performance.now() - sentAt);
      }
      if (!text.endsWith("0\r\n\r\n")) return undefined;
      if (dechunked(text).split('"content":"word').length - 1 !== deltas) return fail(new Error("the lane lost a part of a stream"));
      left -= 1;
      return left > 0 ? send() : socket.destroy();
    });
  });
}

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
