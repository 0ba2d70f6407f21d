/** What this process holds in a store that may be emptied: enough to put it back. It decides nothing. */
export interface HeldLine { readonly key: string; readonly amountNanoUsd: bigint }

export class LiveHolds {
  readonly #holds = new Map<string, readonly HeldLine[]>();

  /** Only what the store took: a call that still waits for its answer holds nothing that could be put back. */
  place(holdId: string, lines: readonly HeldLine[]): void {
    const former = this.#holds.get(holdId);
    const asked = former && new Set(lines.map(({ key }) => key));
    this.#holds.set(holdId, former && asked ? [...former.filter(({ key }) => !asked.has(key)), ...lines] : lines);
  }

  lift(holdId: string, lines: readonly Pick<HeldLine, "key">[]): void {
    const held = this.#holds.get(holdId);
    if (!held) return;
    const gone = new Set(lines.map(({ key }) => key));
    const left = held.filter(({ key }) => !gone.has(key));
    if (left.length === 0) this.#holds.delete(holdId);
    else this.#holds.set(holdId, left);
  }

  all(): readonly (readonly [string, readonly HeldLine[]])[] { return [...this.#holds]; }
}
