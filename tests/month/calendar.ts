// Who takes part in the month and what befalls them, and when. It decides nothing about money: each happening is carried out by world.ts through the
// code that would carry it out in earnest. Hours are spread by the seed, so that no two months meet the same edges.
import type { Chance } from "./chance.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** In it lie the changes of clocks of Lord Howe Island (4 October, by half an hour), Europe (25 October) and America (1 November). */
export const START_MS = Date.UTC(2026, 9, 1);
/** Past the first period of a subscription that began on the first day, and what follows from its invoice. */
export const DAYS = 34;
export const END_MS = START_MS + DAYS * DAY_MS;

export type Happening =
  | { readonly kind: "buy"; readonly cents: number; readonly keepCard: boolean }
  | { readonly kind: "refund"; readonly cents: number } | { readonly kind: "fail_refund" }
  | { readonly kind: "dispute" } | { readonly kind: "close_dispute"; readonly status: "won" | "lost" }
  | { readonly kind: "card"; readonly behaviour: "declined" | "authentication_required" | null }
  | { readonly kind: "top_up"; readonly threshold: bigint; readonly amount: bigint; readonly cap: bigint }
  | { readonly kind: "subscribe"; readonly plan: "pro" | "scale" } | { readonly kind: "change_plan"; readonly plan: "pro" | "scale" } | { readonly kind: "cancel" }
  | { readonly kind: "pay_overdue" };
export type WorldHappening =
  | { readonly kind: "price"; readonly model: number; readonly input: bigint; readonly output: bigint }
  | { readonly kind: "correct"; readonly model: number; readonly perMille: bigint }
  | { readonly kind: "stripe_fault"; readonly fault: "drop" | 429 | 500; readonly times: number } | { readonly kind: "meter_error" };

export interface Party {
  readonly name: string;
  readonly timeZone: string;
  /** Served with the customer's own provider keys. */
  readonly ownKeys: boolean;
  /** How the card meets the end of its first billing period. */
  readonly firstInvoice: "paid" | "unpaid";
  readonly happenings: readonly { readonly atMs: number; readonly what: Happening }[];
}

const USD = 1_000_000_000n;

/** Somewhere on that day: most often amid an hour, now and then on the very hour. */
const on = (chance: Chance, day: number): number => START_MS + day * DAY_MS + chance.below(23) * HOUR_MS + (chance.happens(0.15) ? 0 : chance.below(HOUR_MS));

type Days = readonly (readonly [day: number, what: Happening])[];
const party = (chance: Chance, facts: Omit<Party, "happenings">, days: Days): Party => ({ ...facts, happenings: days.map(([day, what]) => ({ atMs: on(chance, day), what })) });
const buy = (cents: number, keepCard = false): Happening => ({ kind: "buy", cents, keepCard });

export function planParties(chance: Chance): readonly Party[] {
  const plain = { ownKeys: false, firstInvoice: "paid" } as const;
  return [
    party(chance, { name: "open", timeZone: "UTC", ...plain }, []),
    party(chance, { name: "prepaid", timeZone: "America/New_York", ...plain }, [[0, buy(5_000)], [4, { kind: "refund", cents: 700 }], [6, { kind: "fail_refund" }], [8, buy(2_500)], [9, { kind: "dispute" }], [15, { kind: "close_dispute", status: chance.happens(0.5) ? "won" : "lost" }], [20, { kind: "refund", cents: 333 }]]),
    party(chance, { name: "top-up", timeZone: "Europe/Berlin", ...plain }, [[0, buy(500, true)], [0, { kind: "top_up", threshold: 4n * USD + USD / 2n, amount: 6n * USD, cap: 30n * USD }], [7, { kind: "card", behaviour: "declined" }], [9, { kind: "card", behaviour: null }], [20, { kind: "card", behaviour: "authentication_required" }], [21, { kind: "card", behaviour: null }]]),
    party(chance, { name: "pro", timeZone: "Australia/Lord_Howe", ...plain }, [[0, { kind: "subscribe", plan: "pro" }], [14, { kind: "change_plan", plan: "scale" }]]),
    party(chance, { name: "to and fro", timeZone: "Asia/Kolkata", ...plain }, [[0, buy(4_000)], [6, { kind: "subscribe", plan: "pro" }], [24, { kind: "cancel" }]]),
    party(chance, { name: "overdue", timeZone: "America/Los_Angeles", ...plain, firstInvoice: "unpaid" }, [[0, { kind: "subscribe", plan: "pro" }], [33, { kind: "pay_overdue" }]]),
    party(chance, { name: "own keys", timeZone: "Pacific/Apia", ...plain, ownKeys: true }, [[0, buy(1_000)], [12, { kind: "subscribe", plan: "pro" }]]),
    party(chance, { name: "again", timeZone: "America/Sao_Paulo", ...plain }, [[0, buy(3_000)], [3, { kind: "subscribe", plan: "pro" }], [11, { kind: "cancel" }], [16, { kind: "subscribe", plan: "scale" }], [28, { kind: "cancel" }]]),
  ];
}

export function planWorld(chance: Chance): readonly { readonly atMs: number; readonly what: WorldHappening }[] {
  const faults = Array.from({ length: 10 }, (_, index) => ({ atMs: on(chance, 1 + index * 3), what: { kind: "stripe_fault", fault: ([500, "drop", 429] as const)[chance.below(3)] ?? 500, times: 1 + chance.below(6) } as const }));
  const price = (day: number, model: number): { readonly atMs: number; readonly what: WorldHappening } => ({ atMs: on(chance, day), what: { kind: "price", model, input: 1_000_000_001n + BigInt(chance.below(3_000_000_000)), output: 5_000_000_003n + BigInt(chance.below(9_000_000_000)) } });
  return [
    ...faults, price(5, 0), price(9, 1), price(17, 0), price(26, 1),
    { atMs: on(chance, 13), what: { kind: "correct", model: 0, perMille: 700n } }, { atMs: on(chance, 22), what: { kind: "correct", model: 1, perMille: 1_150n } }, { atMs: on(chance, 27), what: { kind: "correct", model: 0, perMille: 901n } },
    { atMs: on(chance, 10), what: { kind: "meter_error" } }, { atMs: on(chance, 19), what: { kind: "meter_error" } },
  ];
}
