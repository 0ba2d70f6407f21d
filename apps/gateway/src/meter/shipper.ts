import { USAGE_BATCH_EVENTS_MAX, type UsageEvent } from "@trunkline/contracts";
import type { Producer } from "@trunkline/queue";
import type { EventPayload } from "./spool-records.ts";
import type { Spool, SpoolLocation } from "./spool.ts";

/** An idle gateway's event reaches the queue within this time. */
const SHIP_DELAY_MS = 50;
/** A busy gateway's events wait for company: a job costs the queue as much with one event as with hundreds. */
const SHIP_DELAY_BUSY_MS = 250;
/** So many events in one batch mean that the gateway is busy. */
const BUSY_EVENTS = 8;
const RETRY_MS_MAX = 5_000;
const CONFIRM_MS = 1_000;
/** Unconfirmed for this long: the batch is sent again, which the primary key makes harmless. */
const RESEND_AFTER_MS = 60_000;
/** Ids a confirming query asks for. */
const CONFIRM_IDS_MAX = 1_000;
/** Events kept in memory while the queue is away; later ones are read back from the spool. */
const EVENTS_IN_MEMORY_MAX = 10_000;

export interface ShipperOptions {
  readonly spool: Pick<Spool, "read" | "confirm">;
  readonly producer: Pick<Producer, "add">;
  /** Ids that Postgres holds. */
  readonly confirmGenerations: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
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
  #closed = false;

  constructor(options: ShipperOptions) { this.#options = options; }

  /** Events that Postgres has not confirmed. */
  get backlog(): number { return this.#all.size; }

  enqueue({ id, json }: EventText, location: SpoolLocation): void {
    const parcel: Parcel = { id, location, json: this.#queue.length < EVENTS_IN_MEMORY_MAX ? json : null, sends: 0, sentAtMs: 0 };
    this.#queue.push(parcel);
    this.#all.set(parcel.id, parcel);
    this.#schedule();
  }

  /** An event that is not in Postgres yet. */
  async find(id: string): Promise<UsageEvent | null> {
    const parcel = this.#all.get(id);
    const json = parcel ? parcel.json ?? await this.#readBack(parcel) : null;
    return json === null ? null : JSON.parse(json) as UsageEvent;
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
    const lines: string[] = [];
    for (const parcel of parcels) {
      const json = parcel.json ?? await this.#readBack(parcel);
      if (json !== null) lines.push(json);
    }
    const batchId = `${first.location.segment.replace(".spool", "")}-${first.location.offset}-${parcels.length}${first.sends > 0 ? `-r${first.sends}` : ""}`;
    await this.#options.producer.add("usage.ingest-events", { batchId, packed: Buffer.from(lines.join("\n")).toString("base64") }, { jobId: batchId });
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

  async #confirm(): Promise<void> {
    const ids = [...this.#sent.keys()].slice(0, CONFIRM_IDS_MAX);
    if (ids.length === 0) return;
    let present: ReadonlySet<string>;
    try { present = await this.#options.confirmGenerations(ids); } catch { return; }
    const now = this.#options.now();
    for (const id of ids) {
      const parcel = this.#sent.get(id);
      if (!parcel) continue;
      this.#sent.delete(id);
      if (present.has(id)) { this.#all.delete(id); this.#options.spool.confirm(parcel.location); }
      else if (now - parcel.sentAtMs > RESEND_AFTER_MS) { this.#queue.push(parcel); this.#schedule(); }
      else this.#sent.set(id, parcel);
    }
  }

  async #readBack(parcel: Parcel): Promise<string | null> {
    const payload = (await this.#options.spool.read(parcel.location)) as EventPayload | null;
    return payload ? JSON.stringify(payload.event) : null;
  }
}
