/** The queue's store did not answer in time. The job may or may not have been stored: add it again with the same jobId. The cause stays out of the message. */
export class DependencyUnavailable extends Error {
  override readonly name = "DependencyUnavailable";
  constructor(readonly dependency: "redis" | "postgres", cause: unknown) {
    super(`the queue's ${dependency} did not answer`, { cause });
  }
}
