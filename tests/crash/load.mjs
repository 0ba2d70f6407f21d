// The load of a crash run and the kills that strike it. Decides what is killed, at which moment and in what order it comes back; the same seed is the same
// plan. What callers saw and which kills there were goes to the judges as it happened.
import { call, runCallers, scriptOf } from "./callers.mjs";
import { besideOutage, outage } from "./postgres-away.mjs";
import { exporting } from "./stripe.mjs";
import { discardUnsynced } from "./unsynced.mjs";

export const CONCURRENCY = 16;
/** The last requests are left in peace, so that every kill strikes a load. */
const KILLED_SHARE = 0.95;
const KILL_DELAY_MS_MAX = 40;
/** Who is killed, by share; the rest are the gateway's. Redis only where the run has one of its own. */
const SHARES = [["postgres", 0.1], ["worker", 0.3], ["stripe", 0.1], ["redis", 0.1]];
/** Whose kill waits for a meter event to be in Stripe's hands. */
const EXPORTERS = new Set(["worker", "stripe"]);

/** Kills at seeded counts of finished requests, so that a seed means the same moments on a slower machine. */
export function killPlan({ random, requests, kills, ownRedis, postgresAway }) {
  const place = () => { const share = random() * KILLED_SHARE; return Math.floor((postgresAway ? besideOutage(share) : share) * requests); };
  return Array.from({ length: kills }, () => ({ after: place(), service: victim(random(), ownRedis), delayMs: Math.floor(random() * KILL_DELAY_MS_MAX) })).sort((a, b) => a.after - b.after);
}

function victim(chance, ownRedis) {
  let sum = 0;
  for (const [name, share] of SHARES.filter(([each]) => each !== "redis" || ownRedis)) {
    sum += share;
    if (chance < sum) return name;
  }
  return "gateway";
}

/** `parties`: stack, postgres, redis (null: not the run's own), dataDir. Resolves with the callers' journal, the kills, and the outage. */
export async function loadWithKills({ parties, options, apiKey, random, say }) {
  const { stack, postgres, redis } = parties;
  const { requests } = options;
  const plan = killPlan({ random, requests, kills: options.kills, ownRedis: redis !== null, postgresAway: options["postgres-away"] });
  const scripts = Array.from({ length: requests }, (_, index) => scriptOf(index, random));
  const away = options["postgres-away"] ? outage({ postgres, requests, awayMs: options["away-seconds"] * 1000, concurrency: CONCURRENCY, parties: { redis, gatewayUrl: stack.urls.gateway, pidOf: (name) => stack.services.get(name).child.pid, callOnce: () => call(stack.urls.gateway, apiKey, scriptOf(requests, random)) }, say }) : null;
  const kills = [];
  let restarting = Promise.resolve();
  let isAway = false;
  // A step that fails ends the run at its await below, after which everything is stopped; unheard, it would end this process and leave the stack.
  const then = (step) => { restarting = restarting.then(step); restarting.catch(() => {}); };
  const onDone = (done) => {
    if (away?.isDue(done) && !isAway) { isAway = true; then(away.run); }
    while (plan.length && done >= plan[0].after) {
      const next = plan.shift();
      then(async () => say(`killed ${next.service} after ${done} requests${(await killOne(next, { parties, options, kills })).whileExporting ? ", a meter event under way" : ""}`));
    }
  };
  const callers = await runCallers({ gatewayUrl: stack.urls.gateway, apiKey, scripts, concurrency: CONCURRENCY, turn: away?.turn ?? (() => undefined), onDone });
  await restarting;
  return { callers, away, kills };
}

async function killOne({ service, delayMs }, { parties: { stack, postgres, redis, dataDir }, options, kills }) {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  const kill = { service, atMs: 0, whileExporting: EXPORTERS.has(service) && await exporting(stack.urls.stripe) };
  kill.atMs = Date.now();
  kills.push(kill);
  if (service === "postgres") await postgres.kill().then(postgres.start);
  else if (service === "redis") await redis.kill().then(redis.start);
  else {
    await stack.services.get(service).kill("SIGKILL");
    if (options.unsynced && service === "gateway") kill.unsynced = discardUnsynced(dataDir);
    // A Redis that nobody killed loses what it holds as well.
    await redis?.command("FLUSHALL");
    await stack.start(service);
  }
  return kill;
}
