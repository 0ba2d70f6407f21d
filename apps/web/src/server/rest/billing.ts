/** Plan, credit, invoices and the hosted pages of Stripe. Money is decimal text of US dollars; what was paid counts only when Stripe has said so. */
import { changePlan, createCheckout, createCreditCheckout, createPortal, ensureMeters, ensurePlanPrice, ensureSpendPrice, listInvoices } from "@trunkline/billing";
import { PLAN_IDS, PLANS, usdTextFromNano } from "@trunkline/contracts";
import { UnprocessableError, type Actor, type WebDb } from "@trunkline/db/web";
import { z } from "zod";
import { webEnv } from "../../env.ts";
import { usd, usdInput } from "../money-view.ts";
import { customerOf, stripeClient } from "../stripe-customer.ts";
import { CREDIT_OPERATIONS } from "./billing-credit.ts";
import { MARGIN_OPERATIONS } from "./billing-margins.ts";
import { RECONCILIATION_OPERATIONS } from "./billing-reconciliation.ts";
import { list, operation, type Operation } from "./operation.ts";

const NANO_USD_PER_CENT = 10_000_000n;
/** Stripe takes no smaller payment worth its fee; above, a person should talk to us. */
const CREDIT_CENTS_MIN = 500n;
const CREDIT_CENTS_MAX = 1_000_000n;
const ROWS_MAX = 1_000;
const ROWS_DEFAULT = 100;

const planView = (id: (typeof PLAN_IDS)[number]) => {
  const { monthlyCents, ...plan } = PLANS[id];
  return { ...plan, monthlyUsd: usdTextFromNano(BigInt(monthlyCents) * NANO_USD_PER_CENT) };
};
const centsText = (cents: number): string => usdTextFromNano(BigInt(cents) * NANO_USD_PER_CENT);

const pages = (): { readonly successUrl: string; readonly cancelUrl: string } => {
  const url = webEnv().PUBLIC_WEB_URL;
  return { successUrl: `${url}/?billing=paid`, cancelUrl: `${url}/?billing=left` };
};

async function overview(db: WebDb, actor: Actor) {
  const { plan, mode, state, creditNanoUsd, chargedNanoUsd } = await db.billing.find(actor);
  const credits = { granted_usd: usd(creditNanoUsd), charged_usd: usd(chargedNanoUsd), balance_usd: mode === "prepaid" ? usd(creditNanoUsd - chargedNanoUsd) : null };
  return { object: "billing", plan: planView(plan), mode, state, credits };
}

const reads: Operation[] = [
  operation({ method: "GET", path: "/billing", id: "getBilling", summary: "Plan, standing and credit", status: 200, query: null, body: null, handle: ({ db, actor }) => overview(db, actor) }),
  operation({ method: "GET", path: "/billing/plan", id: "getPlan", summary: "The plan with its limits", status: 200, query: null, body: null, handle: async ({ db, actor }) => planView((await db.billing.find(actor)).plan) }),
  operation({ method: "GET", path: "/billing/plans", id: "listPlans", summary: "Every plan", status: 200, query: null, body: null, handle: () => Promise.resolve(list(PLAN_IDS.map(planView))) }),
  operation({
    method: "GET", path: "/billing/credits", id: "getCredits", summary: "Credit: what was bought, what was used, what is left", status: 200, body: null, query: z.object({ limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(ROWS_DEFAULT) }),
    handle: async ({ db, actor, query }) => {
      const { credits } = await overview(db, actor);
      return list((await db.billing.listCredits(actor, query.limit)).map((row) => ({ id: row.id, kind: row.kind, source: row.sourceId, amount_usd: usd(row.amountNanoUsd), created_at: row.createdAt.toISOString() })), credits);
    },
  }),
  operation({
    method: "GET", path: "/billing/statement", id: "getStatement", summary: "What is owed, posting by posting: charges positive, payments negative, each with the fee on own provider keys in it and the balance it left", status: 200, body: null,
    query: z.object({ after: z.string().max(64).default(""), limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(ROWS_DEFAULT) }),
    handle: async ({ db, actor, query }) => {
      const lines = await db.billing.statement(actor, { ...query, limit: query.limit + 1 });
      const shown = lines.slice(0, query.limit);
      const more = lines.length > shown.length;
      return list(shown.map((line) => ({ transaction: line.transactionId, kind: line.kind, source: line.sourceId, at: line.at.toISOString(), amount_usd: usd(line.amountNanoUsd), own_key_fee_usd: usd(line.ownKeyFeeNanoUsd), balance_usd: usd(line.balanceNanoUsd) })), { has_more: more, next_cursor: more ? shown.at(-1)?.transactionId ?? null : null });
    },
  }),
  operation({
    method: "GET", path: "/billing/invoices", id: "listInvoices", summary: "Invoices, newest first", status: 200, query: null, body: null,
    handle: async ({ db, actor }) => {
      const { stripeCustomerId } = await db.billing.find(actor);
      if (stripeCustomerId === null) return list([]);
      return list((await listInvoices(stripeClient(), stripeCustomerId)).map(({ id, number, status, totalCents, paidCents, taxIds, createdAtMs, url }) => ({ id, number, status, total_usd: centsText(totalCents), paid_usd: centsText(paidCents), tax_ids: taxIds, created_at: new Date(createdAtMs).toISOString(), url })));
    },
  }),
];

