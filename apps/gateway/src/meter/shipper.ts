import { USAGE_BATCH_EVENTS_MAX, type UsageEvent } from "@trunkline/contracts";
import type { Producer } from "@trunkline/queue";
import { eventTextOf } from "./spool-records.ts";
import type { Spool, SpoolLocation } from "./spool.ts";

/** An idle gateway's event reaches the queue within this time. */
const SHIP_DELAY_MS = 50;
/** A busy gateway's events wait for company: a job costs the queue as much with one event as with hundreds. */
const SHIP_DELAY_BUSY_MS = 250;
/** So many events in one batch mean that the gateway is busy. */
const BUSY_EVENTS = 8;
const RETRY_MS_MAX = 5_000;
const CONFIRM_MS = 1_000;
/** Unconfirmed for this long, while later ones were confirmed or nothing is: it is sent again, which the primary key makes harmless. */
const RESEND_AFTER_MS = 60_000;
/** While nothing at all is confirmed the worker is away: each further copy waits twice as long, up to 32 minutes. */
const RESEND_DOUBLINGS_MAX = 5;
/** Ids a confirming query asks for. */
const CONFIRM_IDS_MAX = 1_000;
/** Queries a round: a worker that has caught up on a long absence is followed within seconds. */
const CONFIRM_QUERIES_MAX = 50;
/** Events kept in memory while the queue is away; later ones are read back from the spool. */
const EVENTS_IN_MEMORY_MAX = 10_000;

export interface ShipperOptions {
  readonly spool: Pick<Spool, "readTexts" | "confirm">;
  readonly producer: Pick<Producer, "add">;
  /** Ids that Postgres holds. */
  readonly confirmGenerations: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Lines of JSON as a job carries them, see `deflateLines`. */
  readonly pack: (lines: readonly string[]) => Promise<string>;
  readonly now: () => number;
  onFault(message: string): void;
}
/** A usage event as the JSON text that the spool holds. */
export interface EventText { readonly id: string; readonly json: string }
interface Parcel { readonly id: string; readonly location: SpoolLocation; json: string | null; sends: number; sentAtMs: number }

/** Carries spooled events to the queue in batches and lets go of them only when Postgres has confirmed each. */
export class Shipper {
  readonly #options: ShipperOptions;
  readonly #queue: Parcel[] = [];
  readonly #sent = new Map<string, Parcel>();
  readonly #all = new Map<string, Parcel>();
  #shipTimer: NodeJS.Timeout | undefined;
  #confirmTimer: NodeJS.Timeout | undefined;
  #shipping: Promise<void> | null = null;
  /** 0 unless the queue refused the last batch. */
  #retryMs = 0;
  #lastBatch = 0;
  /** When the youngest event that Postgres holds was sent, and when one was last found there. */
  #confirmedSentAtMs = 0;
  #confirmedAtMs = 0;
  #closed = false;

