import fs from "node:fs";
import path from "node:path";
import { decodeFrames, decodeText, frameBytesMax, writeFrame, type RecordKind, type SpoolRecord } from "./frame.ts";
import { lockFolder, unlockFolder } from "./folder-lock.ts";

/** Small enough to be let go soon, large enough that files are rare. */
const SEGMENT_BYTES_MAX = 4 * 1024 * 1024;
/** The current segment goes early when all of it is confirmed and it is worth a new file. */
const SEGMENT_RECYCLE_BYTES = 256 * 1024;
/** A kill of the process loses nothing without it; a kill of the machine loses at most this much time. */
const SYNC_MS = 1_000;
/** Holds the batch of one tick, some forty events; a larger one gets bytes of its own. */
const SCRATCH_BYTES = 256 * 1024;
/** Headroom for the records of requests that were admitted while there was room. */
const RESERVE_BYTES = 16_384;

interface Segment {
  readonly name: string;
  readonly file: string;
  bytes: number;
  /** Streams begun here whose event is not written yet. */
  readonly open: Set<string>;
  /** Events here that Postgres has not confirmed. */
  unconfirmed: number;
}
export interface SpoolLocation { readonly segment: string; readonly offset: number; readonly length: number }
interface Waiting { readonly kind: RecordKind; readonly id: string; readonly json: string; resolve(location: SpoolLocation): void; reject(error: Error): void }

export interface SpoolOptions { readonly dir: string; readonly bytesMax: number; readonly now: () => number; onFault(message: string): void }
export interface Recovered { readonly record: SpoolRecord; readonly location: SpoolLocation }

