/** Watches a number that only grows, for a page that shows what it counts. */

/** How soon a page hears of a stored request: a quarter of what a person notices. */
const WATCH_MS = 100;
/** A page under constant traffic is told this often at most: it asks again for everything it shows. */
const QUIET_MS = 1_500;

interface Watched {
  /** Requests stored so far. */
  readonly count: () => Promise<bigint>;
  /** Resolves after `ms`; rejects when the listener has gone. */
  readonly pause: (ms: number) => Promise<unknown>;
}

/** Gives the count at once and after every change, until `pause` rejects. An error of `count` ends it: the client comes back. */
export async function* changesOf({ count, pause }: Watched): AsyncGenerator<number, void> {
  let known = await count();
  yield Number(known);
  for (;;) {
    await pause(WATCH_MS);
    const now = await count();
    if (now === known) continue;
    known = now;
    yield Number(now);
    await pause(QUIET_MS);
  }
}
