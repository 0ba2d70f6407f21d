/**
 * A pool for BullMQ's consumers. BullMQ remembers for good that its first connection failed, and asks again without a pause after any failure
 * that is not a refused connection; a consumer that starts beside a Postgres that is starting, stopping or away would spin, and never work again.
 * Here a connection that is asked for is waited for, and a query that fails for want of one fails after a pause. What Postgres itself answers goes through at once.
 */
import pg from "pg";

/** Long enough not to spin, short enough to be back soon after Postgres is. */
const PAUSE_MS = 1_000;
/** Connection exceptions, shutdown and start-up, too many connections (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const AWAY = /^(?:08|57P0[1-4]$|53300$)/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Whether there was no Postgres to answer: without a SQLSTATE the failure is the connection's. */
export function isAway(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  return !SQLSTATE.test(code) || AWAY.test(code);
}

export class PatientPool extends pg.Pool {
  readonly #closing = new AbortController();

  /** With a callback as ever, which is how the pool's own queries ask; else it waits until there is a connection, or the pool ends. */
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Parameters<pg.Pool["connect"]>[0]): void;
  override connect(callback?: Parameters<pg.Pool["connect"]>[0]): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) return this.#connected();
    super.connect(callback);
    return undefined;
  }

  override query(...asked: never[]): never {
    const answer = (super.query as (...given: readonly unknown[]) => unknown).apply(this, asked);
    return (answer instanceof Promise ? answer.catch((error: unknown) => this.#later(error)) : answer) as never;
  }

  override async end(): Promise<void> {
    this.#closing.abort();
    await super.end();
  }

  async #connected(): Promise<pg.PoolClient> {
    for (;;) {
      try {
        return await super.connect();
      } catch (error) {
        if (this.#closing.signal.aborted || !isAway(error)) throw error;
        await this.#pause();
      }
    }
  }

  async #later(error: unknown): Promise<never> {
    if (isAway(error)) await this.#pause();
    throw error;
  }

  #pause(): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => { signal.removeEventListener("abort", ended); resolve(); }, PAUSE_MS);
      const ended = (): void => { clearTimeout(timer); resolve(); };
      signal.addEventListener("abort", ended, { once: true });
    });
  }
}
