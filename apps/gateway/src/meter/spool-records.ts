import type { UsageEvent } from "@trunkline/contracts";

/** Payload of `event`. Budget keys are kept so that a restart can settle a hold whose process died before it could. */
export interface EventPayload { readonly event: UsageEvent; readonly budgetKeys: readonly string[] }

const EVENT_BEGIN = '{"event":';
const EVENT_END = ',"budgetKeys":';

/** The text of an `event` record's payload. `eventJson` and the keys are JSON already. */
export const eventPayloadText = (eventJson: string, budgetKeysJson: string): string => `${EVENT_BEGIN}${eventJson}${EVENT_END}${budgetKeysJson}}`;

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