/**
 * The local append-only record of what was used. Promises: an appended record survives kill -9 once its promise has resolved; records of
 * one tick go out in one write; a segment is deleted only when every event in it is confirmed and every stream begun in it has ended, oldest first.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #segments: Segment[] = [];
  readonly #openIn = new Map<string, Segment>();
  #waiting: Waiting[] = [];
  readonly #scratch = Buffer.allocUnsafe(SCRATCH_BYTES);
  #fd: number | null = null;
  #sequence = 0;
  #bytes = 0;
  #broken = false;
  #dirty = false;
  #sync: NodeJS.Timeout | undefined;
  readonly #flushSoon = (): void => this.#flush();

  private constructor(options: SpoolOptions) { this.#options = options; }

  /** Takes the folder for this process and reads what an earlier one left. Throws an Error when another live process holds it. */
  static open(options: SpoolOptions): { readonly spool: Spool; readonly recovered: readonly Recovered[] } {
    fs.mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    lockFolder(options.dir);
    const spool = new Spool(options);
    const recovered = spool.#readSegments();
    spool.#sync = setInterval(() => spool.#syncNow(), SYNC_MS).unref();
    return { spool, recovered };
  }

  get bytes(): number { return this.#bytes; }
  /** False refuses new billable requests. A failed write is tried again by the next append. */
  get hasRoom(): boolean { return !this.#broken && this.#bytes + RESERVE_BYTES < this.#options.bytesMax; }

  /** `json`: the payload as JSON text, without a raw newline. */
  append(kind: RecordKind, id: string, json: string): Promise<SpoolLocation> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(this.#flushSoon);
      this.#waiting.push({ kind, id, json, resolve, reject });
    });
  }

  /** The payload of each record as JSON text, null where its segment is gone or its line is damaged. Neighbours of one segment come with one read. */
  async readTexts(locations: readonly SpoolLocation[]): Promise<(string | null)[]> {
    const texts: (string | null)[] = [];
    while (texts.length < locations.length) {
      const name = locations[texts.length]?.segment;
      let end = texts.length;
      while (end < locations.length && locations[end]?.segment === name) end++;
      const run = locations.slice(texts.length, end);
      const from = Math.min(...run.map(({ offset }) => offset));
      const bytes = await this.#readBytes(name, from, Math.max(...run.map(({ offset, length }) => offset + length)));
      for (const { offset, length } of run) texts.push(bytes ? decodeText(bytes.subarray(offset - from, offset - from + length))?.json ?? null : null);
    }
    return texts;
  }

  async #readBytes(name: string | undefined, from: number, to: number): Promise<Buffer | null> {
    const segment = this.#segments.find((candidate) => candidate.name === name);
    const handle = segment ? await fs.promises.open(segment.file, "r").catch(() => null) : null;
    if (!handle) return null;
    try {
      return (await handle.read({ buffer: Buffer.alloc(to - from), position: from })).buffer;
    } finally {
      await handle.close();
    }
  }

  /** Postgres has the event. */
  confirm(location: SpoolLocation): void {
    const segment = this.#segments.find((candidate) => candidate.name === location.segment);
    if (!segment) return;
    segment.unconfirmed--;
    this.#trim(SEGMENT_RECYCLE_BYTES);
  }

  /** Writes what waits, lets go of what is confirmed, gives the folder back. */
  close(): void {
    clearInterval(this.#sync);
    this.#flush();
    this.#syncNow();
    this.#trim(0);
    if (this.#fd !== null) fs.closeSync(this.#fd);
    this.#fd = null;
    unlockFolder(this.#options.dir);
  }

  #readSegments(): readonly Recovered[] {
    const recovered: Recovered[] = [];
    for (const name of fs.readdirSync(this.#options.dir).filter((file) => file.endsWith(".spool")).sort()) {
      const file = path.join(this.#options.dir, name);
      const content = fs.readFileSync(file);
      const segment: Segment = { name, file, bytes: content.length, open: new Set(), unconfirmed: 0 };
      this.#segments.push(segment);
      this.#bytes += content.length;
      const { records, corrupt } = decodeFrames(content);
      if (corrupt > 0) this.#options.onFault(`${corrupt} records of the spool segment ${name} are damaged and were left out`);
      for (const record of records) {
        recovered.push({ record, location: { segment: name, offset: record.offset, length: record.length } });
        this.#note(segment, record.kind, recordId(record));
      }
    }
    return recovered;
  }

  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    try {
      const segment = this.#currentSegment();
      const start = segment.bytes;
      const { bytes, lengths } = this.#framed(batch);
      this.#writeAll(segment, bytes);
      this.#broken = false;
      let offset = start;
      for (let index = 0; index < batch.length; index++) {
        const waiting = batch[index] as Waiting;
        const length = lengths[index] as number;
        this.#note(segment, waiting.kind, waiting.id);
        waiting.resolve({ segment: segment.name, offset, length });
        offset += length + 1;
      }
    } catch (error) {
      this.#broken = true;
      this.#options.onFault(`the spool cannot be written: ${error instanceof Error ? error.message : "unknown fault"}`);
      for (const waiting of batch) waiting.reject(new Error("the spool cannot be written"));
    }
  }

  /** The lines of a batch, and the length of each without its newline. The bytes are good until the next batch. */
  #framed(batch: readonly Waiting[]): { readonly bytes: Buffer; readonly lengths: readonly number[] } {
    let bytesMax = 0;
    for (const { json } of batch) bytesMax += frameBytesMax(json);
    const into = bytesMax <= this.#scratch.length ? this.#scratch : Buffer.allocUnsafe(bytesMax);
    const lengths: number[] = [];
    let end = 0;
    for (const waiting of batch) {
      const length = writeFrame(into, end, waiting);
      lengths.push(length);
      end += length + 1;
    }
    return { bytes: into.subarray(0, end), lengths };
  }

  /** A short or failed write leaves a torn line: the segment is closed there, so that the next record does not continue it. */
  #writeAll(segment: Segment, bytes: Buffer): void {
    let written = 0;
    try {
      while (written < bytes.length) written += fs.writeSync(this.#fd as number, bytes, written);
    } catch (error) {
      if (written > 0) this.#leaveSegment();
      throw error;
    } finally {
      segment.bytes += written;
      this.#bytes += written;
      this.#dirty = true;
    }
  }

  #note(segment: Segment, kind: RecordKind, id: string): void {
    if (kind === "open") { segment.open.add(id); this.#openIn.set(id, segment); return; }
    if (kind !== "event") return;
    segment.unconfirmed++;
    const openIn = this.#openIn.get(id);
    if (!openIn) return;
    openIn.open.delete(id);
    this.#openIn.delete(id);
  }

  #currentSegment(): Segment {
    const last = this.#segments.at(-1);
    if (this.#fd !== null && last && last.bytes < SEGMENT_BYTES_MAX) return last;
    this.#leaveSegment();
    const name = `${String(this.#options.now()).padStart(14, "0")}-${process.pid}-${String(this.#sequence++).padStart(6, "0")}.spool`;
    const file = path.join(this.#options.dir, name);
    this.#fd = fs.openSync(file, "ax", 0o600);
    const segment: Segment = { name, file, bytes: 0, open: new Set(), unconfirmed: 0 };
    this.#segments.push(segment);
    return segment;
  }

  /** What was written since the last sync is still synced: the timer only knows the segment that is written to. */
  #leaveSegment(): void {
    const fd = this.#fd;
    if (fd === null) return;
    this.#fd = null;
    if (!this.#dirty) { fs.closeSync(fd); return; }
    this.#dirty = false;
    fs.fdatasync(fd, (error) => {
      if (error) this.#options.onFault(`the spool cannot be synced: ${error.message}`);
      fs.close(fd, () => {});
    });
  }

  /** Oldest first, so that an event never goes before the opening that it closes. */
  #trim(recycleBytes: number): void {
    for (;;) {
      const segment = this.#segments[0];
      if (!segment || segment.open.size > 0 || segment.unconfirmed > 0) return;
      const isCurrent = this.#fd !== null && this.#segments.length === 1;
      if (isCurrent && (segment.bytes <= recycleBytes || this.#waiting.length > 0)) return;
      if (isCurrent) this.#leaveSegment();
      fs.rmSync(segment.file, { force: true });
      this.#bytes -= segment.bytes;
      this.#segments.shift();
    }
  }

  #syncNow(): void {
    if (!this.#dirty || this.#fd === null) return;
    this.#dirty = false;
    fs.fdatasync(this.#fd, (error) => { if (error && error.code !== "EBADF") this.#options.onFault(`the spool cannot be synced: ${error.message}`); });
  }
}

/** The request a record belongs to. */
export function recordId({ kind, payload }: Pick<SpoolRecord, "kind" | "payload">): string {
  const fields = payload as { readonly id?: string; readonly event?: { readonly id?: string }; readonly draft?: { readonly id?: string } };
  return (kind === "event" ? fields.event?.id : kind === "open" ? fields.draft?.id : fields.id) ?? "";
}
