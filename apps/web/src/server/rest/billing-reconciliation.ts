/** The ledger against Stripe's meters, gap by gap, and sending again what Stripe certainly does not hold. Amounts of spend are US dollars, of requests their number. */
import { ensureMeters, loadMeterHours, METERS, reconcile, type Gap, type MeterName, type Reconciled, type StripeClient, type ToldRow } from "@trunkline/billing";
import { UnprocessableError, type Actor, type ExportedRow, type KeptComparison, type ProviderDayRow, type SettledEstimate, type WebDb } from "@trunkline/db/web";
import { z } from "zod";
import { webEnv } from "../../env.ts";
import { usd } from "../money-view.ts";
import { stripeClient } from "../stripe-customer.ts";
import { list, operation, type Operation } from "./operation.ts";

/** As far back as an event may name a moment, less a day. */
const LOOKBACK_MS = 34 * 86_400_000;
const HOUR_MS = 3_600_000;
const NANO_USD_PER_MICRO = 1_000n;
const METER_NAMES = Object.keys(METERS) as MeterName[];

const toldRow = ({ identifier, state, value, eventAt, sentAt }: ExportedRow): ToldRow => ({ identifier, value, state: state as ToldRow["state"], eventAtMs: eventAt.getTime(), sentAtMs: sentAt?.getTime() ?? null });

interface Subject { readonly stripe: StripeClient; readonly meterId: string; readonly customerId: string; readonly nowMs: number }

async function reconcileMeter(rows: readonly ExportedRow[], meter: MeterName, { stripe, meterId, customerId, nowMs }: Subject): Promise<Reconciled> {
  const fromMs = Math.floor((nowMs - LOOKBACK_MS) / HOUR_MS) * HOUR_MS;
  return reconcile(rows.filter((row) => row.meter === METERS[meter].eventName).map(toldRow), { nowMs, stripeByHour: await loadMeterHours(stripe, { meterId, customerId, fromMs, nowMs }) });
}

const fromOf = (nowMs: number): Date => new Date(Math.floor((nowMs - LOOKBACK_MS) / HOUR_MS) * HOUR_MS);

async function view(db: WebDb, actor: Actor, nowMs: number) {
  const { stripeCustomerId } = await db.billing.find(actor);
  const head = { object: "reconciliation", compared_at: new Date(nowMs).toISOString(), since: fromOf(nowMs).toISOString() };
  if (stripeCustomerId === null) return { ...head, meters: [] };
  const stripe = stripeClient();
  const meterIds = await ensureMeters(stripe);
  const { rows, sums } = await db.reconciliations.load(actor, fromOf(nowMs));
  const meters = [];
  for (const meter of METER_NAMES) {
    const found = await reconcileMeter(rows, meter, { stripe, meterId: meterIds[meter], customerId: stripeCustomerId, nowMs });
    const amount = (value: bigint): string => (meter === "spend" ? usd(value * NANO_USD_PER_MICRO) : value.toString());
    meters.push({
      meter, unit: meter === "spend" ? "usd" : "requests", agrees: !found.gaps.some((gap) => gap.class === "missing" || gap.class === "duplicate"),
      told: amount(found.told), stripe: amount(found.stripe), error_bar: amount(found.errorBar), gaps: [...found.gaps.map((gap) => gapView(gap, amount)), ...(meter === "spend" ? beside(sums) : [])],
    });
  }
  return { ...head, meters };
}

const gapView = ({ class: kind, value, events, resendable }: Gap, amount: (value: bigint) => string) => ({ class: kind, amount: amount(value), events, resendable: resendable.length });

/** What no row covers yet, with what is carried below a micro-USD; and what corrected prices came to, which credit notes settle. */
function beside({ usedNanoUsd, exportedNanoUsd, correctedNanoUsd }: Awaited<ReturnType<WebDb["reconciliations"]["load"]>>["sums"]) {
  const open = usedNanoUsd - exportedNanoUsd;
  return [
    ...(open === 0n ? [] : [{ class: "in_flight", amount: usd(open), events: 0, resendable: 0 }]),
    ...(correctedNanoUsd === 0n ? [] : [{ class: "mispriced", amount: usd(correctedNanoUsd), events: 0, resendable: 0 }]),
  ];
}

