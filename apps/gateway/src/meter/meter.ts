import { GatewayError, NO_SPEND, type Spend, type UsageEvent } from "@trunkline/contracts";
import type { Kv } from "@trunkline/kv";
import type { Metering } from "../stages.ts";
import { lineSpend } from "../charge.ts";
import { recover } from "./recover.ts";
import type { Shipper } from "./shipper.ts";
import type { Recovered, Spool } from "./spool.ts";
import { eventPayloadText, NOTHING_HELD, type EventPayload, type HeldIn } from "./spool-records.ts";
import { eventOfDelivered, eventOfFailure, openOfWon } from "./usage-event.ts";

export interface MeterOptions {
  readonly spool: Pick<Spool, "append">;
  readonly shipper: Pick<Shipper, "enqueue">;
  readonly now: () => number;
  /** Of the store in which budgets hold at the moment. */
  readonly storeEpoch: () => string | null;
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
      await options.spool.append("open", won.routed.exchange.requestId, JSON.stringify(openOfWon(won, options.storeEpoch()))).catch(() => { throw unwritable(); });
    },
    progress(won, outputTokens) {
      const id = won.routed.exchange.requestId;
      options.spool.append("progress", id, JSON.stringify({ id, outputTokens })).catch(() => undefined);
    },
    async settle(delivered) {
      const event = eventOfDelivered(delivered);
      const { reservation } = delivered.won.routed;
      try { await spoolEvent(event, { budgetKeys: reservation.lineKeys, storeEpoch: options.storeEpoch() }, options); }
      catch (error) { throw delivered.won.answer.kind === "body" ? unwritable() : error; }
      options.onEvent(event, delivered.won.routed.exchange.headers["traceparent"]);
      reservation.settle(event.mode === "live" ? spendOf(event) : NO_SPEND, tokensOf(event.usage));
    },
    async failed(call, error) {
      const event = eventOfFailure(call, error, { nowMs: options.now(), callerLeft: call.exchange.callerGone });
      // Nothing is charged, unless the caller left what the provider makes to the end.
      const { chargeNanoUsd, ownNanoUsd } = spendOf(event);
      const held = chargeNanoUsd + ownNanoUsd > 0n && "plan" in call ? { budgetKeys: call.reservation.lineKeys, storeEpoch: options.storeEpoch() } : NOTHING_HELD;
      try { await spoolEvent(event, held, options); } catch { return; }
      options.onEvent(event, call.exchange.headers["traceparent"]);
    },
  };
}

/** The event becomes text once, for the spool and for the queue. */
function spoolEvent(event: UsageEvent, held: HeldIn, { spool, shipper }: Pick<MeterOptions, "spool" | "shipper">): Promise<void> {
  const json = JSON.stringify(event);
  return spool.append("event", event.id, eventPayloadText(json, held)).then((location) => shipper.enqueue({ id: event.id, json }, location));
}

export interface ReplayOptions extends MeterOptions {
  readonly spool: Pick<Spool, "append" | "readTexts">;
  readonly shipper: Pick<Shipper, "enqueue" | "unconfirmed">;
  readonly kv: Pick<Kv, "settle" | "announceSpent" | "askEpoch" | "onEmptied">;
}

/**
 * Takes up what an earlier process left: unconfirmed events are shipped again, interrupted streams are closed, holds are settled, or told anew where their store
 * was emptied since. Where that happens later, it is told again of all that is not confirmed.
 */
export async function replay(recovered: readonly Recovered[], options: ReplayOptions): Promise<{ readonly events: number; readonly interrupted: number }> {
  options.kv.onEmptied(() => announceUnconfirmed(options));
  const { events, interrupted } = recover(recovered);
  for (const { event, location } of events) options.shipper.enqueue({ id: event.id, json: JSON.stringify(event) }, location);
  for (const payload of interrupted) await spoolEvent(payload.event, payload, options);
  const held = [...events, ...interrupted].filter(({ budgetKeys }) => budgetKeys.length > 0);
  const epoch = held.length > 0 ? await options.kv.askEpoch().catch(() => null) : null;
  for (const payload of held) await ((payload.storeEpoch ?? epoch) === epoch ? settleHeld(payload, options.kv) : announce(payload, options.kv)).catch(() => undefined);
  return { events: events.length, interrupted: interrupted.length };
}

const spendOf = ({ chargeNanoUsd, ownSpendNanoUsd = "0" }: UsageEvent): Spend => ({ chargeNanoUsd: BigInt(chargeNanoUsd), ownNanoUsd: BigInt(ownSpendNanoUsd) });
const spentOn = (budgetKeys: readonly string[], event: UsageEvent): readonly bigint[] => budgetKeys.map((key) => lineSpend(key, spendOf(event)));
const settleHeld = ({ event, budgetKeys }: EventPayload, kv: Pick<Kv, "settle">): Promise<void> => kv.settle(budgetKeys.map((key) => ({ key })), event.id, spentOn(budgetKeys, event));
const announce = ({ event, budgetKeys }: EventPayload, kv: Pick<Kv, "announceSpent">): Promise<void> => kv.announceSpent(budgetKeys.map((key) => ({ key })), event.id, spentOn(budgetKeys, event));

/** Payloads read back at a time: some megabytes. */
const PAGE_EVENTS = 500;

/** What budgets paid for and Postgres has not confirmed. */
async function announceUnconfirmed({ spool, shipper, kv }: ReplayOptions): Promise<void> {
  const locations = shipper.unconfirmed();
  for (let from = 0; from < locations.length; from += PAGE_EVENTS) {
    const texts = await spool.readTexts(locations.slice(from, from + PAGE_EVENTS));
    const payloads = texts.flatMap((text) => text === null ? [] : [JSON.parse(text) as EventPayload]);
    await Promise.all(payloads.filter(({ budgetKeys }) => budgetKeys.length > 0).map((payload) => announce(payload, kv)));
  }
}

const tokensOf = ({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens }: UsageEvent["usage"]): number => inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens + reasoningTokens;

const unwritable = (): GatewayError => new GatewayError("gateway.overloaded", "The gateway cannot record usage right now, so it delivers nothing. Retry in a few seconds.", { retryAfterMs: 5000 });
