/** Calls at a time, in the memory of one process: who is in a line of slots and until when at most. */
export class EmbeddedSlots {
  readonly #lines = new Map<string, Map<string, number>>();

  isFull(key: string, limit: number, nowMs: number): boolean {
    const line = this.#lines.get(key);
    if (!line || line.size < limit) return false;
    for (const [call, endsAtMs] of line) if (endsAtMs <= nowMs) line.delete(call);
    return line.size >= limit;
  }

  enter(key: string, call: string, endsAtMs: number): void {
    const line = this.#lines.get(key);
    if (line) line.set(call, endsAtMs);
    else this.#lines.set(key, new Map([[call, endsAtMs]]));
  }

  leave(key: string, call: string): void {
    const line = this.#lines.get(key);
    if (line?.delete(call) && line.size === 0) this.#lines.delete(key);
  }
}
