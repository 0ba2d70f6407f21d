/** Observations lose half their weight in five minutes: long enough to be steady, short enough to follow an incident. */
const HALF_LIFE_MS = 300_000;
/** Below this the evidence is older than about half an hour, and counts as none. */
const WEIGHT_MIN = 0.01;

/** The 95th percentile of a standard normal. */
const Z95 = 1.645;

/**
 * A decayed geometric mean and spread. Latencies and speeds are close to log-normal, and for a log-normal variable the geometric mean
 * is the median and the spread of the logarithms gives every other percentile; so this is p50 and p95 in four numbers, without samples kept.
 */
export class DecayedMean {
  #logSum = 0;
  #logSquares = 0;
  #weight = 0;
  #atMs = 0;

  add(value: number, nowMs: number): void {
    if (!(value > 0) || !Number.isFinite(value)) return;
    this.#decay(nowMs);
    const log = Math.log(value);
    this.#logSum += log;
    this.#logSquares += log * log;
    this.#weight += 1;
  }

  /** null when nothing recent is known. */
  value(nowMs: number): number | null {
    this.#decay(nowMs);
    return this.#weight < WEIGHT_MIN ? null : Math.exp(this.#logSum / this.#weight);
  }

  p95(nowMs: number): number | null {
    this.#decay(nowMs);
    if (this.#weight < WEIGHT_MIN) return null;
    const mean = this.#logSum / this.#weight;
    return Math.exp(mean + Z95 * Math.sqrt(Math.max(0, this.#logSquares / this.#weight - mean * mean)));
  }

  #decay(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
    const factor = 0.5 ** (elapsedMs / HALF_LIFE_MS);
    this.#logSum *= factor;
    this.#logSquares *= factor;
    this.#weight *= factor;
  }
}
