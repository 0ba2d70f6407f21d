import type { UsageEvent } from "@trunkline/contracts";

/**
 * Payload of `event`. Budget keys are kept so that a restart can settle a hold whose process died before it could; the epoch of the store that holds it says
 * whether that store was emptied since. Null: nothing was held.
 */
export interface EventPayload { readonly event: UsageEvent; readonly budgetKeys: readonly string[]; readonly storeEpoch: string | null }

const EVENT_BEGIN = '{"event":';
const EVENT_END = ',"budgetKeys":';

/** What a call holds beside its event. */
export interface HeldIn { readonly budgetKeys: readonly string[]; readonly storeEpoch: string | null }
export const NOTHING_HELD: HeldIn = { budgetKeys: [], storeEpoch: null };

/** The text of an `event` record's payload; most calls hold nothing. `eventJson` is JSON already. */
export const eventPayloadText = (eventJson: string, { budgetKeys, storeEpoch }: HeldIn): string =>
  `${EVENT_BEGIN}${eventJson}${EVENT_END}${budgetKeys.length === 0 ? "[]" : `${JSON.stringify(budgetKeys)},"storeEpoch":${JSON.stringify(storeEpoch)}`}}`;

/** The event's own text within it: a quote inside a JSON string is escaped, so the last `EVENT_END` is the payload's own. */
export function eventTextOf(payload: string): string {
  const end = payload.lastIndexOf(EVENT_END);
  return payload.startsWith(EVENT_BEGIN) && end > 0 ? payload.slice(EVENT_BEGIN.length, end) : JSON.stringify((JSON.parse(payload) as EventPayload).event);
}

/** Payload of `open`: what a restart needs to turn an unfinished stream into a usage event. Money as decimal text. */
export interface OpenPayload {
  /** Status `partial`, nothing charged. */
  readonly draft: UsageEvent;
  readonly budgetKeys: readonly string[];
  readonly storeEpoch: string | null;
  readonly inputTokens: number;
  readonly inputNanoUsd: string;
  readonly outputNanoUsdPerMillion: string;
  /** On the organization's own credential: what its provider bills it, at list price. */
  readonly ownInputNanoUsd?: string;
  readonly ownOutputNanoUsdPerMillion?: string;
  readonly holdNanoUsd: string;
  /** What the attempt likely cost when nothing is known. */
  readonly estimatedCostNanoUsd: string;
}
export interface ProgressPayload { readonly id: string; readonly outputTokens: number }
