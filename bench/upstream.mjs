// The upstream of the bench: one precomputed JSON of about 1 KB, or 200 SSE deltas, paced 20 ms unless the body names the user "unpaced", on the OpenAI wire. Prints its port.
import { createServer } from "node:http";

const DELTAS = 200;
const PACE_MS = 20;
const plain = Buffer.from(JSON.stringify({ id: "chatcmpl-bench", object: "chat.completion", created: 1, model: "gpt-5-mini", system_fingerprint: null, choices: [{ index: 0, message: { role: "assistant", content: "x".repeat(700), refusal: null }, logprobs: null, finish_reason: "stop" }], usage: { prompt_tokens: 64, completion_tokens: 128, total_tokens: 192, prompt_tokens_details: { cached_tokens: 0 }, completion_tokens_details: { reasoning_tokens: 0 } } }));
const frame = (choices, extra = {}) => Buffer.from(`data: ${JSON.stringify({ id: "chatcmpl-bench", object: "chat.completion.chunk", created: 1, model: "gpt-5-mini", system_fingerprint: null, choices, ...extra })}\n\n`);
const role = frame([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]);
const delta = frame([{ index: 0, delta: { content: "word " }, finish_reason: null }]);
const tail = Buffer.concat([frame([{ index: 0, delta: {}, finish_reason: "stop" }]), frame([], { usage: { prompt_tokens: 64, completion_tokens: DELTAS, total_tokens: 64 + DELTAS } }), Buffer.from("data: [DONE]\n\n")]);

function stream(response, isPaced) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (!isPaced) return response.end(Buffer.concat([role, ...Array.from({ length: DELTAS }, () => delta), tail]));
  response.write(Buffer.concat([role, delta]));
  let sent = 1;
  const timer = setInterval(() => {
    if (sent++ < DELTAS) return response.write(delta);
    clearInterval(timer);
    return response.end(tail);
  }, PACE_MS);
  return response.on("close", () => clearInterval(timer));
}

const server = createServer((request, response) => {
  let streaming = false;
  let isPaced = true;
  request.on("data", (chunk) => {
    streaming ||= chunk.includes('"stream":true');
    isPaced &&= !chunk.includes('"user":"unpaced"');
  });
  request.on("end", () => {
    if (streaming) return stream(response, isPaced);
    response.writeHead(200, { "content-type": "application/json", "content-length": plain.length });
    return response.end(plain);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
