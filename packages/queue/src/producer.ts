import type { JobName, JobPayloads, SentPayloads } from "@trunkline/contracts";
import type { Queue } from "bullmq";
import { DependencyUnavailable } from "./dependency-unavailable.ts";
import { assertJobId, JOB_OPTIONS } from "./job-options.ts";
import { openStore } from "./stores.ts";
import type { StoreOptions } from "./stores.ts";

/** Beyond this the caller keeps its own record (the spool) and tries again later. */
const ANSWER_TIMEOUT_MS = 3_000;

/** Jobs without a payload can be scheduled. */
export type ScheduledJobName = { [Name in JobName]: Record<string, never> extends JobPayloads[Name] ? Name : never }[JobName];

export interface Producer {
  /**
   * Resolves once the store has the job. A `jobId` that the store still knows is ignored silently: it spares work, it is no
   * guard for money. Rejects with `DependencyUnavailable` within 3 seconds, RangeError on a jobId that cannot be one.
   */
  add<Name extends JobName>(name: Name, payload: SentPayloads[Name], options?: { readonly jobId?: string }): Promise<void>;
  /** Runs the job every `everyMs`, once over all processes. Calling it again moves the interval. */
  upsertScheduler(name: ScheduledJobName, everyMs: number): Promise<void>;
  /** Sets it where the store knows of none, and says whether it had to: a Redis that was emptied has forgotten. */
  keepScheduler(name: ScheduledJobName, everyMs: number): Promise<boolean>;
  /** Jobs that wait, are delayed or run. */
  backlog(name: JobName): Promise<number>;
  close(): Promise<void>;
}

/** Redis where an address is given, else Postgres, whose schema `migrateQueue` must have made. */
export function createProducer(options: StoreOptions): Producer {
  const store = openStore(options, "producer", 0);
  const queues = new Map<JobName, Queue>();
  /** Answered at least once. Such an object comes back by itself; each new one would leave its listeners on the shared connection. */
  const proven = new WeakSet<Queue>();
  const queueOf = (name: JobName): Queue => {
    const known = queues.get(name);
    if (known) return known;
    const queue = store.queue(name);
    queue.on("error", () => {});
    queues.set(name, queue);
    return queue;
  };
  const ask = async <Answer>(name: JobName, question: (queue: Queue) => Promise<Answer>): Promise<Answer> => {
    try {
      const answer = await withinTimeout(store.ready().then(() => question(queueOf(name))));
      const queue = queues.get(name);
      if (queue) proven.add(queue);
      return answer;
    } catch (error) {
      forgetUnproven(name);
      throw new DependencyUnavailable(store.dependency, error);
    }
  };
  /** BullMQ remembers a failed start for ever: the next call makes a new queue object. */
  const forgetUnproven = (name: JobName): void => {
    const queue = queues.get(name);
    if (!queue || proven.has(queue)) return;
    queues.delete(name);
    queue.close().catch(() => {});
  };
  return {
    async add(name, payload, { jobId } = {}) {
      if (jobId !== undefined) assertJobId(jobId);
      await ask(name, (queue) => queue.add(name, payload, { ...JOB_OPTIONS[name], ...(jobId === undefined ? {} : { jobId }) }));
    },
    async upsertScheduler(name, everyMs) { await ask(name, (queue) => schedule(queue, name, everyMs)); },
    keepScheduler: (name, everyMs) => ask(name, async (queue) => {
      if (await queue.getJobScheduler(name)) return false;
      await schedule(queue, name, everyMs);
      return true;
    }),
    backlog: (name) => ask(name, (queue) => queue.getJobCountByTypes("wait", "delayed", "active", "prioritized")),
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close().catch(() => {})));
      await store.close();
    },
  };
}

const schedule = (queue: Queue, name: ScheduledJobName, everyMs: number): Promise<unknown> => queue.upsertJobScheduler(name, { every: everyMs }, { name, data: {}, opts: JOB_OPTIONS[name] });

async function withinTimeout<Answer>(answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => { timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`)), ANSWER_TIMEOUT_MS); });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
