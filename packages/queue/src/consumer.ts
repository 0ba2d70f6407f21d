import type { JobName } from "@trunkline/contracts";
import { UnrecoverableError, type Worker } from "bullmq";
import { JOB_NAMES } from "./job-schemas.ts";
import { processJob } from "./process-job.ts";
import type { JobHandlers } from "./process-job.ts";
import { openStore } from "./stores.ts";
import type { StoreOptions } from "./stores.ts";

export interface JobFailure {
  readonly name: JobName;
  /** null when not a job failed but the connection. */
  readonly jobId: string | null;
  /** No further attempt follows. */
  readonly final: boolean;
}

export interface ConsumerOptions extends StoreOptions {
  readonly handlers: JobHandlers;
  readonly onError: (error: Error, failure: JobFailure) => void;
  /** Jobs of one name that run at once in this process. */
  readonly concurrency: number;
}

export interface Consumer {
  /** Takes no further job, waits for the running ones, then disconnects. */
  close(): Promise<void>;
}

/**
 * How long a killed worker's jobs stay its own: its lock runs out, then the next check gives them to another. BullMQ's 30 s each would
 * keep a batch of usage out of the ledger for a minute. A lock is renewed at half its life while the process lives, whatever the
 * handler waits for, so only an event loop that stands still for 10 s loses one; handlers are idempotent for that case.
 */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5_000;
/** Before a worker that could not begin is replaced. */
const RESTART_MS = 1_000;

/** One queue a job name, so that a slow kind never stands before a quick one. Starts at once; reconnects by itself. */
export function createConsumer(options: ConsumerOptions): Consumer {
  const store = openStore(options, "consumer", JOB_NAMES.length);
  const workers = new Map<JobName, Worker>();
  let isClosing = false;
  const start = (name: JobName): void => {
    const worker = store.worker(name, (job) => processJob(options.handlers, job.name, job.data), { concurrency: options.concurrency, lockDuration: LOCK_MS, stalledInterval: STALLED_CHECK_MS });
    workers.set(name, worker);
    worker.on("failed", (job, error) => {
      const attempts = job?.opts.attempts ?? 1;
      options.onError(error, { name, jobId: job?.id ?? null, final: error instanceof UnrecoverableError || (job?.attemptsMade ?? attempts) >= attempts });
    });
    worker.on("error", (error) => options.onError(error, { name, jobId: null, final: false }));
    // BullMQ remembers a failed beginning for good: another worker takes the place of one that never was ready.
    worker.waitUntilReady().catch(async () => {
      if (isClosing) return;
      await worker.close(true).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
      if (!isClosing) start(name);
    });
  };
  JOB_NAMES.forEach(start);
  return {
    async close() {
      isClosing = true;
      await Promise.all([...workers.values()].map((worker) => worker.close()));
      await store.close();
    },
  };
}
