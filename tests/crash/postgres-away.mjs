// `crash --postgres-away`: Postgres is killed in the middle of the load and stays away. Decides when, holds the load to it, and judges what callers and
// machine saw: known keys are served throughout, and what waits is bounded by what was called. That all of it is metered afterwards is the oracle's business.
import fs from "node:fs";

/** The share of the requests between which it is away. They are spread over the whole of its absence, so that somebody calls to its end. */
const FROM = 0.3;
const TO = 0.7;
const SAMPLE_MS = 250;
/** The gateway renews its gauges every second. */
const GAUGE_MS = 1_200;
/** V8's young generation alone (--max-semi-space-size=64) may take 192 MB under first load. */
const GROWTH_BYTES_MAX = 320 * 1024 * 1024;
/** A streamed request's opening, marks and event came to 7 KB of the spool. */
const SPOOL_BYTES_A_REQUEST_MAX = 12 * 1024;
/** A segment is let go as a whole; its rest may stand. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
/** Queues of Redis: an event came to 4 KB, with what BullMQ keeps of failed tries. */
const REDIS_BYTES_A_REQUEST_MAX = 8 * 1024;
const REDIS_BYTES_FREE = 4 * 1024 * 1024;
const SERVED = new Set(["complete", "aborted"]);

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const residentBytes = (pid) => Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
const numberAfter = (pattern, text) => Number(pattern.exec(text)?.[1] ?? Number.NaN);

/** What may grow while nothing can be booked. `redis` is null where the queues are in Postgres. */
async function look({ pidOf, gatewayUrl, redis }) {
  const metrics = await (await fetch(`${gatewayUrl}/metrics`)).text();
  return {
    gatewayBytes: residentBytes(pidOf("gateway")), workerBytes: residentBytes(pidOf("worker")),
    spoolBytes: numberAfter(/^trunkline_spool_bytes (\d+)/m, metrics), spoolEvents: numberAfter(/^trunkline_spool_events (\d+)/m, metrics),
    redisBytes: redis ? numberAfter(/used_memory:(\d+)/, await redis.command("INFO memory")) : 0,
  };
}

/**
 * `postgres`: `{ kill, start }`; `parties.callOnce` makes a call beside the journal. Callers await `turn(index)` before request `index`; `isDue(done)` says when `run` must be called, which ends when
 * Postgres is back. `seen` then holds when it was away, what was there before, the most that was there meanwhile, and the calls begun.
 */
export function outage({ postgres, requests, awayMs, concurrency, parties, say }) {
  const [first, last] = [Math.floor(requests * FROM), Math.floor(requests * TO)];
  // Calls that were on their way when it left count with those that follow.
  const seen = { fromMs: 0, toMs: 0, begun: concurrency, before: null, most: null };
  let release = () => {};
  const gone = new Promise((resolve) => { release = resolve; });
  const turn = async (index) => {
    if (index < first || seen.toMs > 0) return;
    await gone;
    while (seen.toMs === 0 && Date.now() < seen.fromMs + awayMs * (index - first) / (last - first)) await pause(Math.min(SAMPLE_MS, awayMs / (last - first)));
    if (seen.toMs === 0) seen.begun++;
  };
  const run = async () => {
    try {
      // A gateway that was killed just now knows no key yet, and may refuse.
      const { outcome, status } = await parties.callOnce();
      if (!SERVED.has(outcome)) throw new Error(`a call before postgres went away was not served (${status}, ${outcome})`);
      await pause(GAUGE_MS);
      seen.before = await look(parties);
      await postgres.kill();
      seen.fromMs = Date.now();
      say(`postgres went away for ${awayMs / 1000} s`);
      release();
      for (seen.most = seen.before; Date.now() - seen.fromMs < awayMs; await pause(SAMPLE_MS)) {
        const now = await look(parties);
        seen.most = Object.fromEntries(Object.entries(now).map(([name, value]) => [name, Math.max(value, seen.most[name])]));
      }
    } finally {
      seen.toMs = Date.now();
      release();
    }
    await postgres.start();
    say(`postgres came back; ${seen.begun} calls were begun meanwhile`);
  };
  return { seen, turn, run, isDue: (done) => done >= first };
}

/** The places of the kills of a run, outside the outage: a process that starts needs Postgres. */
export const besideOutage = (share) => (share * (1 - (TO - FROM)) < FROM ? share * (1 - (TO - FROM)) : share * (1 - (TO - FROM)) + TO - FROM);

/** Fewer leave nobody to call meanwhile. */
export const OUTAGE_REQUESTS_MIN = 10;

/** Returns the same shape as `judge`, how many calls were served meanwhile, and in `unmet` why the run says nothing about an outage, if it does not. */
export function judgeOutage({ seen, callers }) {
  const meanwhile = callers.filter(({ startedAtMs, endedAtMs }) => startedAtMs >= seen.fromMs && endedAtMs <= seen.toMs);
  const refused = meanwhile.filter(({ outcome }) => !SERVED.has(outcome));
  const wrong = seen.most ? boundsBroken(seen) : [];
  return {
    served: meanwhile.length - refused.length, lost: refused.length, doubled: 0, wrong: wrong.length,
    unmet: [...(seen.fromMs === 0 ? ["postgres never went away"] : []), ...(seen.fromMs > 0 && meanwhile.length === 0 ? ["nobody called while postgres was away"] : [])],
    notes: [...refused.slice(0, 20).map(({ index, status, outcome }) => `lost: request ${index} was not served while postgres was away (${status}, ${outcome})`), ...wrong.map((line) => `wrong: ${line}`)],
  };
}

/** By how much each grew while Postgres was away. */
export const grown = ({ before, most }) => Object.fromEntries(Object.keys(most ?? {}).map((name) => [name, most[name] - before[name]]));

function boundsBroken({ before, most, begun }) {
  const bounds = [
    ["gatewayBytes", GROWTH_BYTES_MAX], ["workerBytes", GROWTH_BYTES_MAX],
    ["spoolBytes", begun * SPOOL_BYTES_A_REQUEST_MAX + SEGMENT_BYTES], ["spoolEvents", begun],
    ["redisBytes", begun * REDIS_BYTES_A_REQUEST_MAX + REDIS_BYTES_FREE],
  ];
  // The negation also catches what could not be read.
  return bounds.filter(([name, growthMax]) => !(most[name] - before[name] <= growthMax)).map(([name, growthMax]) => `while postgres was away ${name} grew from ${before[name]} to ${most[name]}, by more than ${growthMax} for ${begun} calls`);
}
