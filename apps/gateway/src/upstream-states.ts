/**
 * Decides whose experience a request shares. Live requests share one: what one meets at a provider spares the others. Test requests may order
 * faults, so each organization has a state of its own there: what a tenant breaks in a test is broken for nobody else, and uses up nobody
 * else's retries. What the states hold is router-core's.
 */
import type { BookMode } from "@trunkline/contracts";
import { CircuitBook, RetryBudget, type CircuitBookOptions } from "@trunkline/router-core";

export interface UpstreamState { readonly circuits: CircuitBook; readonly retries: RetryBudget }

/** Some 200 kB each at most; the one that rested longest goes first, and only forgets what it met. */
const TEST_ORGANIZATIONS_MAX = 500;
/** A test calls few models. */
const TEST_CIRCUITS_MAX = 200;

export class UpstreamStates {
  readonly live: UpstreamState;
  readonly #tests = new Map<string, UpstreamState>();

  constructor(readonly options: CircuitBookOptions, readonly testOrganizationsMax = TEST_ORGANIZATIONS_MAX) {
    this.live = { circuits: new CircuitBook(options), retries: new RetryBudget() };
  }

  of(mode: BookMode, organizationId: string): UpstreamState { return mode === "live" ? this.live : this.#test(organizationId); }

  #test(organizationId: string): UpstreamState {
    const state = this.#tests.get(organizationId) ?? { circuits: new CircuitBook({ jitter: this.options.jitter, entriesMax: TEST_CIRCUITS_MAX }), retries: new RetryBudget() };
    this.#tests.delete(organizationId);
    this.#tests.set(organizationId, state);
    if (this.#tests.size > this.testOrganizationsMax) for (const oldest of this.#tests.keys()) { this.#tests.delete(oldest); break; }
    return state;
  }
}
