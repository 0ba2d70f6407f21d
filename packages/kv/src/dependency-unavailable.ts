/** A store that did not answer. Callers answer 503, never 401 or 402. `dependency` is "redis" or "postgres"; the cause stays out of the message. */
export class DependencyUnavailable extends Error {
  override readonly name = "DependencyUnavailable";
  constructor(readonly dependency: "redis" | "postgres", cause: unknown) {
    super(`${dependency} did not answer`, { cause });
  }
}
