/** One running load a key: whoever asks while it runs gets the same promise. A failed load is forgotten, so the next caller tries again. */
export class SingleFlight {
  readonly #running = new Map<string, Promise<void>>();

  run(key: string, load: () => Promise<void>): Promise<void> {
    const running = this.#running.get(key);
    if (running) return running;
    const started = load().finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }
}
