/**
 * Tells whether the store is still the one that was written to. Every store has a name, which goes when it is emptied; whoever sees another name puts back
 * what it knows. It promises that a counter made by `settled` is made after every gateway that reaches the store has had time to do so.
 */

/** A gateway looks this often whether the store was emptied, and at once when its connection comes back. */
const LOOK_EVERY_MS = 500;
/** A store this old knows of all live holds: a second to connect again, a look, and a second for the longest answer. */
const SETTLED_AFTER_MS = 2_500;

export interface StoreEpochOptions {
  /** Asks the store for its name and age; it gets one where it has none. */
  readonly ask: () => Promise<{ readonly name: string; readonly ageMs: number }>;
  /** Puts back what this process knows; may be called again for the same store. */
  readonly announce: () => Promise<void>;
}

export class StoreEpoch {
  readonly #options: StoreEpochOptions;
  #name: string | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StoreEpochOptions) { this.#options = options; }

  /** As last seen, and with everything put back; null until it was asked for. */
  get name(): string | null { return this.#name; }

  async look(): Promise<{ readonly name: string; readonly ageMs: number }> {
    const seen = await this.#options.ask();
    if (seen.name !== this.#name) {
      if (this.#name !== null) await this.#options.announce();
      this.#name = seen.name;
    }
    return seen;
  }

  /** From the first call on; a failed look is made up for by the next. */
  async watch(): Promise<void> {
    if (this.#timer !== undefined) return;
    await this.look();
    this.#timer ??= setInterval(() => this.lookAgain(), LOOK_EVERY_MS).unref();
  }

  /** In the background, where anybody watches. */
  lookAgain(): void {
    if (this.#timer !== undefined) this.look().catch(() => undefined);
  }

  /** Resolves to the store's name once it is old enough to make a counter in. */
  async settled(): Promise<string> {
    for (;;) {
      const { name, ageMs } = await this.look();
      if (ageMs >= SETTLED_AFTER_MS) return name;
      await new Promise((resolve) => setTimeout(resolve, SETTLED_AFTER_MS - ageMs));
    }
  }

  close(): void { clearInterval(this.#timer); }
}
