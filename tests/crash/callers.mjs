// The callers of the crash run: seeded requests, plain and streamed, some of which hang up. What each saw goes into a journal of its own.
import { request } from "node:http";

/** A caller waits this long for the gateway to come back after a kill before it gives up. */
const RETURN_TIMEOUT_MS = 30_000;
/** No answer of the simulator takes longer unless the gateway died with it. */
const CALL_TIMEOUT_MS = 30_000;

/** mulberry32: small, seeded, good enough to choose requests and moments. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const MODELS = ["auto", "auto", "openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"];

/** What request `index` of a run asks for. */
export function scriptOf(index, random) {
  const stream = random() < 0.6;
  return {
    index, stream,
    abortAfterBytes: stream && random() < 0.15 ? 200 + Math.floor(random() * 1500) : null,
    body: {
      model: MODELS[Math.floor(random() * MODELS.length)], stream, max_tokens: 64 + Math.floor(random() * 200), user: `crash-${index}`,
      ...(stream ? { stream_options: { include_usage: true } } : {}),
      messages: [{ role: "user", content: `Request ${index}: tell me about ${["bridges", "rivers", "émigrés", "日本", "clocks"][Math.floor(random() * 5)]}. ${"More detail, please. ".repeat(Math.floor(random() * 40))}` }],
    },
  };
}

/** One call. Resolves to what the caller saw; never rejects. `outcome`: complete | error | broken | aborted | unreachable. */
export function call(gatewayUrl, apiKey, script) {
  const startedAtMs = Date.now();
  const payload = Buffer.from(JSON.stringify(script.body));
  const seen = { index: script.index, stream: script.stream, startedAtMs, endedAtMs: 0, requestId: null, status: null, outcome: "unreachable", costUsd: null, bytes: 0, contentSeen: false };
  return new Promise((resolve) => {
    let text = "";
    const finish = (outcome) => {
      if (seen.endedAtMs) return;
      seen.endedAtMs = Date.now();
      seen.outcome = outcome;
      readAnswer(seen, text, script.stream);
      resolve(seen);
    };
    const outgoing = request(`${gatewayUrl}/v1/chat/completions`, { method: "POST", agent: false, timeout: CALL_TIMEOUT_MS, headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json", "content-length": payload.length } }, (response) => {
      seen.status = response.statusCode;
      seen.requestId = response.headers["x-trunkline-request-id"] ?? null;
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
        seen.bytes += chunk.length;
        if (script.abortAfterBytes !== null && seen.bytes >= script.abortAfterBytes) {
          outgoing.destroy();
          finish("aborted");
        }
      });
      response.on("end", () => finish(isComplete(seen.status, text, script.stream) ? "complete" : seen.status >= 400 ? "error" : "broken"));
      response.on("error", () => finish("broken"));
      response.on("aborted", () => finish("broken"));
    });
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.on("error", () => finish(seen.status === null ? "unreachable" : "broken"));
    outgoing.end(payload);
  });
}

const isComplete = (status, text, stream) => status === 200 && (stream ? text.trimEnd().endsWith("data: [DONE]") : text.trimEnd().endsWith("}"));

/** Reads cost and content out of what arrived, complete or not. */
function readAnswer(seen, text, stream) {
  const objects = stream ? text.split("\n").filter((line) => line.startsWith("data: {")).map((line) => line.slice(6)) : [text];
  for (const json of objects) {
    try {
      const parsed = JSON.parse(json);
      if (typeof parsed.usage?.cost === "number") seen.costUsd = parsed.usage.cost;
      const choice = parsed.choices?.[0];
      if (choice?.message?.content || choice?.delta?.content) seen.contentSeen = true;
    } catch {
      // the answer was cut inside this frame
    }
  }
}

/** Runs all scripts with `concurrency` callers, each when `turn(index)` lets it; while the gateway is away a caller waits and then goes on with its next request. */
export async function runCallers({ gatewayUrl, apiKey, scripts, concurrency, turn, onDone }) {
  const journal = [];
  let next = 0;
  const caller = async () => {
    while (next < scripts.length) {
      const script = scripts[next++];
      await turn(script.index);
      const deadline = Date.now() + RETURN_TIMEOUT_MS;
      let seen = await call(gatewayUrl, apiKey, script);
      while (seen.outcome === "unreachable" && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        seen = await call(gatewayUrl, apiKey, script);
      }
      journal.push(seen);
      onDone(journal.length);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  return journal;
}
