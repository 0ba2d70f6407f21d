// Joins the queue in the background, however long its store is away or unfit; `/readyz` shows the wait. What runs by the clock is set there, and set again
// where a Redis that was emptied has forgotten it.
import { inspectRedis } from "@trunkline/kv";
import { DependencyUnavailable, migrateQueue } from "@trunkline/queue";
import type { Consumer, Producer, ScheduledJobName } from "@trunkline/queue";
import type { WorkerEnv } from "./env.ts";
import { assertKeepsJobs, UnfitRedis } from "./maintain/redis-settings.ts";
import type { Log } from "./stages.ts";

/** Between two tries to reach the queue's store at start-up. */
const QUEUE_RETRY_MS = 1_000;
/** How long nothing runs by the clock after Redis was emptied; five small reads each time. */
const SCHEDULES_LOOK_MS = 10_000;

type Schedules = readonly (readonly [name: ScheduledJobName, everyMs: number])[];
interface QueueJoin { readonly env: Pick<WorkerEnv, "redisUrl" | "databaseUrl" | "billingTickMs" | "catalogSyncMs" | "alertTickMs">; readonly producer: Producer; readonly log: Log; readonly isDraining: () => boolean; readonly start: () => Consumer; readonly lookMs?: number }

export interface JoinedQueue {
  /** Rejects while jobs are not taken. */
  assertStarted(): Promise<void>;
  close(): Promise<void>;
}

/** Tries until the queue's store is there and fit: settings (Redis), schema (Postgres form), scheduler, consumer. */
export function joinQueue(join: QueueJoin): JoinedQueue {
  let consumer: Consumer | null = null;
  let wake = (): void => {};
  let said = "";
  let look: NodeJS.Timeout | undefined;
  const joined = (async () => {
    while (!join.isDraining()) {
      try {
        consumer = await tryToJoin(join);
        if (join.env.redisUrl !== undefined && !join.isDraining()) look = setInterval(() => void keepSchedules(join), join.lookMs ?? SCHEDULES_LOOK_MS);
        return;
      } catch (error) {
        const message = error instanceof Error ? error.message : "unknown cause";
        if (message !== said) sayWhy(join.log, error);
        said = message;
        await new Promise<void>((resolve) => { wake = resolve; setTimeout(resolve, QUEUE_RETRY_MS); });
      }
    }
  })();
  return {
    async assertStarted() { if (consumer === null) throw new Error("not started"); },
    async close() {
      wake();
      await joined;
      clearInterval(look);
      await consumer?.close();
    },
  };
}

/** How long an expired answer, which nobody can read any more, may still lie in the database. */
const EXPIRED_RESPONSES_MS = 600_000;

/** Requests are booked within seconds; a canary that fails is ended within some more. */
const JUDGE_CANARIES_MS = 15_000;
/** A drill is ordered by the hour. */
const RUN_DRILLS_MS = 60_000;

async function tryToJoin({ env, producer, log, start }: QueueJoin): Promise<Consumer> {
  if (env.redisUrl === undefined) await migrateQueue(env.databaseUrl);
  else for (const problem of assertKeepsJobs(await inspectRedis(env.redisUrl))) log.warn({}, problem);
  for (const [name, everyMs] of schedulesOf(env)) await producer.upsertScheduler(name, everyMs);
  return start();
}

const schedulesOf = (env: QueueJoin["env"]): Schedules => [
  ["billing.report-meter-events", env.billingTickMs],
  // Without a source too: prices are announced, and brought in by command.
  ["catalog.sync-prices", env.catalogSyncMs],
  ["alert.evaluate-rules", env.alertTickMs],
  ["response.remove-expired", EXPIRED_RESPONSES_MS],
  ["preset.judge-canaries", JUDGE_CANARIES_MS],
  ["preset.run-drills", RUN_DRILLS_MS],
];

/** While the store is away there is nothing to look at; the next look follows. */
async function keepSchedules({ env, producer, log }: QueueJoin): Promise<void> {
  try {
    for (const [name, everyMs] of schedulesOf(env)) if (await producer.keepScheduler(name, everyMs)) log.warn({ job: name }, "the queue had forgotten that this runs by the clock; set again");
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
  }
}

/** Once for each cause: the next try is a second away. */
function sayWhy(log: Log, error: unknown): void {
  if (error instanceof UnfitRedis) log.error({}, error.message);
  else log.warn({ err: error }, "the queue cannot be joined yet");
}
