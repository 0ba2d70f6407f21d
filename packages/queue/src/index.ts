export { createConsumer } from "./consumer.ts";
export type { Consumer, ConsumerOptions, JobFailure } from "./consumer.ts";
export { DependencyUnavailable } from "./dependency-unavailable.ts";
export { JOB_OPTIONS } from "./job-options.ts";
export { deflateLines } from "./lines.ts";
export { migrateQueue } from "./migrate-queue.ts";
export type { JobHandlers } from "./process-job.ts";
export { createProducer } from "./producer.ts";
export type { Producer, ScheduledJobName } from "./producer.ts";
