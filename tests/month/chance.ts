/** Seeded chance: the same seed gives the same month. mulberry32 is enough for a schedule. */
export interface Chance {
  /** In [0, 1). */
  readonly next: () => number;
  readonly below: (limit: number) => number;
  readonly happens: (share: number) => boolean;
}

export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { next, below: (limit) => Math.floor(next() * limit), happens: (share) => next() < share };
}
