import { GatewayError, NO_SPEND, type Spend, type UsageEvent } from "@trunkline/contracts";
import type { Kv } from "@trunkline/kv";
import type { Metering } from "../stages.ts";
import { lineSpend } from "../charge.ts";
import { recover } from "./recover.ts";
import type { Shipper } from "./shipper.ts";
import type { Recovered, Spool } from "./spool.ts";
import { eventPayloadText } from "./spool-records.ts";
import { eventOfDelivered, eventOfFailure, openOfWon } from "./usage-event.ts";

export interface MeterOptions {
  readonly spool: Pick<Spool, "append">;
  readonly shipper: Pick<Shipper, "enqueue">;
  readonly now: () => number;
  /** For metrics, traces and the log of requests. `traceparent`: the caller's trace context. */
  onEvent(event: UsageEvent, traceparent: string | undefined): void;
}

/**
 * Turns an ending into money. INVARIANT: `settle` resolves only when the usage event is on the spool, and the caller's last byte waits for it; a
 * stream's opening is there before its first byte. Throws only where nothing has been delivered yet.
 */
export function createMeter(options: MeterOptions): Metering {
  return {
    async open(won) {
      await options.spool.append("open", won.routed.exchange.requestId, JSON.stringify(openOfWon(won))).catch(() => { throw unwritable(); });
    },
    progress(won, outputTokens) {
      const id = won.routed.exchange.requestId;
      options.spool.append("progress", id, JSON.stringify({ id, outputTokens })).catch(() => undefined);
    },
    async settle(delivered) {
      const event = eventOfDelivered(delivered);
      const { reservation } = delivered.won.routed;
      try { await spoolEvent(event, reservation.lineKeys, options); }
      catch (error) { throw delivered.won.answer.kind === "body" ? unwritable() : error; }
      options.onEvent(event, delivered.won.routed.exchange.headers["traceparent"]);
      reservation.settle(event.mode === "live" ? spendOf(event) : NO_SPEND, tokensOf(event.usage));
    },
    async failed(call, error) {
      const event = eventOfFailure(call, error, { nowMs: options.now(), callerLeft: call.exchange.callerGone });
      try { await spoolEvent(event, [], options); } catch { return; }
      options.onEvent(event, call.exchange.headers["traceparent"]);
    },
  };
}

/** The event becomes text once, for the spool and for the queue. */
function spoolEvent(event: UsageEvent, budgetKeys: readonly string[], { spool, shipper }: Pick<MeterOptions, "spool" | "shipper">): Promise<void> {
  const json = JSON.stringify(event);
  const keys = budgetKeys.length === 0 ? "[]" : JSON.stringify(budgetKeys);
  return spool.append("event", event.id, eventPayloadText(json, keys)).then((location) => shipper.enqueue({ id: event.id, json }, location));
}

/** Takes up what an earlier process left: unconfirmed events are shipped again, interrupted streams are closed, holds are settled. */
export async function replay(recovered: readonly Recovered[], options: MeterOptions & { readonly kv: Pick<Kv, "settle"> }): Promise<{ readonly events: number; readonly interrupted: number }> {
  const { events, interrupted } = recover(recovered);
  for (const { event, location } of events) options.shipper.enqueue({ id: event.id, json: JSON.stringify(event) }, location);
  for (const { event, budgetKeys } of interrupted) await spoolEvent(event, budgetKeys, options);
  for (const { event, budgetKeys } of [...events, ...interrupted]) {
    if (budgetKeys.length > 0) await options.kv.settle(budgetKeys.map((key) => ({ key })), event.id, budgetKeys.map((key) => lineSpend(key, spendOf(event)))).catch(() => undefined);
  }
  return { events: events.length, interrupted: interrupted.length };
}

const spendOf = ({ chargeNanoUsd, ownSpendNanoUsd = "0" }: UsageEvent): Spend => ({ chargeNanoUsd: BigInt(chargeNanoUsd), ownNanoUsd: BigInt(ownSpendNanoUsd) });

const tokensOf = ({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens }: UsageEvent["usage"]): number => inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens + reasoningTokens;

const unwritable = (): GatewayError => new GatewayError("gateway.overloaded", "The gateway cannot record usage right now, so it delivers nothing. Retry in a few seconds.", { retryAfterMs: 5000 });
