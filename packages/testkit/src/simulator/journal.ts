// The outside truth: what the simulator served, by request and attempt, without any prompt or answer text. It is
// bounded in memory, and with a file it outlives the process.

import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync, truncateSync } from "node:fs";
import type { WireName } from "./call.ts";
import type { AnswerUsage } from "./answer.ts";

/** One request as the simulator saw it. Written when its response has ended, however it ended. */
export interface JournalEntry {
  /** `x-trunkline-request-id` of the request; null when it came without. */
  requestId: string | null;
  /** `x-trunkline-attempt`; 1 when it came without. */
  attempt: number;
  provider: string;
  wire: WireName;
  model: string;
  stream: boolean;
  startedAtMs: number;
  endedAtMs: number;
  /** HTTP status sent; null when the connection ended before one was. */
  status: number | null;
  /** The fault that held, as JSON (its `text` left out); null without one. */
  fault: string | null;
  promptTokens: number;
  /** Tokens of the whole answer, whether or not it went out. */
  outputTokensGenerated: number;
  /** Tokens of the answer that were written to the socket. */
  outputTokensSent: number;
  /** A usage was part of what was written. */
  usageReported: boolean;
  /** The numbers of that usage; null when none went out. */
  usage: AnswerUsage | null;
  /** The response went out whole, terminator included. */
  completed: boolean;
  /** The caller left before the response had ended. */
  aborted: boolean;
}

/** Entries kept in memory: above any test run's number of requests, at roughly 300 bytes each. */
export const JOURNAL_ENTRIES_MAX = 250_000;
/** Read back from the file at the start: the tail that holds about as many entries as memory does. */
const RESTORE_BYTES_MAX = 96 * 1024 * 1024;
/** Lines handed to the file at once; a tick's worth, so that a bench does not pay a write for each request. */
const FLUSH_LINES_MAX = 512;

export class Journal {
  private entries: JournalEntry[] = [];
  private oldest = 0;
  private pending: string[] = [];
  private flushing: NodeJS.Immediate | null = null;
  private readonly file: string | null;

  /** @param file path to append JSON lines to; entries already there are read back. */
  constructor(file: string | null) {
    this.file = file;
    if (file !== null && existsSync(file)) this.restore(file);
  }

  private restore(file: string): void {
    const handle = openSync(file, "r");
    try {
      const size = fstatSync(handle).size;
      const length = Math.min(size, RESTORE_BYTES_MAX);
      const tail = Buffer.alloc(length);
      readSync(handle, tail, 0, length, size - length);
      for (const line of tail.toString("utf8").split("\n")) {
        // The first line of a tail, and the last of a process that was killed, may be half a line.
        if (line.startsWith("{") && line.endsWith("}")) this.keep(JSON.parse(line) as JournalEntry);
      }
    } finally {
      closeSync(handle);
    }
  }

  private keep(entry: JournalEntry): void {
    if (this.entries.length < JOURNAL_ENTRIES_MAX) {
      this.entries.push(entry);
      return;
    }
    this.entries[this.oldest] = entry;
    this.oldest = (this.oldest + 1) % JOURNAL_ENTRIES_MAX;
  }

  append(entry: JournalEntry): void {
    this.keep(entry);
    if (this.file === null) return;
    this.pending.push(JSON.stringify(entry));
    if (this.pending.length >= FLUSH_LINES_MAX) this.flush();
    else this.flushing ??= setImmediate(() => this.flush());
  }

  private flush(): void {
    if (this.flushing !== null) clearImmediate(this.flushing);
    this.flushing = null;
    if (this.file === null || this.pending.length === 0) return;
    appendFileSync(this.file, `${this.pending.join("\n")}\n`);
    this.pending = [];
  }

  /** Oldest first. */
  all(): JournalEntry[] {
    return [...this.entries.slice(this.oldest), ...this.entries.slice(0, this.oldest)];
  }

  clear(): void {
    this.entries = [];
    this.oldest = 0;
    this.pending = [];
    if (this.file !== null && existsSync(this.file)) truncateSync(this.file, 0);
  }

  /** Writes what is pending. */
  close(): void {
    this.flush();
  }
}
