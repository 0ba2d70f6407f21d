// Buys credit by itself where an organization wants it: who is due, the payment with the kept card, and the word to its people when it fails. It
// promises one purchase at a time and no second payment for one purchase; the credit itself is granted by Stripe's event, like any other.
import { createCreditCheckout, findOffSessionPayment, payOffSession, type PaymentOutcome, type StripeClient } from "@trunkline/billing";
import { usdTextFromNano } from "@trunkline/contracts";
import type { PendingTopUp, TopUpNotice, TopUpQueries } from "@trunkline/db/worker";
import type { Mail } from "../alert/send-mail.ts";

export interface TopUpOutcome { readonly kind: "paid" | "failed" | "action_required" | "unknown" | "unmailed"; readonly organizationId: string | null; readonly message: string | null }
export interface TopUpPorts {
  readonly db: TopUpQueries;
  readonly stripe: StripeClient;
  readonly clock: () => number;
  readonly sendMail: (mail: Mail) => Promise<void>;
  /** Where the hosted page leads back to; null: no page can be offered, and the mail says so. */
  readonly publicWebUrl: string | null;
  readonly onOutcome: (outcome: TopUpOutcome) => void;
}

const HOUR_MS = 3_600_000;
/** A hosted page lives this long: no other try while the customer may still pay there. */
const PAGE_LIFE_MS = 24 * HOUR_MS;
/** Banks decline for an evening more often than for a week; card networks frown on more tries than a few. After the last it is off. */
export const TOP_UP_BACK_OFF_MS: readonly number[] = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS];
const NANO_USD_PER_CENT = 10_000_000n;

/** Returns the tick, to be called as often as one likes. Rejects where the database is away. */
export function createTopUps(ports: TopUpPorts): () => Promise<void> {
  return async () => {
    await ports.db.openDueTopUps(ports.clock());
    for (const topUp of await ports.db.listPendingTopUps()) await pay(topUp, ports);
    for (const notice of await ports.db.listTopUpNotices()) await tell(notice, ports);
  };
}

async function pay(topUp: PendingTopUp, ports: TopUpPorts): Promise<void> {
  const { db, clock } = ports;
  await db.markTopUpTried(topUp.id, clock());
  const outcome = await settled(topUp, ports);
  ports.onOutcome({ kind: outcome.kind === "declined" ? "failed" : outcome.kind, organizationId: topUp.organizationId, message: "message" in outcome ? outcome.message : null });
  if (outcome.kind === "paid") return db.markTopUpPaid(topUp.id, outcome.paymentIntentId, clock());
  if (outcome.kind === "unknown") return;
  const needsPerson = outcome.kind === "action_required";
  await db.markTopUpFailed(topUp.id, { state: needsPerson ? "action_required" : "failed", error: outcome.message, actionUrl: needsPerson ? await pageFor(topUp, ports) : null }, { nowMs: clock(), backOffMs: needsPerson ? TOP_UP_BACK_OFF_MS.map(() => PAGE_LIFE_MS) : TOP_UP_BACK_OFF_MS });
}

/** What was tried before is looked for first: its payment may have gone through without an answer, longer ago than Stripe keeps its keys. */
async function settled(topUp: PendingTopUp, { stripe }: TopUpPorts): Promise<PaymentOutcome> {
  const { id: topUpId, organizationId, customerId, paymentMethodId, amountNanoUsd } = topUp;
  if (topUp.tried) {
    try {
      const known = await findOffSessionPayment(stripe, { customerId, topUpId });
      if (known !== null) return { kind: "paid", paymentIntentId: known };
    } catch (error) {
      return { kind: "unknown", message: error instanceof Error ? error.message : "Stripe could not be asked" };
    }
  }
  return payOffSession(stripe, { topUpId, organizationId, customerId, paymentMethodId, amountCents: Number(amountNanoUsd / NANO_USD_PER_CENT) });
}

/** The bank wants its customer: the same amount on the hosted page, with the card kept again. null where there is no page to be had now. */
async function pageFor({ organizationId, customerId, amountNanoUsd }: PendingTopUp, { stripe, publicWebUrl }: TopUpPorts): Promise<string | null> {
  if (publicWebUrl === null) return null;
  const back = { successUrl: `${publicWebUrl}/?billing=paid`, cancelUrl: `${publicWebUrl}/?billing=left` };
  return createCreditCheckout(stripe, { customerId, organizationId, amountCents: Number(amountNanoUsd / NANO_USD_PER_CENT), keepCard: true, ...back }).then(({ url }) => url, () => null);
}

/** At least once: a mail that was not taken goes with the next tick. */
async function tell(notice: TopUpNotice, { db, sendMail, clock, publicWebUrl, onOutcome }: TopUpPorts): Promise<void> {
  try {
    for (const to of notice.to) await sendMail({ to, ...textOf(notice, publicWebUrl) });
    await db.markTopUpMailed(notice.id, clock());
  } catch (error) {
    onOutcome({ kind: "unmailed", organizationId: null, message: error instanceof Error ? error.message : null });
  }
}

function textOf({ organizationName, amountNanoUsd, state, error, actionUrl, last }: TopUpNotice, publicWebUrl: string | null): Pick<Mail, "subject" | "text"> {
  const amount = `$${usdTextFromNano(amountNanoUsd)}`;
  const where = publicWebUrl === null ? "in the dashboard under Billing" : `in the dashboard under Billing: ${publicWebUrl}`;
  const next = last ? `It was the last try: automatic top-up is off now. Set it again ${where}` : `It is tried again later. You can buy credit yourself ${where}`;
  if (state === "action_required") {
    return { subject: `[Trunkline] ${organizationName}: your bank asks you to confirm ${amount}`, text: `The automatic top-up of ${amount} for ${organizationName} needs your confirmation.\n\n${actionUrl === null ? "" : `Confirm and pay here, within a day: ${actionUrl}\n\n`}${next}\n` };
  }
  return { subject: `[Trunkline] ${organizationName}: automatic top-up of ${amount} failed`, text: `The automatic top-up of ${amount} for ${organizationName} failed: ${error}\n\n${next}\n` };
}
