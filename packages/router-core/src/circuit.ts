import type { CircuitState } from "./types.ts";

/** Five upstream faults in a row open a circuit: more than one unlucky burst, few enough that callers barely notice. */
export const CONSECUTIVE_FAULTS_MAX = 5;
/** Or half of at least ten outcomes within the last minute. */
export const FAULT_RATE_MAX = 0.5;
export const FAULT_RATE_OUTCOMES_MIN = 10;
export const WINDOW_MS = 60_000;
export const COOLDOWN_MIN_MS = 5_000;
export const COOLDOWN_MAX_MS = 300_000;
/** Up to this share is taken off a cooldown, so that many processes do not try again at the same instant. */
const JITTER_SHARE = 0.2;
/** Who opens again within this of closing has not recovered: its cooldowns go on growing, else a provider that serves every other request would be asked with nearly all of them. */
const RELAPSE_MS = 60_000;
/** Six buckets of ten seconds make the sliding minute; memory does not grow with traffic. */
const BUCKETS = 6;
const BUCKET_MS = WINDOW_MS / BUCKETS;
/** A trial whose outcome has not come (a long answer, a request refused in between) lets another follow: one a minute does no harm. */
const TRIAL_MAX_MS = 60_000;

interface Bucket { slot: number; outcomes: number; faults: number }

/** One circuit. Closed → open on faults → half_open after the cooldown → one trial → closed, or open again for twice as long. */
export class Circuit {
  #consecutive = 0;
  #openings = 0;
  #openUntilMs: number | null = null;
  #closedAtMs = -Infinity;
  #trialSinceMs: number | null = null;
  readonly #buckets: Bucket[] = Array.from({ length: BUCKETS }, () => ({ slot: -1, outcomes: 0, faults: 0 }));

  /** `half_open` means that a trial is free; while one is under way the circuit reads as open. */
  state(nowMs: number): CircuitState {
    if (this.#openUntilMs === null) return "closed";
    return nowMs < this.#openUntilMs || this.#trialRuns(nowMs) ? "open" : "half_open";
  }

  /** null while closed. */
  get openUntilMs(): number | null { return this.#openUntilMs; }

  /** Another process has seen enough faults: left alone here too, for as long as there, and never longer than an own cooldown may be. */
  openUntil(untilMs: number, nowMs: number): void {
    this.#openUntilMs = Math.max(this.#openUntilMs ?? 0, Math.min(untilMs, nowMs + COOLDOWN_MAX_MS));
    this.#openings = Math.max(1, this.#openings);
  }

  /** Another process was served again. */
  close(nowMs: number): void {
    this.#consecutive = 0;
    this.#trialSinceMs = null;
    if (this.#openUntilMs === null) return;
    this.#openUntilMs = null;
    this.#closedAtMs = nowMs;
    for (const bucket of this.#buckets) bucket.slot = -1;
  }

  /** Claims the trial of a half-open circuit; true also when closed. */
  admit(nowMs: number): boolean {
    const state = this.state(nowMs);
    if (state === "half_open") this.#trialSinceMs = nowMs;
    return state !== "open";
  }

  succeed(nowMs: number): void {
    this.#count(nowMs, false);
    this.close(nowMs);
  }

  /** `floorMs`: upstream's retry-after. `jitter` uniform in [0, 1). A fault that arrives while open (a late one, or a last resort) prolongs nothing. */
  fail(nowMs: number, floorMs: number, jitter: number): void {
    this.#count(nowMs, true);
    this.#consecutive += 1;
    this.#trialSinceMs = null;
    const reopens = this.#openUntilMs !== null && nowMs >= this.#openUntilMs;
    if (reopens || (this.#openUntilMs === null && this.#tripped(nowMs))) this.#open(nowMs, floorMs, jitter);
  }

  /** Opens at once for the longest cooldown; for faults that no retry cures. */
  trip(nowMs: number): void {
    this.#trialSinceMs = null;
    this.#openUntilMs = nowMs + COOLDOWN_MAX_MS;
  }

  /** An outcome that says nothing about upstream: only gives the trial back. */
  release(): void { this.#trialSinceMs = null; }

  #trialRuns(nowMs: number): boolean { return this.#trialSinceMs !== null && nowMs - this.#trialSinceMs < TRIAL_MAX_MS; }

  #open(nowMs: number, floorMs: number, jitter: number): void {
    if (this.#openUntilMs === null && nowMs - this.#closedAtMs > RELAPSE_MS) this.#openings = 0;
    const cooldownMs = Math.min(COOLDOWN_MAX_MS, COOLDOWN_MIN_MS * 2 ** this.#openings) * (1 - JITTER_SHARE * jitter);
    this.#openings += 1;
    this.#openUntilMs = nowMs + Math.min(COOLDOWN_MAX_MS, Math.max(cooldownMs, floorMs));
  }

  #count(nowMs: number, fault: boolean): void {
    const slot = Math.floor(nowMs / BUCKET_MS);
    const bucket = this.#buckets[slot % BUCKETS];
    if (!bucket) return;
    if (bucket.slot !== slot) { bucket.slot = slot; bucket.outcomes = 0; bucket.faults = 0; }
    bucket.outcomes += 1;
    if (fault) bucket.faults += 1;
  }

  #tripped(nowMs: number): boolean {
    if (this.#consecutive >= CONSECUTIVE_FAULTS_MAX) return true;
    const oldest = Math.floor(nowMs / BUCKET_MS) - BUCKETS + 1;
    const recent = this.#buckets.filter((bucket) => bucket.slot >= oldest);
    const outcomes = recent.reduce((sum, bucket) => sum + bucket.outcomes, 0);
    return outcomes >= FAULT_RATE_OUTCOMES_MIN && recent.reduce((sum, bucket) => sum + bucket.faults, 0) >= outcomes * FAULT_RATE_MAX;
  }
}
