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

/** Opens one stream after another and measures the time from send to the first content byte; each stream is read for `readMs`, then closed. */
export async function firstTokens({ port, bytes, count }) {
  const times = [];
  for (let i = 0; i < count; i++) {
    times.push(await new Promise((resolve, reject) => {
      let text = "";
      const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
      let sentAt = 0;
      socket.on("connect", () => { sentAt = performance.now(); socket.write(bytes); });
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        text += chunk.toString("latin1");
        if (!text.startsWith("HTTP/1.1 200")) return reject(new Error(`the lane answered ${text.slice(0, 300)}`));
        if (!text.includes('"content":"word')) return undefined;
        resolve(performance.now() - sentAt);
        return socket.destroy();
      });
    }));
  }
  return times;
}

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
