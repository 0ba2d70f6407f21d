/** Each request earns a fifth of a retry: however bad a day is, what we send upstream grows by at most that much. */
const SHARE = 0.2;
/** What may be spent at once: the first seconds of an outage, before circuits open, and a gateway with little traffic. */
const BALANCE_MAX = 100;

/** Bounds how much retrying multiplies the load of an incident: a token bucket filled by requests, not by time. */
export class RetryBudget {
  #balance = BALANCE_MAX;

  /** Once a request. */
  deposit(): void { if (this.#balance < BALANCE_MAX) this.#balance = Math.min(BALANCE_MAX, this.#balance + SHARE); }

  /** Before every attempt but the first. False: the request ends with the failure it has. */
  withdraw(): boolean {
    if (this.#balance < 1) return false;
    this.#balance -= 1;
    return true;
  }
}
