/** Refunds of credit, credit that is bought by itself, and tax ids. */
import { addTaxId, listTaxIds, loadCreditReturns, refundPayment, removeTaxId, type CreditReturn } from "@trunkline/billing";
import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { NotFoundError, UnprocessableError, type Actor, type WebDb } from "@trunkline/db/web";
import { z } from "zod";
import { usd, usdInput } from "../money-view.ts";
import { publishChange } from "../publish.ts";
import { customerOf, stripeClient } from "../stripe-customer.ts";
import { list, operation, type Operation } from "./operation.ts";

const NANO_USD_PER_CENT = 10_000_000n;
const NANO_USD_PER_USD = 1_000_000_000n;
/** As OpenRouter has it: later, a person decides, in Stripe's dashboard; what is refunded there counts here too. */
const REFUND_WINDOW_MS = 24 * 3_600_000;
/** The same bounds as a purchase by hand. */
const TOP_UP_USD_MIN = 5n;
const TOP_UP_USD_MAX = 10_000n;

const cents = usdInput.refine((nano) => nano % NANO_USD_PER_CENT === 0n, "must be whole cents");
const wholeCents = (nanoUsd: bigint): bigint => nanoUsd - (nanoUsd % NANO_USD_PER_CENT);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

async function topUpView(db: WebDb, actor: Actor) {
  const { settings, cardKept, recent } = await db.autoTopUps.find(actor);
  return {
    object: "auto_top_up", enabled: settings?.enabled ?? false, card_kept: cardKept, threshold_usd: settings ? usd(settings.thresholdNanoUsd) : null, amount_usd: settings ? usd(settings.amountNanoUsd) : null, monthly_cap_usd: settings ? usd(settings.monthlyCapNanoUsd) : null,
    failures: settings?.failures ?? 0, retry_at: settings?.retryAt?.toISOString() ?? null,
    recent: recent.map((row) => ({ id: row.id, amount_usd: usd(row.amountNanoUsd), state: row.state, error: row.error, pay_url: row.actionUrl, created_at: row.createdAt.toISOString() })),
  };
}

/** What may still be refunded of a purchase: no more than is left of it, and no more than is left of all credit. */
async function refundable(db: WebDb, actor: Actor, purchase: { readonly amountNanoUsd: bigint }, returns: readonly CreditReturn[]): Promise<{ readonly mostNanoUsd: bigint; readonly returnedNanoUsd: bigint }> {
  const { mode, creditNanoUsd, chargedNanoUsd } = await db.billing.find(actor);
  if (mode !== "prepaid") throw new UnprocessableError("Credit is refunded while it pays for calls; a subscription pays now.");
  const returnedNanoUsd = returns.reduce((sum, { amountNanoUsd, standing }) => (standing ? sum + amountNanoUsd : sum), 0n);
  return { returnedNanoUsd, mostNanoUsd: wholeCents(smaller(purchase.amountNanoUsd - returnedNanoUsd, creditNanoUsd - chargedNanoUsd)) };
}

const refunds: Operation[] = [
  operation({
    method: "POST", path: "/billing/refunds", id: "refundCredit", summary: "Refund unused credit of a purchase, within a day of it", status: 201, query: null,
    body: z.strictObject({ credit: z.string().min(1).max(64), amountUsd: cents.optional() }),
    handle: async ({ db, kv, actor, body, nowMs }) => {
      db.billing.assertMayPay(actor);
      const purchase = await db.billing.findPurchase(actor, body.credit);
      if (purchase === null) throw new NotFoundError("purchase");
      if (nowMs - purchase.createdAt.getTime() > REFUND_WINDOW_MS) throw new UnprocessableError("Unused credit is refunded within 24 hours of its purchase. Later, ask us.");
      const stripe = stripeClient();
      const { mostNanoUsd, returnedNanoUsd } = await refundable(db, actor, purchase, await loadCreditReturns(stripe, purchase.sourceId));
      const amountNanoUsd = body.amountUsd ?? mostNanoUsd;
      if (amountNanoUsd > mostNanoUsd || amountNanoUsd <= 0n) throw new UnprocessableError(`At most ${usd(mostNanoUsd > 0n ? mostNanoUsd : 0n)} USD of this purchase can be refunded: the rest was used or refunded before.`);
      // Derived from what had gone back before: whoever asks again after a lost answer gets this refund, not another.
      await refundPayment(stripe, { paymentIntentId: purchase.sourceId, amountCents: Number(amountNanoUsd / NANO_USD_PER_CENT), requestId: `refund-${purchase.id}-${returnedNanoUsd}-${amountNanoUsd}` });
      await db.billing.recordReturns(actor, await loadCreditReturns(stripe, purchase.sourceId));
      await publishChange(kv, INVALIDATION_TOPICS.budget, actor.organizationId);
      return { object: "refund", credit: purchase.id, amount_usd: usd(amountNanoUsd) };
    },
  }),
];

