// `bench translate`: what one chunk of a stream costs on its way through the gateway, for every
// pair of upstream dialect and inbound API, and how much a stream keeps in memory as it grows.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { crc32 } from "node:zlib";
import { readOptions } from "../infra/scripts/options.mjs";
import { root } from "../infra/scripts/stack.mjs";
import { conclude } from "../infra/scripts/verdict.mjs";
import { quantile } from "./load.mjs";

const { chunks: CHUNKS, rounds: ROUNDS, json } = readOptions({
  command: "bench translate", about: "what a chunk of a stream costs on its way, for every pair of wires",
  options: {
    chunks: { count: 2_000, min: 1, about: "of an answer: a long one, in a few of which the JIT settles" },
    rounds: { count: 60, min: 1, about: "of every pair" },
    json: { about: "one JSON object on standard output" },
  },
}, process.argv.slice(3));
const WARM_UP_ROUNDS = 20;
/** The host's neighbours slow a core by half for seconds at a time: of each case the rounds that they did not disturb count. */
const QUIET_SHARE = 0.5;
/** Chunks between two readings of the clock, whose own cost would else show. */
const BLOCK = 20;
const LONG = 10;
/** What the engine compiles meanwhile counts as heap too, but only once. */
const RETAINED_TRIES = 3;
const GATES_US = { "pass-through": 1, translated: 15 };
/** Beyond the noise of a garbage collection nothing may stay for a chunk that has gone. */
const RETAINED_BYTES_A_CHUNK_MAX = 8;
/** The last events of the Responses wire repeat the whole answer, so its text must be kept: a link of 32 bytes for each place that repeats it, and the text. */
const RETAINED_TEXT_BYTES_A_CHUNK_MAX = 128;

const sse = (event, value) => Buffer.from(`${event ? `event: ${event}\n` : ""}data: ${JSON.stringify(value)}\n\n`);
const text = (index) => ["The", " quick", " brown", " fox", ` jumps ${index}`, " over", " the", " lazy", " dog", ".\n"][index % 10];

function awsMessage(type, value) {
  const header = (name, content) => Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(7, 0, content.length), Buffer.from(content)]);
  const headers = Buffer.concat([header(":event-type", type), header(":content-type", "application/json"), header(":message-type", "event")]);
  const body = Buffer.from(JSON.stringify(value));
  const message = Buffer.alloc(16 + headers.length + body.length);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headers.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  message.set(headers, 12);
  message.set(body, 12 + headers.length);
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4);
  return message;
}

const openaiChunk = (delta) => sse("", { id: "chatcmpl-AbCdEf123", object: "chat.completion.chunk", created: 1_760_000_000, model: "gpt-5-mini-2025-08-07", service_tier: "default", system_fingerprint: null, choices: [{ index: 0, delta, logprobs: null, finish_reason: null }], usage: null, obfuscation: "x9Kd02" });
const anthropicDelta = (index, delta) => sse("content_block_delta", { type: "content_block_delta", index, delta });