async function resend(db: WebDb, actor: Actor, { meter, nowMs }: { readonly meter: MeterName; readonly nowMs: number }) {
  const { stripeCustomerId } = await db.billing.find(actor);
  if (stripeCustomerId === null) throw new UnprocessableError("Stripe was told of nothing yet.");
  const stripe = stripeClient();
  const meterId = (await ensureMeters(stripe))[meter];
  const count = await db.reconciliations.giveBack(actor, {
    meter: METERS[meter].eventName,
    async choose() {
      const { rows } = await db.reconciliations.load(actor, fromOf(nowMs));
      const { gaps } = await reconcileMeter(rows, meter, { stripe, meterId, customerId: stripeCustomerId, nowMs });
      return gaps.flatMap(({ resendable }) => resendable);
    },
  });
  if (count === null) throw new UnprocessableError("This meter is being exported at this moment. Try again in a minute.");
  return { object: "resend", meter, events: count };
}

/** The unit of each meter, as the worker keeps what it found. */
const historyView = ({ meter, comparedAt, kind, confirmed, sent, inDoubt, stripe }: KeptComparison) => {
  const amount = (value: bigint): string => (meter === "spend" ? usd(value * NANO_USD_PER_MICRO) : value.toString());
  return { object: "comparison", meter, unit: meter === "spend" ? "usd" : "requests", kind, confirmed, told: amount(sent), in_doubt: amount(inDoubt), stripe: amount(stripe), compared_at: comparedAt.toISOString() };
};

const providerGaps = z.array(z.object({ class: z.string(), nanoUsd: z.string().transform(BigInt), attempts: z.coerce.number() }));
const providerView = ({ provider, day, comparedAt, state, bookedNanoUsd, providerNanoUsd, errorBarNanoUsd, gaps }: ProviderDayRow) => ({
  object: "provider_day", provider, day, state, booked_usd: usd(bookedNanoUsd), billed_usd: usd(providerNanoUsd), error_bar_usd: usd(errorBarNanoUsd), compared_at: comparedAt.toISOString(),
  gaps: providerGaps.parse(gaps).map((gap) => ({ class: gap.class, amount_usd: usd(gap.nanoUsd), attempts: gap.attempts })),
});
const settledView = ({ id, provider, day, model, attempts, estimatedNanoUsd, deltaNanoUsd, createdAt }: SettledEstimate) => ({
  object: "settled_estimate", id, provider, model, day: day.toISOString().slice(0, 10), attempts: Number(attempts), estimated_usd: usd(estimatedNanoUsd), off_by_usd: usd(deltaNanoUsd), settled_at: createdAt.toISOString(),
});

const HISTORY_MAX = 500;
const HISTORY_DEFAULT = 60;
const rows = z.object({ limit: z.coerce.number().int().min(1).max(HISTORY_MAX).default(HISTORY_DEFAULT) });

const HISTORY_OPERATIONS: readonly Operation[] = [
  operation({
    method: "GET", path: "/billing/reconciliation/history", id: "listReconciliations", summary: "What every nightly comparison with Stripe found, newest first; kept for 400 days", status: 200, query: rows, body: null,
    handle: async ({ db, actor, query }) => list((await db.reconciliations.history(actor, query.limit)).map(historyView)),
  }),
  operation({
    method: "GET", path: "/billing/reconciliation/providers", id: "listProviderDays", summary: "The installation's books against what each provider bills, day by day, for members of the organization that operates it (`operates`)", status: 200, query: rows, body: null,
    handle: async ({ db, actor, query }) => {
      const found = await db.reconciliations.providerDays(actor, { operator: webEnv().OPERATOR_ORGANIZATION ?? null, limit: query.limit });
      return list((found ?? []).map(providerView), { operates: found !== null });
    },
  }),
  operation({
    method: "GET", path: "/billing/reconciliation/estimates", id: "listSettledEstimates", summary: "What estimated calls of this organization cost once their provider had told, against the estimate; the charge stays as it was", status: 200, query: rows, body: null,
    handle: async ({ db, actor, query }) => list((await db.reconciliations.settledEstimates(actor, query.limit)).map(settledView)),
  }),
];

export const RECONCILIATION_OPERATIONS: readonly Operation[] = [
  ...HISTORY_OPERATIONS,
  operation({
    method: "GET", path: "/billing/reconciliation", id: "getReconciliation", summary: "The ledger against Stripe's own sums of 34 days, by meter: what is missing, duplicate, mispriced, aborted or in flight, and how far the comparison may be off",
    status: 200, query: null, body: null, handle: ({ db, actor, nowMs }) => view(db, actor, nowMs),
  }),
  operation({
    method: "POST", path: "/billing/reconciliation/resend", id: "resendMissing", summary: "Send again the meter events that Stripe certainly does not hold; asked twice, they go once", status: 200, query: null,
    body: z.strictObject({ meter: z.enum(["spend", "requests"]) }), handle: ({ db, actor, body, nowMs }) => resend(db, actor, { meter: body.meter, nowMs }),
  }),
];
