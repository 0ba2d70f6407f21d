/**
 * Tells open pages when something was stored. Decides how often is asked: once for an organization, however many pages of it are
 * open. Promises that no change goes unheard; what a page then asks again is left to it.
 */
import { EventEmitter, once } from "node:events";

/** How soon a page hears of a stored request: a quarter of what a person notices. */
const WATCH_MS = 100;
/** A page under constant traffic is told this often at most: it asks again for everything it shows. */
const QUIET_MS = 1_500;
/** A request is stored within minutes of its start, also after an outage of the queue; more history would only make the count slower. Counted from a full half-hour on, so that processes count the same. */
const SINCE_MS = 30 * 60_000;
/** One for each open page, and no leak. */
const LISTENERS_MAX = 0;

/** Requests stored since then, by book. */
type Read = (since: Date) => Promise<ReadonlyMap<string, bigint>>;
const countedFrom = (nowMs: number): number => (Math.floor(nowMs / SINCE_MS) - 1) * SINCE_MS;
/** Equal marks of a book: nothing was stored between them. */
const markOf = (sinceMs: number, count: bigint | undefined): string => `${sinceMs}:${count ?? 0n}`;
/** As it is now; read before the answers it speaks for. */
export async function bookMarks({ books, read, nowMs }: Pick<Watched, "read"> & { readonly books: readonly string[]; readonly nowMs: number }): Promise<readonly string[]> {
  const since = countedFrom(nowMs);
  const counts = await read(new Date(since));
  return books.map((book) => markOf(since, counts.get(book)));
}

interface LiveOptions { readonly pause: (ms: number, signal?: AbortSignal) => Promise<unknown>; readonly nowMs: () => number }
interface Watched { readonly organizationId: string; readonly book: string; readonly read: Read; readonly signal?: AbortSignal | undefined }

class Poller {
  readonly changes = new EventEmitter().setMaxListeners(LISTENERS_MAX);
  readonly #versions = new Map<string, number>();
  #since = 0;
  #known: ReadonlyMap<string, bigint> = new Map();
  listeners = 0;
  failure: unknown = null;
  /** Until the first count is known a page must not read: what is stored in between would go unheard. */
  readonly ready: Promise<void>;
  #open: () => void = () => undefined;

  constructor() { this.ready = new Promise((resolve) => { this.#open = resolve; }); }

  versionOf(book: string): number { return this.#versions.get(book) ?? 0; }

  markOf(book: string): string { return markOf(this.#since, this.#known.get(book)); }

  /** What the pages hear of is known before they hear. */
  #take(since: number, next: ReadonlyMap<string, bigint>, now: ReadonlyMap<string, bigint>): void {
    const known = this.#known;
    this.#since = since;
    this.#known = next;
    for (const [book, count] of now) {
      if (known.get(book) === count) continue;
      this.#versions.set(book, this.versionOf(book) + 1);
      this.changes.emit(book);
    }
  }

  async #poll(read: Read, { pause, nowMs }: LiveOptions): Promise<void> {
    this.#since = countedFrom(nowMs());
    this.#known = await read(new Date(this.#since));
    this.#open();
    while (this.listeners > 0) {
      await pause(WATCH_MS);
      // The new beginning is read first: what is stored between the two reads is told twice, never not at all.
      const since = this.#since;
      const next = countedFrom(nowMs());
      const begun = next === since ? null : await read(new Date(next));
      const now = await read(new Date(since));
      this.#take(next, begun ?? now, now);
    }
  }

  /** `onEnd` is called in the very step that ends the polling: nobody joins a poller that has ended. */
  async run(read: Read, options: LiveOptions, onEnd: () => void): Promise<void> {
    try {
      await this.#poll(read, options);
    } catch (error) {
      this.failure = error;
      this.#open();
      if (this.changes.listenerCount("error") > 0) this.changes.emit("error", error);
    } finally {
      onEnd();
    }
  }
}

export type ChangesOf = (watched: Watched) => AsyncGenerator<string, void>;

/** Gives the book's mark at once, and another whenever something was stored in it, until `signal`. An error of `read` ends it: the client comes back. */
export function createLive(options: LiveOptions): ChangesOf {
  const pollers = new Map<string, Poller>();
  const join = (organizationId: string, read: Read): Poller => {
    const known = pollers.get(organizationId);
    const poller = known ?? new Poller();
    poller.listeners += 1;
    if (known) return known;
    pollers.set(organizationId, poller);
    void poller.run(read, options, () => pollers.delete(organizationId));
    return poller;
  };
  return async function* changesOf({ organizationId, book, read, signal }) {
    const poller = join(organizationId, read);
    const only = signal ? { signal } : {};
    try {
      await poller.ready;
      for (let told = -1; ;) {
        if (poller.failure !== null) throw poller.failure;
        if (poller.versionOf(book) === told) await once(poller.changes, book, only);
        const first = told < 0;
        told = poller.versionOf(book);
        if (poller.failure === null) yield poller.markOf(book);
        if (!first) await options.pause(QUIET_MS, signal);
      }
    } finally {
      poller.listeners -= 1;
    }
  };
}