/** What opens a stream and what each of its chunks is, by dialect and content. */
const STREAMS = {
  openai: {
    text: { open: [openaiChunk({ role: "assistant", content: "", refusal: null })], chunk: (at) => openaiChunk({ content: text(at) }) },
    "tool arguments": { open: [openaiChunk({ role: "assistant", content: null, tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "" } }] })], chunk: (at) => openaiChunk({ tool_calls: [{ index: 0, function: { arguments: text(at) } }] }) },
  },
  anthropic: {
    text: { open: [sse("message_start", { type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", model: "claude-x", content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 25, output_tokens: 1 } } }), sse("content_block_start", { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } })], chunk: (at) => anthropicDelta(0, { type: "text_delta", text: text(at) }) },
    thinking: { open: [sse("content_block_start", { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } })], chunk: (at) => anthropicDelta(0, { type: "thinking_delta", thinking: text(at) }) },
    "tool arguments": { open: [sse("content_block_start", { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "toolu_1", name: "f", input: {} } })], chunk: (at) => anthropicDelta(0, { type: "input_json_delta", partial_json: text(at) }) },
  },
  gemini: { text: { open: [], chunk: (at) => sse("", { candidates: [{ content: { parts: [{ text: text(at) }], role: "model" }, index: 0 }], usageMetadata: { promptTokenCount: 9, candidatesTokenCount: at, totalTokenCount: 9 + at, promptTokensDetails: [{ modality: "TEXT", tokenCount: 9 }] }, modelVersion: "gemini-x", responseId: "r1" }) } },
  bedrock: {
    text: { open: [awsMessage("messageStart", { p: "abcd", role: "assistant" })], chunk: (at) => awsMessage("contentBlockDelta", { contentBlockIndex: 0, delta: { text: text(at) }, p: "abcdefghijkl" }) },
    "tool arguments": { open: [awsMessage("contentBlockStart", { contentBlockIndex: 0, start: { toolUse: { toolUseId: "t1", name: "f" } } })], chunk: (at) => awsMessage("contentBlockDelta", { contentBlockIndex: 0, delta: { toolUse: { input: text(at) } }, p: "abcd" }) },
  },
  cohere: { text: { open: [sse("message-start", { type: "message-start", id: "c1", delta: { message: { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] } } })], chunk: (at) => sse("content-delta", { type: "content-delta", index: 0, delta: { message: { content: { text: text(at) } } } }) } },
};
const responsesEvent = (type, value) => sse(type, { type, ...value });
STREAMS.responses = { text: { open: [responsesEvent("response.created", { sequence_number: 0, response: { id: "resp_1", status: "in_progress", model: "gpt-x", output: [] } })], chunk: (at) => responsesEvent("response.output_text.delta", { sequence_number: at + 4, item_id: "msg_0123456789abcdef", output_index: 0, content_index: 0, delta: text(at), logprobs: [], obfuscation: "x9Kd02" }) } };
const INBOUND = ["chat_completions", "messages", "responses"];
/** The provider of each wire; OpenAI's serves two of them. */
const PROVIDERS = { openai: "groq", responses: "openai" };
const OWN = { chat_completions: "openai", messages: "anthropic", responses: "responses" };
/** A model that is served on the Responses wire alone. */
const RESPONSES_ONLY = "gpt-5-pro";

async function loadAdapters() {
  const outfile = path.join(root, "packages/providers/dist/index.mjs");
  const bundled = spawnSync(process.execPath, [path.join(root, "infra/scripts/bundle.mjs"), path.join(root, "packages/providers/src/index.ts"), outfile], { cwd: root, stdio: ["ignore", 2, 2] });
  if (bundled.status !== 0) process.exit(bundled.status ?? 1);
  return (await import(pathToFileURL(outfile).href)).adapterFor;
}

function openRelay(adapterFor, { dialect, inbound, stream }) {
  const body = { model: "m", stream: true, messages: [{ role: "user", content: "x" }] };
  const call = { raw: Buffer.from(JSON.stringify(body)), body, inbound, stream: true, wantsUsageChunk: true, hub: () => body, requestId: "req_1", createdAtSeconds: 1_760_000_000 };
  const [provider, upstreamModel] = [PROVIDERS[dialect] ?? dialect, dialect === "responses" ? RESPONSES_ONLY : "m"];
  const target = { provider, model: "a/m", upstreamModel, baseUrl: "http://upstream.test/v1", maxOutputTokens: 4096 };
  const relay = adapterFor(provider, { inbound, upstreamModel }).relayStream(call, target, { provider, cost: () => 0, explain: () => null });
  for (const frame of stream.open) relay.push(frame);
  relay.push(stream.chunk(0));
  return relay;
}

