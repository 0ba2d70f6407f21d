/** The ledger against Stripe's meters, gap by gap, and sending again what Stripe certainly does not hold. Amounts of spend are US dollars, of requests their number. */
import { ensureMeters, loadMeterHours, METERS, reconcile, type Gap, type MeterName, type Reconciled, type StripeClient, type ToldRow } from "@trunkline/billing";
import { UnprocessableError, type Actor, type ExportedRow, type WebDb } from "@trunkline/db/web";
import { z } from "zod";
import { usd } from "../money-view.ts";
import { stripeClient } from "../stripe-customer.ts";
import { operation, type Operation } from "./operation.ts";

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

export const RECONCILIATION_OPERATIONS: readonly Operation[] = [
  operation({
    method: "GET", path: "/billing/reconciliation", id: "getReconciliation", summary: "The ledger against Stripe's own sums of 34 days, by meter: what is missing, duplicate, mispriced, aborted or in flight, and how far the comparison may be off",
    status: 200, query: null, body: null, handle: ({ db, actor, nowMs }) => view(db, actor, nowMs),
  }),
  operation({
    method: "POST", path: "/billing/reconciliation/resend", id: "resendMissing", summary: "Send again the meter events that Stripe certainly does not hold; asked twice, they go once", status: 200, query: null,
    body: z.strictObject({ meter: z.enum(["spend", "requests"]) }), handle: ({ db, actor, body, nowMs }) => resend(db, actor, { meter: body.meter, nowMs }),
  }),
];