const amounts = z.strictObject({ enabled: z.boolean(), thresholdUsd: usdInput, amountUsd: cents.refine((nano) => nano >= TOP_UP_USD_MIN * NANO_USD_PER_USD && nano <= TOP_UP_USD_MAX * NANO_USD_PER_USD, "must be 5.00 to 10000.00"), monthlyCapUsd: usdInput })
  .refine(({ amountUsd, monthlyCapUsd }) => monthlyCapUsd >= amountUsd, { path: ["monthlyCapUsd"], message: "must be at least the amount of one top-up" });

const topUps: Operation[] = [
  operation({ method: "GET", path: "/billing/auto-top-up", id: "getAutoTopUp", summary: "Credit that is bought by itself: the wish, whether a card is kept, and the latest purchases", status: 200, query: null, body: null, handle: ({ db, actor }) => topUpView(db, actor) }),
  operation({
    method: "PATCH", path: "/billing/auto-top-up", id: "setAutoTopUp", summary: "Have credit bought when less than a threshold is left, up to a cap a calendar month; needs a card kept with a purchase (keepCard)", status: 200, query: null, body: amounts,
    handle: async ({ db, actor, body }) => {
      if (body.enabled && !(await db.autoTopUps.find(actor)).cardKept) throw new UnprocessableError("No card is kept. Buy credit once with keepCard, then switch automatic top-up on.");
      await db.autoTopUps.set(actor, { enabled: body.enabled, thresholdNanoUsd: body.thresholdUsd, amountNanoUsd: body.amountUsd, monthlyCapNanoUsd: body.monthlyCapUsd });
      return topUpView(db, actor);
    },
  }),
];

const taxIds: Operation[] = [
  operation({
    method: "GET", path: "/billing/tax-ids", id: "listTaxIds", summary: "Tax ids that stand on invoices", status: 200, query: null, body: null,
    handle: async ({ db, actor }) => {
      const { stripeCustomerId } = await db.billing.find(actor);
      return list(stripeCustomerId === null ? [] : await listTaxIds(stripeClient(), stripeCustomerId));
    },
  }),
  operation({
    method: "POST", path: "/billing/tax-ids", id: "addTaxId", summary: "Add a tax id, of one of Stripe's types", status: 201, query: null, body: z.strictObject({ type: z.string().regex(/^[a-z]{2}_[a-z_]{2,30}$/, "must be a type such as eu_vat"), value: z.string().min(3).max(40) }),
    handle: async ({ db, actor, body }) => {
      const stripe = stripeClient();
      const added = await addTaxId(stripe, await customerOf(stripe, db, actor), body);
      if ("refused" in added) throw new UnprocessableError(added.refused);
      return added;
    },
  }),
  operation({
    method: "DELETE", path: "/billing/tax-ids/{id}", id: "removeTaxId", summary: "Remove a tax id", status: 200, query: null, body: null,
    handle: async ({ db, actor, parameters }) => {
      const stripe = stripeClient();
      const customerId = await customerOf(stripe, db, actor);
      const id = parameters["id"] ?? "";
      if (!(await listTaxIds(stripe, customerId)).some((known) => known.id === id)) throw new NotFoundError("tax id");
      await removeTaxId(stripe, customerId, id);
      return { id, deleted: true };
    },
  }),
];

const NOTES_MAX = 100;
const LINES_MAX = 1_000;
const LINES_DEFAULT = 100;

const creditNotes: Operation[] = [
  operation({
    method: "GET", path: "/billing/credit-notes", id: "listCreditNotes", summary: "What corrected prices came to, newest first; a negative amount is in your favour", status: 200, query: null, body: null,
    handle: async ({ db, actor }) => list((await db.billing.listCreditNotes(actor, NOTES_MAX)).map((note) => ({ id: note.id, amount_usd: usd(note.amountNanoUsd), requests: note.requests, reason: note.reason, state: note.state, settled_by: note.settledBy, created_at: note.createdAt.toISOString() }))),
  }),
  operation({
    method: "GET", path: "/billing/credit-notes/{id}/lines", id: "listCreditNoteLines", summary: "A credit note request by request: what each is charged now, and the difference", status: 200, body: null,
    query: z.object({ after: z.string().max(64).default(""), limit: z.coerce.number().int().min(1).max(LINES_MAX).default(LINES_DEFAULT) }),
    handle: async ({ db, actor, parameters, query }) => {
      const lines = await db.billing.creditNoteLines(actor, parameters["id"] ?? "", { ...query, limit: query.limit + 1 });
      const shown = lines.slice(0, query.limit);
      const more = lines.length > shown.length;
      return list(shown.map((line) => ({ request: line.generationId, transaction: `txn_${line.id}`, difference_usd: usd(line.deltaNanoUsd), charge_usd: usd(line.chargeNanoUsd) })), { has_more: more, next_cursor: more ? shown.at(-1)?.generationId ?? null : null });
    },
  }),
];

export const CREDIT_OPERATIONS: readonly Operation[] = [...refunds, ...topUps, ...taxIds, ...creditNotes];
