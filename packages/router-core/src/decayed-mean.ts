/** Observations lose half their weight in five minutes: long enough to be steady, short enough to follow an incident. */
const HALF_LIFE_MS = 300_000;
/** Below this the evidence is older than about half an hour, and counts as none. */
const WEIGHT_MIN = 0.01;

/**
 * A decayed geometric mean. Latencies and speeds are close to log-normal, and for a log-normal variable the geometric mean is the
 * median; so this is a p50 in three numbers, without samples kept.
 */
export class DecayedMean {
  #logSum = 0;
  #weight = 0;
  #atMs = 0;

  add(value: number, nowMs: number): void {
    if (!(value > 0) || !Number.isFinite(value)) return;
    this.#decay(nowMs);
    this.#logSum += Math.log(value);
    this.#weight += 1;
  }

  /** null when nothing recent is known. */
  value(nowMs: number): number | null {
    this.#decay(nowMs);
    return this.#weight < WEIGHT_MIN ? null : Math.exp(this.#logSum / this.#weight);
  }

  #decay(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
    const factor = 0.5 ** (elapsedMs / HALF_LIFE_MS);
    this.#logSum *= factor;
    this.#weight *= factor;
  }
}
