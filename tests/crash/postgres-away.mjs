// `crash --postgres-away`: Postgres stops in the middle of the load and comes back. Decides when, and judges what callers and memory saw of it:
// known keys are served throughout, and no process grows without bound. That everything is metered afterwards is the oracle's business.
import fs from "node:fs";

/** Away from this share of the requests to that one, and never for less than the time below: longer than any cache or pool hides. */
const FROM = 0.3;
const TO = 0.7;
const AWAY_MS_MIN = 10_000;
/** V8's young generation alone (--max-semi-space-size=64) may take 192 MB under first load. */
const GROWTH_BYTES_MAX = 320 * 1024 * 1024;
const SERVED = new Set(["complete", "aborted"]);

const residentBytes = (pid) => Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;

/** `postgres`: `{ stop, start }`. `step(done)` is told how many requests are finished; `loadEnded()` lets it come back at once after its time. */
export function outage({ postgres, requests, pidOf, say }) {
  const seen = { fromMs: 0, toMs: 0, growthBytes: 0 };
  let done = 0;
  let ended = false;
  const run = async () => {
    const pids = ["gateway", "worker"].map(pidOf);
    const before = pids.map(residentBytes);
    await postgres.stop();
    seen.fromMs = Date.now();
    say(`postgres went away after ${done} requests`);
    const mayReturn = () => Date.now() - seen.fromMs >= AWAY_MS_MIN && (ended || done >= requests * TO);
    while (!mayReturn()) await new Promise((resolve) => setTimeout(resolve, 50));
    seen.growthBytes = Math.max(...pids.map((pid, at) => residentBytes(pid) - before[at]));
    seen.toMs = Date.now();
    await postgres.start();
    say(`postgres came back after ${done} requests`);
  };
  return { seen, run, isDue: (count) => { done = count; return count >= requests * FROM; }, loadEnded: () => { ended = true; } };
}

/** Returns the same shape as `judge`, and how many calls were served meanwhile. */
export function judgeOutage({ seen, callers }) {
  const meanwhile = callers.filter(({ startedAtMs, endedAtMs }) => startedAtMs >= seen.fromMs && endedAtMs <= seen.toMs);
  const refused = meanwhile.filter(({ outcome }) => !SERVED.has(outcome));
  const wrong = [
    ...(seen.toMs === 0 ? ["postgres never went away"] : []),
    ...(meanwhile.length === 0 ? ["nobody called while postgres was away"] : []),
    ...(seen.growthBytes > GROWTH_BYTES_MAX ? [`a process grew by ${seen.growthBytes} bytes while postgres was away`] : []),
  ];
  return {
    served: meanwhile.length - refused.length, lost: refused.length, doubled: 0, wrong: wrong.length,
    notes: [...refused.slice(0, 20).map(({ index, status, outcome }) => `lost: request ${index} was not served while postgres was away (${status}, ${outcome})`), ...wrong.map((line) => `wrong: ${line}`)],
  };
}
