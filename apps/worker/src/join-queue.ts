// Joins the queue in the background, however long its store is away or unfit; `/readyz` shows the wait.
import { inspectRedis } from "@trunkline/kv";
import { migrateQueue } from "@trunkline/queue";
import type { Consumer, Producer } from "@trunkline/queue";
import type { WorkerEnv } from "./env.ts";
import { assertKeepsJobs, UnfitRedis } from "./maintain/redis-settings.ts";
import type { Log } from "./stages.ts";

/** Between two tries to reach the queue's store at start-up. */
const QUEUE_RETRY_MS = 1_000;

interface QueueJoin { readonly env: WorkerEnv; readonly producer: Producer; readonly log: Log; readonly isDraining: () => boolean; readonly start: () => Consumer }

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
  const joined = (async () => {
    while (!join.isDraining()) {
      try {
        consumer = await tryToJoin(join);
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
      await consumer?.close();
    },
  };
}

/** How long an expired answer, which nobody can read any more, may still lie in the database. */
const EXPIRED_RESPONSES_MS = 600_000;

/** Requests are booked within seconds; a canary that fails is ended within some more. */
const JUDGE_CANARIES_MS = 15_000;

async function tryToJoin({ env, producer, log, start }: QueueJoin): Promise<Consumer> {
  if (env.redisUrl === undefined) await migrateQueue(env.databaseUrl);
  else for (const problem of assertKeepsJobs(await inspectRedis(env.redisUrl))) log.warn({}, problem);
  await producer.upsertScheduler("billing.report-meter-events", env.billingTickMs);
  // Without a source too: prices are announced, and brought in by command.
  await producer.upsertScheduler("catalog.sync-prices", env.catalogSyncMs);
  await producer.upsertScheduler("alert.evaluate-rules", env.alertTickMs);
  await producer.upsertScheduler("response.remove-expired", EXPIRED_RESPONSES_MS);
  await producer.upsertScheduler("preset.judge-canaries", JUDGE_CANARIES_MS);
  return start();
}

/** Once for each cause: the next try is a second away. */
function sayWhy(log: Log, error: unknown): void {
  if (error instanceof UnfitRedis) log.error({}, error.message);
  else log.warn({ err: error }, "the queue cannot be joined yet");
}