/** Microseconds a chunk, one sample a block. */
function time(relay, chunks, samples) {
  for (let at = 0; at + BLOCK <= chunks.length; at += BLOCK) {
    const began = process.hrtime.bigint();
    for (let within = at; within < at + BLOCK; within++) relay.push(chunks[within]);
    samples?.push(Number(process.hrtime.bigint() - began) / 1000 / BLOCK);
  }
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const heapAfterCollection = () => { collect(); collect(); return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers; };

/** Bytes that a stream keeps for each chunk that has gone: what it holds when it is long, less what it holds when it is short. */
function retained(open, chunks) {
  const relay = open();
  time(relay, chunks);
  const short = heapAfterCollection();
  for (let again = 0; again < LONG; again++) time(relay, chunks);
  const long = heapAfterCollection();
  if (relay.failure) throw new Error(relay.failure.publicMessage);
  return (long - short) / (LONG * chunks.length);
}

/** Rounds of every case in turn. */
function run(prepared) {
  for (const { open, chunks } of prepared) for (let round = 0; round < WARM_UP_ROUNDS; round++) time(open(), chunks);
  for (let round = 0; round < ROUNDS; round++) for (const { open, chunks, rounds } of prepared) {
    const samples = [];
    time(open(), chunks, samples);
    rounds.push(samples);
  }
}

function prepare(adapterFor, given) {
  return { given, open: () => openRelay(adapterFor, given), chunks: Array.from({ length: CHUNKS }, (_, at) => given.stream.chunk(at + 1)), rounds: [] };
}

function rowOf({ given, open, chunks, rounds }) {
  const quiet = rounds.map((samples) => ({ samples, median: quantile(samples, 0.5) })).sort((a, b) => a.median - b.median).slice(0, Math.ceil(rounds.length * QUIET_SHARE));
  const samples = quiet.flatMap((round) => round.samples);
  const kind = OWN[given.inbound] === given.dialect ? "pass-through" : "translated";
  const round3 = (value) => Math.round(value * 1000) / 1000;
  return { case: `${given.dialect} → ${given.inbound}, ${given.content}`, inbound: given.inbound, kind, p50: round3(quantile(samples, 0.5)), p95: round3(quantile(samples, 0.95)), p99: round3(quantile(samples, 0.99)), unit: "µs a chunk", retainedBytesPerChunk: round3(Math.max(0, Math.min(...Array.from({ length: RETAINED_TRIES }, () => retained(open, chunks))))) };
}

function failuresOf(row) {
  // Negated, so that what could not be measured misses its gate.
  const slow = !(row.p50 <= GATES_US[row.kind]) ? [`${row.case}: ${row.p50} µs a chunk, more than ${GATES_US[row.kind]}`] : [];
  const retainedMax = row.kind === "translated" && row.inbound === "responses" ? RETAINED_TEXT_BYTES_A_CHUNK_MAX : RETAINED_BYTES_A_CHUNK_MAX;
  return !(row.retainedBytesPerChunk <= retainedMax) ? [...slow, `${row.case}: keeps ${row.retainedBytesPerChunk} bytes a chunk`] : slow;
}

const adapterFor = await loadAdapters();
const cases = Object.entries(STREAMS).flatMap(([dialect, contents]) => Object.entries(contents).flatMap(([content, stream]) => INBOUND.map((inbound) => ({ dialect, content, stream, inbound }))));
const prepared = cases.map((given) => prepare(adapterFor, given));
process.stderr.write(`${cases.length} cases, ${ROUNDS} rounds of ${CHUNKS} chunks\n`);
run(prepared);
const rows = prepared.map(rowOf);
const failures = rows.flatMap(failuresOf);
for (const failure of failures) process.stderr.write(`gate missed: ${failure}\n`);
conclude({ passed: rows.length * 2 - failures.length, failed: failures.length, json, result: { rows, failures, node: process.version }, show: () => console.table(rows.map(({ kind: _kind, inbound: _inbound, ...row }) => row)) });
