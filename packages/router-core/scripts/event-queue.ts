interface Event { readonly atMs: number; readonly order: number; readonly act: () => void }

const before = (left: Event, right: Event): boolean => left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);

/** A virtual clock: a binary heap of what happens when; equal times keep the order in which they were planned. */
export class EventQueue {
  readonly #heap: Event[] = [];
  #planned = 0;
  nowMs = 0;

  at(atMs: number, act: () => void): void {
    const event = { atMs, order: this.#planned++, act };
    let index = this.#heap.push(event) - 1;
    for (let parent = (index - 1) >> 1; index > 0; parent = (index - 1) >> 1) {
      const above = this.#heap[parent];
      if (!above || !before(event, above)) break;
      this.#heap[index] = above;
      index = parent;
    }
    this.#heap[index] = event;
  }

  run(): void {
    for (let event = this.#take(); event; event = this.#take()) { this.nowMs = event.atMs; event.act(); }
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
