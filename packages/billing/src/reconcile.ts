// Holds the export rows of one meter against what Stripe summed, hour by hour, and names the kind of each gap. Pure. It promises that every unit of a
// difference is in exactly one class, and calls safe to send again only what Stripe certainly does not hold; sending is left to the exporter.

export type RowState = "pending" | "sending" | "sent" | "ambiguous";
/** `eventAtMs`: the moment under which Stripe was told. `value` in the meter's unit. */
export interface ToldRow { readonly identifier: string; readonly state: RowState; readonly value: bigint; readonly eventAtMs: number; readonly sentAtMs: number | null }
/**
 * `missing`: Stripe was told and does not hold it. `duplicate`: it holds more than it was ever told. `aborted`: a call broke off, so that it may hold it or
 * not. `in_flight`: not told yet, or told so lately that Stripe may not have summed it.
 */
export type GapClass = "missing" | "duplicate" | "aborted" | "in_flight";
export interface Gap { readonly class: GapClass; readonly value: bigint; readonly events: number; /** Identifiers of rows that may be sent again. */ readonly resendable: readonly string[] }
export interface Reconciled {
  /** Rows that Stripe has confirmed. */
  readonly told: bigint;
  readonly stripe: bigint;
  /** By how much `stripe` may be off either way: what is in doubt, and what may not be summed yet. */
  readonly errorBar: bigint;
  readonly gaps: readonly Gap[];
}

const HOUR_MS = 3_600_000;
/** Stripe sums after it has answered; what is missing for longer than this is missing. */
export const SUMMED_AFTER_MS = 15 * 60_000;
export const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;
const sum = (rows: readonly ToldRow[]): bigint => rows.reduce((total, { value }) => total + value, 0n);

/** `stripeByHour`: what Stripe summed, by the beginning of the hour; hours without a sum are absent. */
export function reconcile(rows: readonly ToldRow[], { stripeByHour, nowMs }: { readonly stripeByHour: ReadonlyMap<number, bigint>; readonly nowMs: number }): Reconciled {
  const tellable = rows.filter(({ value }) => value !== 0n);
  const hours = new Map<number, ToldRow[]>([...stripeByHour.keys()].map((hour) => [hour, []]));
  for (const row of tellable) if (row.state !== "pending") hours.set(hourOf(row.eventAtMs), [...hours.get(hourOf(row.eventAtMs)) ?? [], row]);
  const gaps = [...hours].flatMap(([hour, told]) => gapsOf(told, { stripe: stripeByHour.get(hour) ?? 0n, nowMs }));
  const waiting = tellable.filter(({ state }) => state === "pending");
  if (waiting.length > 0) gaps.push({ class: "in_flight", value: sum(waiting), events: waiting.length, resendable: [] });
  const confirmed = tellable.filter(({ state }) => state === "sent");
  const doubted = tellable.filter(({ state }) => state === "sending" || state === "ambiguous");
  const unsummed = gaps.filter((gap) => gap.class === "in_flight").reduce((total, { value }) => total + value, 0n) - sum(waiting);
  return { told: sum(confirmed), stripe: [...stripeByHour.values()].reduce((total, value) => total + value, 0n), errorBar: sum(doubted) + unsummed, gaps: merged(gaps) };
}

/** The gap of one hour. A surplus that calls in doubt explain is theirs; what is lacking lately is under way. */
function gapsOf(rows: readonly ToldRow[], { stripe, nowMs }: { readonly stripe: bigint; readonly nowMs: number }): Gap[] {
  const confirmed = rows.filter(({ state }) => state === "sent");
  const doubted = rows.filter(({ state }) => state !== "sent");
  const surplus = stripe - sum(confirmed);
  const gaps: Gap[] = doubted.length === 0 ? [] : [{ class: "aborted", value: sum(doubted), events: doubted.length, resendable: [] }];
  if (surplus > sum(doubted)) gaps.push({ class: "duplicate", value: surplus - sum(doubted), events: 1, resendable: [] });
  if (surplus >= 0n) return gaps;
  const fresh = confirmed.filter(({ sentAtMs }) => sentAtMs !== null && nowMs - sentAtMs < SUMMED_AFTER_MS);
  const late = min(sum(fresh), -surplus);
  if (late > 0n) gaps.push({ class: "in_flight", value: late, events: fresh.length, resendable: [] });
  const missing = -surplus - late;
  // A call in doubt or a sum under way could be the one that is lacking: then nobody can say which row Stripe does not hold.
  const lost = doubted.length > 0 || fresh.length > 0 ? [] : lostRows(confirmed, missing);
  if (missing > 0n) gaps.push({ class: "missing", value: missing, events: Math.max(1, lost.length), resendable: lost.map(({ identifier }) => identifier) });
  return gaps;
}

/** The rows that Stripe certainly lacks: all of the hour, or the only one of this value. Empty where more than one reading fits. */
function lostRows(rows: readonly ToldRow[], missing: bigint): readonly ToldRow[] {
  if (sum(rows) === missing) return rows;
  const alike = rows.filter(({ value }) => value === missing);
  return alike.length === 1 ? alike : [];
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function merged(gaps: readonly Gap[]): readonly Gap[] {
  const classes = new Map<GapClass, Gap>();
  for (const gap of gaps) {
    const known = classes.get(gap.class);
    classes.set(gap.class, known === undefined ? gap : { class: gap.class, value: known.value + gap.value, events: known.events + gap.events, resendable: [...known.resendable, ...gap.resendable] });
  }
  return [...classes.values()];
}
