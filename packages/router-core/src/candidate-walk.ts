/**
 * Which candidate of a plan is asked next, over the whole life of one request. It promises that nobody who could serve is forgotten: one
 * that an earlier failure jumped over is still left, and one that was passed over for its circuit or its limit is asked when nobody else
 * is left. Whether an attempt may be made at all (deadline, retry budget, covered cost) is the caller's to say.
 */
import type { Failure } from "@trunkline/contracts";
import { nextOrdinary, retryDecision } from "./retry-decision.ts";
import type { RoutePlan } from "./types.ts";

export class CandidateWalk {
  readonly #plan: RoutePlan;
  /** Asked, or refused for good. Most requests end at their first candidate and need neither. */
  #gone: Set<number> | null = null;
  /** Passed over for the state of their circuit or limit. */
  #waiting: Set<number> | null = null;

  constructor(plan: RoutePlan) { this.#plan = plan; }

  /** Nobody has been asked or passed over yet. */
  get isFresh(): boolean { return this.#gone === null && this.#waiting === null; }

  /** It was passed over once: whoever asks it now has nobody else. */
  isLastChoice(index: number): boolean { return this.#waiting?.has(index) === true; }

  /** Its circuit has opened since the plan was made, or its provider bears no more: it comes again when nobody else is left. */
  passOver(index: number): number | null {
    (this.#waiting ??= new Set()).add(index);
    return this.#untried();
  }

  /** It cannot serve this request, and nothing was sent. */
  dismiss(index: number): number | null {
    this.#finish(index);
    return this.#untried();
  }

  /** It was taken for failed and not asked: who comes after such a failure, and it itself once nobody else is left. */
  afterDrill(index: number, failure: Failure): number {
    (this.#waiting ??= new Set()).add(index);
    return retryDecision(this.#plan, index, failure, { attemptsMade: 0, isLeft: this.#isLeft }).next ?? nextOrdinary(this.#plan, this.#isWaiting) ?? index;
  }

  /** It was asked and failed. */
  afterFailure(index: number, failure: Failure, attemptsMade: number): number | null {
    this.#finish(index);
    return retryDecision(this.#plan, index, failure, { attemptsMade, isLeft: this.#isLeft }).next
      ?? (this.#waiting === null ? null : retryDecision(this.#plan, index, failure, { attemptsMade, isLeft: this.#isWaiting }).next);
  }

  /** Whether somebody else could be asked if this one fails. */
  hasOthers(index: number): boolean {
    if (this.isFresh) return index + 1 < this.#plan.candidates.length;
    return nextOrdinary(this.#plan, (other) => other !== index && (this.#isLeft(other) || this.#isWaiting(other))) !== null;
  }

  #untried(): number | null { return nextOrdinary(this.#plan, this.#isLeft) ?? nextOrdinary(this.#plan, this.#isWaiting); }

  #finish(index: number): void {
    (this.#gone ??= new Set()).add(index);
    this.#waiting?.delete(index);
  }

  readonly #isLeft = (index: number): boolean => this.#gone?.has(index) !== true && this.#waiting?.has(index) !== true;
  readonly #isWaiting = (index: number): boolean => this.#waiting?.has(index) === true;
}