const pagesToVisit: Operation[] = [
  operation({
    method: "POST", path: "/billing/credits", id: "buyCredits", summary: "A hosted page that sells credit", status: 201, query: null,
    body: z.strictObject({ amountUsd: usdInput.refine((nano) => nano % NANO_USD_PER_CENT === 0n && nano >= CREDIT_CENTS_MIN * NANO_USD_PER_CENT && nano <= CREDIT_CENTS_MAX * NANO_USD_PER_CENT, "must be 5.00 to 10000.00, in whole cents"), keepCard: z.boolean().default(false) }),
    handle: async ({ db, actor, body }) => {
      const stripe = stripeClient();
      const { url } = await createCreditCheckout(stripe, { customerId: await customerOf(stripe, db, actor), organizationId: actor.organizationId, keepCard: body.keepCard, amountCents: Number(body.amountUsd / NANO_USD_PER_CENT), ...pages() });
      return { url };
    },
  }),
  operation({
    method: "POST", path: "/billing/subscription", id: "subscribe", summary: "A hosted page that subscribes to a plan, with usage billed monthly; a subscription that runs is moved to the plan at once, what is left of its month set against it", status: 201, query: null, body: z.strictObject({ plan: z.enum(["pro", "scale"]) }),
    handle: async ({ db, actor, body }) => {
      const stripe = stripeClient();
      const customerId = await customerOf(stripe, db, actor);
      const moved = await changePlan(stripe, { customerId, plan: body.plan });
      if (moved === "same") throw new UnprocessableError("The organization is on this plan already.");
      if (moved === "changed") return { url: pages().successUrl };
      const spend = await ensureSpendPrice(stripe, (await ensureMeters(stripe)).spend);
      const { url } = await createCheckout(stripe, { customerId, organizationId: actor.organizationId, priceIds: [spend], planPriceId: await ensurePlanPrice(stripe, body.plan), ...pages() });
      return { url };
    },
  }),
  operation({
    method: "POST", path: "/billing/portal", id: "openPortal", summary: "A hosted page for cards, invoices and cancelling", status: 201, query: null, body: null,
    handle: async ({ db, actor }) => {
      const stripe = stripeClient();
      return { url: await createPortal(stripe, { customerId: await customerOf(stripe, db, actor), returnUrl: webEnv().PUBLIC_WEB_URL }) };
    },
  }),
];

export const BILLING_OPERATIONS: readonly Operation[] = [...reads, ...pagesToVisit, ...CREDIT_OPERATIONS, ...RECONCILIATION_OPERATIONS, ...MARGIN_OPERATIONS];
