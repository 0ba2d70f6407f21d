import { ZERO_USAGE, type UsageEvent } from "@trunkline/contracts";
import type { Recovered, SpoolLocation } from "./spool.ts";
import type { EventPayload, OpenPayload, ProgressPayload } from "./spool-records.ts";

export interface Recovery {
  /** Closed facts that were never confirmed. */
  readonly events: readonly (EventPayload & { readonly location: SpoolLocation })[];
  /** Streams that the process left unfinished, as the facts that close them. */
  readonly interrupted: readonly EventPayload[];
}

/**
 * What an earlier process left behind. A stream without its event was cut by a kill: the customer pays the input and the tokens of the last
 * mark, at most the hold; without a mark nothing, and the likely cost goes to the absorbed account. Either is an estimate until the provider tells. Pure.
 */
export function recover(records: readonly Recovered[]): Recovery {
  const opens = new Map<string, OpenPayload>();
  const marks = new Map<string, number>();
  const events: (EventPayload & { location: SpoolLocation })[] = [];
  const closed = new Set<string>();
  for (const { record, location } of records) {
    if (record.kind === "event") { const payload = record.payload as EventPayload; events.push({ ...payload, location }); closed.add(payload.event.id); }
    else if (record.kind === "open") { const open = record.payload as OpenPayload; opens.set(open.draft.id, open); }
    else { const mark = record.payload as ProgressPayload; marks.set(mark.id, mark.outputTokens); }
  }
  const interrupted = [...opens.values()].filter((open) => !closed.has(open.draft.id)).map((open) => ({ event: closeInterrupted(open, marks.get(open.draft.id) ?? null), budgetKeys: open.budgetKeys, storeEpoch: open.storeEpoch }));
  return { events, interrupted };
}

function closeInterrupted(open: OpenPayload, outputTokens: number | null): UsageEvent {
  const facts = { errorCode: "gateway.internal", errorMessage: "The gateway stopped while it delivered this answer." } as const;
  if (outputTokens === null) return withCost({ ...open.draft, ...facts, usage: { ...ZERO_USAGE, basis: "estimated" } }, BigInt(open.estimatedCostNanoUsd));
  const rated = BigInt(open.inputNanoUsd) + perMillion(outputTokens, open.outputNanoUsdPerMillion);
  const hold = BigInt(open.holdNanoUsd);
  const usage = { ...ZERO_USAGE, inputTokens: open.inputTokens, outputTokens, basis: "estimated" } as const;
  const closed = { ...open.draft, ...facts, usage, chargeNanoUsd: (rated < hold ? rated : hold).toString() };
  return withCost(open.ownInputNanoUsd === undefined ? closed : { ...closed, ownSpendNanoUsd: (BigInt(open.ownInputNanoUsd) + perMillion(outputTokens, open.ownOutputNanoUsdPerMillion ?? "0")).toString() }, rated);
}

const perMillion = (tokens: number, nanoUsdPerMillion: string): bigint => (BigInt(tokens) * BigInt(nanoUsdPerMillion) + 500_000n) / 1_000_000n;

function withCost(event: UsageEvent, costNanoUsd: bigint): UsageEvent {
  const last = event.attempts.length - 1;
  return { ...event, attempts: event.attempts.map((attempt, index) => index === last ? { ...attempt, usage: event.usage, priceVersionId: event.priceVersionId, costNanoUsd: costNanoUsd.toString() } : attempt) };
}
