/**
 * How many requests a provider bears at once from one credential, learnt from its refusals: a limit falls by a third when it says
 * "too many" or does not answer in time, and grows by one for every round of successes. It decides nothing before the first refusal.
 */

const CUT = 0.7;
/** Refusals that arrive together are one signal: the limit is cut once in this time. */
const CUT_INTERVAL_MS = 1_000;
/** A limit that has not been touched for so long is forgotten: the provider may have raised ours. */
const FORGET_MS = 600_000;
/** A request whose end was never told, after a lost connection say, must not hold its place for ever. */
const REST_MS = 60_000;

export class AdaptiveLimit {
  #limit = Infinity;
  #underWay = 0;
  #cutAtMs = -Infinity;
  #usedAtMs = -Infinity;

  /** Requests under way as a share of the limit; 0 while there is no limit. */
  get share(): number { return this.#limit === Infinity ? 0 : this.#underWay / this.#limit; }

  hasRoom(nowMs: number): boolean {
    if (nowMs - this.#usedAtMs > REST_MS) this.#underWay = 0;
    if (nowMs - this.#cutAtMs > FORGET_MS) this.#limit = Infinity;
    return this.#underWay < this.#limit;
  }

  start(nowMs: number): void { this.#underWay++; this.#usedAtMs = nowMs; }
  /** One that was started was not sent, or is over. */
  end(): void { if (this.#underWay > 0) this.#underWay--; }

  succeed(): void { this.end(); if (this.#limit !== Infinity) this.#limit += 1 / this.#limit; }

  refuse(nowMs: number): void {
    if (nowMs - this.#cutAtMs >= CUT_INTERVAL_MS) {
      this.#limit = Math.max(1, Math.floor(Math.min(this.#limit, Math.max(1, this.#underWay)) * CUT));
      this.#cutAtMs = nowMs;
    }
    this.end();
  }
}
