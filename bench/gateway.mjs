// `bench gateway`: CPU a request and time to first token of our lanes, nginx and Portkey, interleaved in one run.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { buildBundles } from "../infra/scripts/build.mjs";
import { readOptions } from "../infra/scripts/options.mjs";
import { root } from "../infra/scripts/stack.mjs";
import { conclude } from "../infra/scripts/verdict.mjs";
import { cpuMicros, pin, startNginx, startOurs, startPortkey, startUpstream } from "./lanes.mjs";
import { closedLoop, pacedStreams, quantile, requestBytes } from "./load.mjs";

const { rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS, warmup: WARM_UP_SECONDS, json } = readOptions({
  command: "bench gateway", about: "CPU a request and time to first token, against nginx and Portkey",
  options: {
    rounds: { count: 5, min: 1, about: "of every lane, in turn" },
    seconds: { count: 4, min: 1, about: "of plain requests a round" },
    connections: { count: 8, min: 1, about: "at a time" },
    warmup: { count: 12, about: "seconds at least that a lane serves before anything counts" },
    json: { about: "one JSON object on standard output" },
  },
}, process.argv.slice(3));
/** Before anything counts a lane has served streams and then so many plain requests: by then the JIT has settled. A slow lane is spared some of them. */
const WARM_UP_REQUESTS = 20_000;
const WARM_UP_SECONDS_MAX = 5 * WARM_UP_SECONDS;
/** Scenario S3a at a load far below saturation. The stagger is no multiple of the 20 ms pace: callers do not arrive in step with the chunks of others. */
const STREAMS = { connections: 16, streams: 1, staggerMs: 67, deltas: 200 };
const say = (text) => process.stderr.write(`${text}\n`);
const median = (values) => quantile(values, 0.5);

const body = (stream) => JSON.stringify({ model: "openai/gpt-5-mini", ...(stream ? { stream: true, user: stream } : {}), messages: [{ role: "user", content: "x".repeat(160) }] });
const bytesFor = (lane, stream) => requestBytes({ port: lane.port, path: lane.path, headers: lane.headers, body: body(stream) });

async function measurePlain(lane) {
  const before = cpuMicros(lane.pids());
  const began = performance.now();
  const { requests, latenciesMs } = await closedLoop({ port: lane.port, bytes: bytesFor(lane, false), connections: CONNECTIONS, durationMs: SECONDS * 1000 });
  const seconds = (performance.now() - began) / 1000;
  return { cpu: (cpuMicros(lane.pids()) - before) / requests, rate: requests / seconds, p50: quantile(latenciesMs, 0.5), p99: quantile(latenciesMs, 0.99) };
}

async function measureStreams(lane) {
  const times = await pacedStreams({ port: lane.port, bytes: bytesFor(lane, "paced"), ...STREAMS });
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function startLanes(dir, say_) {
  const upstream = await startUpstream();
  const ours = await startOurs({ dataDir: path.join(dir, "stack"), upstreamPort: upstream.port, say: say_ });
  const nginx = await startNginx({ dir: path.join(dir, "nginx"), upstreamPort: upstream.port, featured: false });
  const nginxFeatured = await startNginx({ dir: path.join(dir, "nginx-featured"), upstreamPort: upstream.port, featured: true });
  const portkey = await startPortkey({ dir: path.join(root, ".trunkline/bench-portkey"), upstreamPort: upstream.port });
  const direct = { port: upstream.port, path: "/v1/chat/completions", headers: {} };
  const stop = async () => { for (const lane of [nginx, nginxFeatured, portkey]) lane.stop(); await ours.stop(); upstream.stop(); };
  return { lanes: { naked: ours.naked, featured: ours.featured, nginx, nginxFeatured, portkey }, direct, stop };
}

async function warmUp(lane) {
  await closedLoop({ port: lane.port, bytes: bytesFor(lane, "unpaced"), connections: CONNECTIONS, durationMs: WARM_UP_SECONDS * 500 });
  for (let served = 0, seconds = 0; seconds < WARM_UP_SECONDS || (served < WARM_UP_REQUESTS && seconds < WARM_UP_SECONDS_MAX); seconds += SECONDS) {
    served += (await closedLoop({ port: lane.port, bytes: bytesFor(lane, false), connections: CONNECTIONS, durationMs: SECONDS * 1000 })).requests;
  }
}

/** Rounds of every lane in turn, so that a noisy neighbour hits all alike. */
async function measure({ lanes, direct }) {
  const samples = Object.fromEntries(Object.keys(lanes).map((name) => [name, { plain: [], ttft: [] }]));
  const directTtft = [];
  for (const [name, lane] of Object.entries(lanes)) {
    say(`warming up ${name}`);
    await warmUp(lane);
  }
  for (let round = 0; round < ROUNDS; round++) {
    say(`round ${round + 1} of ${ROUNDS}`);
    directTtft.push(await measureStreams(direct));
    for (const [name, lane] of Object.entries(lanes)) {
      samples[name].plain.push(await measurePlain(lane));
      samples[name].ttft.push(await measureStreams(lane));
    }
  }
  return { samples, directTtft };
}

function summarise({ samples, directTtft }) {
  const lanes = {};
  for (const [name, { plain, ttft }] of Object.entries(samples)) {
    const cpu = median(plain.map((sample) => sample.cpu));
    lanes[name] = {
      cpuMicrosPerRequest: round(cpu), requestsPerSecond: Math.round(1e6 / cpu), measuredRequestsPerSecond: Math.round(median(plain.map((sample) => sample.rate))),
      latencyMsP50: round(median(plain.map((sample) => sample.p50))), latencyMsP99: round(median(plain.map((sample) => sample.p99))),
      ttftAddedMsP50: round(median(ttft.map((value, index) => value.p50 - directTtft[index].p50))), ttftAddedMsP99: round(median(ttft.map((value, index) => value.p99 - directTtft[index].p99))),
    };
  }
  const ratio = (above, below) => round(median(samples[above].plain.map((sample, index) => samples[below].plain[index].cpu / sample.cpu)));
  const ratios = { nakedOverNginx: ratio("naked", "nginx"), featuredOverNginxFeatured: ratio("featured", "nginxFeatured"), featuredOverNaked: ratio("featured", "naked"), cpuPortkeyOverFeatured: ratio("featured", "portkey") };
  return { lanes, ratios, node: process.version, cpu: os.cpus()[0]?.model, rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS };
}
const round = (value) => Math.round(value * 1000) / 1000;

/** The gates that must hold for the claims in docs/performance.md. */
const GATES = [
  ["featured ≥ 0.22 of featured nginx per core", (r) => r.ratios.featuredOverNginxFeatured >= 0.22],
  ["≥ 8 times less CPU a request than Portkey", (r) => r.ratios.cpuPortkeyOverFeatured >= 8],
  ["added time to first token p50 ≤ 0.6 ms", (r) => r.lanes.featured.ttftAddedMsP50 <= 0.6],
];

function report(result) {
  const failed = GATES.filter(([, holds]) => !holds(result));
  for (const [name] of failed) say(`gate missed: ${name}`);
  conclude({ passed: GATES.length - failed.length, failed: failed.length, json, result, show: () => { console.table(result.lanes); console.table(result.ratios); } });
}

await buildBundles();
// The load generator must not share the core of what it measures.
pin(process.pid, 1);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-bench-"));
fs.chmodSync(dir, 0o755);
const running = await startLanes(dir, say);
try {
  report(summarise(await measure(running)));
} finally {
  await running.stop();
  fs.rmSync(dir, { recursive: true, force: true });
}
