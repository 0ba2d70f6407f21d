import type { JobName, JobPayloads } from "@trunkline/contracts";
import { UnrecoverableError } from "bullmq";
import { isJobName, JOB_SCHEMAS } from "./job-schemas.ts";

/** A handler must be idempotent: a job whose lock was lost runs again. */
export type JobHandlers = { readonly [Name in JobName]: (payload: JobPayloads[Name]) => Promise<void> };

/**
 * Checks the payload and calls the handler. A payload that can never pass, and a job that nobody here knows, fail at once
 * and for good: retrying would change nothing. The message names fields, never values.
 */
export async function processJob(handlers: JobHandlers, name: string, data: unknown): Promise<void> {
  if (!isJobName(name)) throw new UnrecoverableError(`no handler for a job of this name: ${name.slice(0, 80)}`);
  await processKnown(handlers, name, data);
}

async function processKnown<Name extends JobName>(handlers: JobHandlers, name: Name, data: unknown): Promise<void> {
  const payload = JOB_SCHEMAS[name].safeParse(data);
  if (!payload.success) {
    const where = payload.error.issues.slice(0, 3).map((issue) => `${issue.path.join(".") || "payload"} (${issue.code})`);
    throw new UnrecoverableError(`${name}: invalid ${where.join(", ")}`);
  }
  await handlers[name](payload.data);
}
