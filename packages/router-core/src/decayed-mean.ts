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
  /** Weight and sums decay alike, so the answers change only with an observation, until the evidence is too old. */
  #p50: number | null = null;
  #p95: number | null = null;
  #knownUntilMs = -Infinity;

  add(value: number, nowMs: number): void {
    if (!(value > 0) || !Number.isFinite(value)) return;
    this.#decay(nowMs);
    const log = Math.log(value);
    this.#logSum += log;
    this.#logSquares += log * log;
    this.#weight += 1;
    const mean = this.#logSum / this.#weight;
    this.#p50 = Math.exp(mean);
    this.#p95 = Math.exp(mean + Z95 * Math.sqrt(Math.max(0, this.#logSquares / this.#weight - mean * mean)));
    this.#knownUntilMs = this.#atMs + HALF_LIFE_MS * Math.log2(this.#weight / WEIGHT_MIN);
  }

  /** null when nothing recent is known. */
  value(nowMs: number): number | null { return nowMs > this.#knownUntilMs ? null : this.#p50; }
  p95(nowMs: number): number | null { return nowMs > this.#knownUntilMs ? null : this.#p95; }

  #decay(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
    const factor = 0.5 ** (elapsedMs / HALF_LIFE_MS);
    this.#logSum *= factor;
    this.#logSquares *= factor;
    this.#weight *= factor;
  }
}