  constructor(options: ShipperOptions) { this.#options = options; }

  /** Events that Postgres has not confirmed. */
  get backlog(): number { return this.#all.size; }

  /** Where they lie, oldest first. */
  unconfirmed(): readonly SpoolLocation[] { return [...this.#all.values()].map(({ location }) => location); }

  enqueue({ id, json }: EventText, location: SpoolLocation): void {
    const parcel: Parcel = { id, location, json: this.#queue.length < EVENTS_IN_MEMORY_MAX ? json : null, sends: 0, sentAtMs: 0 };
    this.#queue.push(parcel);
    this.#all.set(parcel.id, parcel);
    this.#schedule();
  }

  /** An event that is not in Postgres yet. */
  async find(id: string): Promise<UsageEvent | null> {
    const parcel = this.#all.get(id);
    const [json] = parcel ? await this.#textsOf([parcel]) : [];
    return json === undefined ? null : JSON.parse(json) as UsageEvent;
  }

  /** One last try for everything, then silence; what is left stays in the spool. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#shipTimer);
    clearTimeout(this.#confirmTimer);
    await (this.#shipping ?? Promise.resolve());
    await this.#ship(1);
    await this.#confirm();
  }

  #schedule(): void {
    if (this.#closed || this.#shipTimer !== undefined || this.#shipping) return;
    this.#shipTimer = setTimeout(() => {
      this.#shipTimer = undefined;
      this.#shipping = this.#ship(this.#isBusy ? USAGE_BATCH_EVENTS_MAX : 1).finally(() => {
        this.#shipping = null;
        if (this.#queue.length > 0) this.#schedule();
      });
    }, this.#retryMs > 0 ? this.#retryMs : this.#isBusy ? SHIP_DELAY_BUSY_MS : SHIP_DELAY_MS);
  }

  get #isBusy(): boolean { return this.#lastBatch >= BUSY_EVENTS; }

  /** Sends what waits, at least one batch, and goes on while at least `rest` events wait. */
  async #ship(rest: number): Promise<void> {
    for (let enough = 1; this.#queue.length >= enough; enough = rest) {
      const parcels = this.#queue.slice(0, USAGE_BATCH_EVENTS_MAX);
      try {
        await this.#send(parcels);
      } catch {
        this.#retryMs = Math.min(Math.max(this.#retryMs, SHIP_DELAY_MS) * 2, RETRY_MS_MAX);
        if (this.#retryMs === RETRY_MS_MAX) this.#options.onFault(`the queue does not take usage events; ${this.#queue.length} wait in the spool`);
        return;
      }
      this.#queue.splice(0, parcels.length);
      this.#lastBatch = parcels.length;
      this.#retryMs = 0;
    }
  }

  async #send(parcels: readonly Parcel[]): Promise<void> {
    const first = parcels[0];
    if (!first) return;
    const deflated = await this.#options.pack(await this.#textsOf(parcels));
    const batchId = `${first.location.segment.replace(".spool", "")}-${first.location.offset}-${parcels.length}${first.sends > 0 ? `-r${first.sends}` : ""}`;
    await this.#options.producer.add("usage.ingest-events", { batchId, deflated }, { jobId: batchId });
    for (const parcel of parcels) {
      parcel.json = null;
      parcel.sends++;
      parcel.sentAtMs = this.#options.now();
      this.#sent.set(parcel.id, parcel);
    }
    this.#scheduleConfirm();
  }

  #scheduleConfirm(): void {
    if (this.#closed || this.#confirmTimer !== undefined || this.#sent.size === 0) return;
    this.#confirmTimer = setTimeout(() => {
      void this.#confirm().finally(() => { this.#confirmTimer = undefined; this.#scheduleConfirm(); });
    }, CONFIRM_MS);
  }

  /** Oldest first, a page a query, until a page is mostly on its way still: the queue keeps its order, so nothing behind it has arrived either. */
  async #confirm(): Promise<void> {
    const waiting = this.#sent.values();
    for (let queries = 0; queries < CONFIRM_QUERIES_MAX; queries++) {
      const page: Parcel[] = [];
      while (page.length < CONFIRM_IDS_MAX) {
        const next = waiting.next();
        if (next.done) break;
        page.push(next.value);
      }
      if (page.length === 0) return;
      let present: ReadonlySet<string>;
      try { present = await this.#options.confirmGenerations(page.map(({ id }) => id)); } catch { return; }
      this.#settle(page, present);
      if (present.size * 2 < page.length) return;
    }
  }

  #settle(page: readonly Parcel[], present: ReadonlySet<string>): void {
    const now = this.#options.now();
    if (present.size > 0) this.#confirmedAtMs = now;
    for (const parcel of page) {
      if (!present.has(parcel.id)) continue;
      this.#sent.delete(parcel.id);
      this.#all.delete(parcel.id);
      this.#options.spool.confirm(parcel.location);
      if (parcel.sentAtMs > this.#confirmedSentAtMs) this.#confirmedSentAtMs = parcel.sentAtMs;
    }
    for (const parcel of page) {
      if (present.has(parcel.id) || !this.#isLost(parcel, now)) continue;
      this.#sent.delete(parcel.id);
      this.#queue.push(parcel);
      this.#schedule();
    }
  }

  /** Not what merely waits behind a slow worker: copies of that would make it slower still. */
  #isLost({ sentAtMs, sends }: Parcel, now: number): boolean {
    if (this.#confirmedSentAtMs > sentAtMs) return now - sentAtMs > RESEND_AFTER_MS;
    return now - Math.max(sentAtMs, this.#confirmedAtMs) > RESEND_AFTER_MS * 2 ** Math.min(sends - 1, RESEND_DOUBLINGS_MAX);
  }

  /** What is no longer in memory comes from the spool; what is in neither is left out. */
  async #textsOf(parcels: readonly Parcel[]): Promise<string[]> {
    const absent = parcels.filter(({ json }) => json === null);
    const read = absent.length === 0 ? [] : await this.#options.spool.readTexts(absent.map(({ location }) => location));
    let next = 0;
    return parcels.flatMap(({ json }) => {
      if (json !== null) return [json];
      const text = read[next++];
      return typeof text === "string" ? [eventTextOf(text)] : [];
    });
  }
}
