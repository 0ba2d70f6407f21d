/**
 * A virtual clock: a binary heap of what happens when; equal times keep the order in which they were planned. While it runs, the process's timers
 * are its own, so that code with timeouts of twenty seconds lives a day in as long as its work takes. Everything that one event sets off in
 * promises has happened before the next event.
 */
interface Event { readonly atMs: number; readonly order: number; act: (() => void) | null }

const before = (left: Event, right: Event): boolean => left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);

/** What `setTimeout` answers here; only what the gateway asks of a timer. */
class VirtualTimer {
  constructor(readonly event: Event) {}
  ref(): this { return this; }
  unref(): this { return this; }
}

export class VirtualClock {
  readonly #heap: Event[] = [];
  #planned = 0;
  constructor(public nowMs: number) {}

  at(atMs: number, act: () => void): Event {
    const event: Event = { atMs, order: this.#planned++, act };
    let index = this.#heap.push(event) - 1;
    for (let parent = (index - 1) >> 1; index > 0; parent = (index - 1) >> 1) {
      const above = this.#heap[parent];
      if (!above || !before(event, above)) break;
      this.#heap[index] = above;
      index = parent;
    }
    this.#heap[index] = event;
    return event;
  }

  /** Until nothing is left to happen. Takes the place of the process's timers meanwhile. */
  async run(): Promise<void> {
    const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
    const virtual = {
      setTimeout: (act: () => void, delayMs = 0) => new VirtualTimer(this.at(this.nowMs + Math.max(0, delayMs), act)),
      clearTimeout: (timer: unknown) => { if (timer instanceof VirtualTimer) timer.event.act = null; },
    };
    Object.assign(globalThis, virtual);
    try {
      for (let event = this.#take(); event; event = this.#take()) {
        if (event.act === null) continue;
        this.nowMs = event.atMs;
        event.act();
        await new Promise(setImmediate);
      }
    } finally {
      Object.assign(globalThis, real);
    }
  }

  #take(): Event | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (!last || !first || this.#heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const [left, right] = [this.#heap[2 * index + 1], this.#heap[2 * index + 2]];
      const child = right && left && before(right, left) ? 2 * index + 2 : 2 * index + 1;
      const below = this.#heap[child];
      if (!below || !before(below, last)) break;
      this.#heap[index] = below;
      index = child;
    }
    this.#heap[index] = last;
    return first;
  }
}
