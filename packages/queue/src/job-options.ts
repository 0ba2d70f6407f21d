import type { JobName } from "@trunkline/contracts";

const HOUR_S = 3_600;
/** A finished batch is kept only for a second copy that is already on its way, which its id then stops. A batch can weigh a megabyte, and Redis holds what is kept in memory. */
const FINISHED_BATCHES_KEPT = 20;

interface JobOptions {
  readonly attempts: number;
  readonly backoff: { readonly type: "exponential"; readonly delay: number };
  readonly removeOnComplete: { readonly age: number; readonly count: number };
  readonly removeOnFail: boolean | { readonly age: number; readonly count: number };
}

/**
 * How each job is retried and kept. Delays double: 1 s … about 17 minutes over 11 attempts, so a database that is away for half
 * an hour loses no job.
 * A failed usage batch is removed at once: its spool segment is the record and is sent again, and BullMQ silently ignores a
 * jobId that it still keeps in any state. The failure itself reaches `onError`.
 */
export const JOB_OPTIONS: { readonly [Name in JobName]: JobOptions } = Object.freeze({
  "usage.ingest-events": Object.freeze({
    attempts: 11,
    backoff: Object.freeze({ type: "exponential", delay: 1_000 }),
    removeOnComplete: Object.freeze({ age: HOUR_S, count: FINISHED_BATCHES_KEPT }),
    removeOnFail: true,
  }),
  "billing.report-meter-events": Object.freeze({
    attempts: 5,
    backoff: Object.freeze({ type: "exponential", delay: 5_000 }),
    removeOnComplete: Object.freeze({ age: 24 * HOUR_S, count: 100 }),
    removeOnFail: Object.freeze({ age: 7 * 24 * HOUR_S, count: 100 }),
  }),
  // A source that is away is asked again by the next run.
  "catalog.sync-prices": Object.freeze({
    attempts: 3,
    backoff: Object.freeze({ type: "exponential", delay: 30_000 }),
    removeOnComplete: Object.freeze({ age: 7 * 24 * HOUR_S, count: 100 }),
    removeOnFail: Object.freeze({ age: 7 * 24 * HOUR_S, count: 100 }),
  }),
  /** The next tick is seconds away and does the same: a failed one is not repeated. */
  "alert.evaluate-rules": Object.freeze({
    attempts: 1,
    backoff: Object.freeze({ type: "exponential", delay: 1_000 }),
    removeOnComplete: Object.freeze({ age: HOUR_S, count: 10 }),
    removeOnFail: Object.freeze({ age: 24 * HOUR_S, count: 100 }),
  }),
  "preset.judge-canaries": Object.freeze({
    attempts: 1,
    backoff: Object.freeze({ type: "exponential", delay: 1_000 }),
    removeOnComplete: Object.freeze({ age: HOUR_S, count: 10 }),
    removeOnFail: Object.freeze({ age: 24 * HOUR_S, count: 100 }),
  }),
  "preset.run-drills": Object.freeze({
    attempts: 1,
    backoff: Object.freeze({ type: "exponential", delay: 1_000 }),
    removeOnComplete: Object.freeze({ age: HOUR_S, count: 10 }),
    removeOnFail: Object.freeze({ age: 24 * HOUR_S, count: 100 }),
  }),
  /** What has expired is invisible already; the next run takes what this one left. */
  "response.remove-expired": Object.freeze({
    attempts: 3,
    backoff: Object.freeze({ type: "exponential", delay: 30_000 }),
    removeOnComplete: Object.freeze({ age: 24 * HOUR_S, count: 10 }),
    removeOnFail: Object.freeze({ age: 7 * 24 * HOUR_S, count: 100 }),
  }),
});

/** Throws RangeError on what BullMQ refuses: a colon, or digits only, which it takes for ids of its own. */
export function assertJobId(jobId: string): void {
  if (jobId === "" || jobId.includes(":") || /^\d+$/.test(jobId)) throw new RangeError("a jobId is not empty, has no colon and is not all digits");
}
