// What an organization has bought and how it stands. Credit is a row a payment, never edited, and posted to the ledger in the transaction
// that records it; the account keeps their sum, which the gateway reserves against. What is left is that sum less every live charge.
import { isPlanId, roleMay, SPEND_METER, type PlanId } from "@trunkline/contracts";
import type { Actor } from "./actor.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { ForbiddenError, NotFoundError } from "./errors.ts";

/** `subscribedAtMs`: since when a subscription bills what is metered. `endedAtMs`: when the last one that is over ended. */
export interface Standing { readonly plan: PlanId; readonly state: "active" | "past_due"; readonly subscribed: boolean; readonly subscribedAtMs: number | null; readonly endedAtMs: number | null }
export interface CreditRecord { readonly id: string; readonly kind: string; readonly sourceId: string; readonly amountNanoUsd: bigint; readonly createdAt: Date }
export interface BillingRecord {
  readonly name: string;
  readonly plan: PlanId;
  /** `open`: nothing is asked for, as on a gateway that nobody connected to Stripe. */
  readonly mode: "open" | "prepaid" | "postpaid";
  readonly state: "active" | "past_due";
  readonly stripeCustomerId: string | null;
  readonly creditNanoUsd: bigint;
  /** Every live charge since the organization exists. */
  readonly chargedNanoUsd: bigint;
}
/** One posting to what the customer owes; a charge is positive, a payment negative. `balanceNanoUsd` is the sum up to it. */
export interface StatementLine { readonly transactionId: string; readonly kind: string; readonly sourceId: string; readonly at: Date; readonly amountNanoUsd: bigint; readonly balanceNanoUsd: bigint; /** The part of a charge that is the fee on own provider keys. */ readonly ownKeyFeeNanoUsd: bigint }

const NO_ACCOUNT = { plan: "free", mode: "open", state: "active", creditNanoUsd: 0n } as const;

export async function setStanding(context: StoreContext, transaction: Transaction, change: Standing & { readonly organizationId: string }): Promise<void> {
  const { organizationId, plan, state, subscribed, subscribedAtMs, endedAtMs } = change;
  const mode = subscribed ? "postpaid" : "prepaid";
  const known = await lockAccount(transaction, organizationId);
  if (!known && !subscribed) return;
  await (known ? transaction.billingAccount.update({ where: { organizationId }, data: { plan, state, mode } }) : openAccount(context, transaction, { organizationId, plan, state, mode }));
  const was = known?.mode === "postpaid";
  // One that ended and one that began may be told of together: what lies between them is a matter of credit.
  const isAnother = was && subscribed && subscribedAtMs !== null && endedAtMs !== null && subscribedAtMs > (known?.postpaidFrom?.getTime() ?? subscribedAtMs) && endedAtMs > (known?.postpaidFrom?.getTime() ?? endedAtMs);
  if (was && (!subscribed || isAnother)) await endPostpaid(context, transaction, { organizationId, atMs: endedAtMs ?? context.nowMs() });
  if (subscribed && (!was || isAnother)) await beginPostpaid(context, transaction, { organizationId, atMs: subscribedAtMs ?? context.nowMs() });
}

/** From here Stripe bills what it is told of. Credit is put out of the account until that ends. */
async function beginPostpaid(context: StoreContext, transaction: Transaction, { organizationId, atMs }: { readonly organizationId: string; readonly atMs: number }): Promise<void> {
  await addEntry(context, transaction, { organizationId, kind: "postpaid_from", amountNanoUsd: -await chargedOf(transaction, organizationId) });
  await transaction.billingAccount.update({ where: { organizationId }, data: { postpaidFrom: new Date(atMs) } });
}

/** What Stripe was told of for the time of the subscription, and no more, is not a matter of credit: it stands on its invoices, less what credit notes put on the balance there. */
async function endPostpaid(context: StoreContext, transaction: Transaction, { organizationId, atMs }: { readonly organizationId: string; readonly atMs: number }): Promise<void> {
  // The exporter's own lock: what it holds in its hands is either told of and seen here, or not told of and then never again for this time.
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`meter-export:${SPEND_METER}:${organizationId}`}, 0))`;
  const { postpaidFrom } = await transaction.billingAccount.update({ where: { organizationId }, data: { postpaidUntil: new Date(atMs) } });
  const begun = await transaction.creditEntry.findFirst({ where: { organizationId, kind: "postpaid_from" }, orderBy: [{ createdAt: "desc" }, { id: "desc" }] });
  const [sum] = await transaction.$queryRaw<{ billed: bigint }[]>`
    SELECT ((SELECT coalesce(sum(value), 0) * 1000 FROM meter_export WHERE "organizationId" = ${organizationId} AND meter = ${SPEND_METER} AND state <> 'pending' AND "eventAt" >= ${postpaidFrom ?? new Date(0)} AND "eventAt" < ${new Date(atMs)})
      + (SELECT coalesce(sum(cents), 0) * 10000000 FROM credit_note WHERE "organizationId" = ${organizationId} AND "settledBy" = 'invoice_balance' AND "settledAt" >= ${begun?.createdAt ?? new Date(0)}))::bigint AS billed`;
  await addEntry(context, transaction, { organizationId, kind: "postpaid_until", amountNanoUsd: (sum?.billed ?? 0n) - (begun?.amountNanoUsd ?? 0n) });
}

export interface NewCredit { readonly organizationId: string; readonly sourceId: string; readonly amountNanoUsd: bigint; /** Kept for automatic top-ups, where the customer agreed. */ readonly paymentMethodId: string | null }
/** A refund or dispute of a payment as it stands; see the billing package. */
export interface CreditReturn { readonly kind: "refund" | "dispute"; readonly sourceId: string; readonly amountNanoUsd: bigint; readonly standing: boolean }

/** Counts a payment once, and posts it. The first purchase makes the account prepaid. */
export async function recordCredit(context: StoreContext, transaction: Transaction, { organizationId, sourceId, amountNanoUsd, paymentMethodId }: NewCredit): Promise<void> {
  const known = await lockAccount(transaction, organizationId);
  // Two events tell of one payment, and only one of them knows the card.
  if (known && paymentMethodId !== null) await transaction.billingAccount.update({ where: { organizationId }, data: { paymentMethodId } });
  if (await transaction.creditEntry.findUnique({ where: { kind_sourceId: { kind: "purchase", sourceId } } })) return;
  if (!known) await openAccount(context, transaction, { organizationId, plan: "free", state: "active", mode: "prepaid", ...(paymentMethodId === null ? {} : { paymentMethodId }) });
  const id = await addEntry(context, transaction, { organizationId, kind: "purchase", sourceId, amountNanoUsd });
  await postCash(context, transaction, { id, organizationId, kind: "credit", sourceId, amountNanoUsd });
  // Money came in: automatic top-ups that had been put off may go on.
  await transaction.autoTopUp.updateMany({ where: { organizationId }, data: { failures: 0, retryAt: null } });
}

/** Takes back what went back, once each, and gives it again where the return failed or the dispute was won; in whatever order Stripe tells, also before the purchase itself. */
export async function recordReturns(context: StoreContext, transaction: Transaction, { organizationId, returns }: { readonly organizationId: string; readonly returns: readonly CreditReturn[] }): Promise<void> {
  const known = await lockAccount(transaction, organizationId);
  const booked = async (kind: string, sourceId: string): Promise<boolean> => (await transaction.creditEntry.findUnique({ where: { kind_sourceId: { kind, sourceId } } })) !== null;
  if (!known && returns.length > 0) await openAccount(context, transaction, { organizationId, plan: "free", state: "active", mode: "prepaid" });
  for (const { kind, sourceId, amountNanoUsd, standing } of returns) {
    // What is over is booked as both, so that older news of the same return, still on its way, finds it taken.
    const entries = [{ kind: kind as string, amountNanoUsd: -amountNanoUsd }, ...(standing ? [] : [{ kind: `${kind}_reversal`, amountNanoUsd }])];
    for (const entry of entries) {
      if (await booked(entry.kind, sourceId)) continue;
      const id = await addEntry(context, transaction, { organizationId, sourceId, ...entry });
      await postCash(context, transaction, { id, organizationId, sourceId, ...entry });
    }
  }
}

/** Money in is positive. */
async function postCash(context: StoreContext, transaction: Transaction, { id, organizationId, kind, sourceId, amountNanoUsd }: { readonly id: string; readonly organizationId: string; readonly kind: string; readonly sourceId: string; readonly amountNanoUsd: bigint }): Promise<void> {
  await transaction.ledgerAccount.createMany({ data: ["cash", "customer_receivable"].map((account) => ({ id: `${organizationId}:${account}`, organizationId, kind: account })), skipDuplicates: true });
  await transaction.ledgerTransaction.create({ data: { id, kind, sourceId, organizationId, createdAt: new Date(context.nowMs()), cashNanoUsd: amountNanoUsd, customerReceivableNanoUsd: -amountNanoUsd } });
}

/** Two events about one organization wait for each other, also before its account exists. */
export async function lockAccount(transaction: Transaction, organizationId: string) {
  await transaction.$queryRaw`SELECT id FROM organization WHERE id = ${organizationId} FOR NO KEY UPDATE`;
  return transaction.billingAccount.findUnique({ where: { organizationId } });
}

interface NewAccount { readonly organizationId: string; readonly plan: PlanId; readonly state: string; readonly mode: string; readonly paymentMethodId?: string }

/** An opening entry sets off what was used while nothing was asked for. */
async function openAccount(context: StoreContext, transaction: Transaction, account: NewAccount): Promise<void> {
  const { organizationId } = account;
  await transaction.billingAccount.create({ data: account });
  await addEntry(context, transaction, { organizationId, kind: "opening", sourceId: organizationId, amountNanoUsd: await chargedOf(transaction, organizationId) });
}

/** Entry and sum change together. Returns the entry's id. */
async function addEntry(context: StoreContext, transaction: Transaction, entry: { readonly organizationId: string; readonly kind: string; readonly sourceId?: string; readonly amountNanoUsd: bigint }): Promise<string> {
  const { organizationId, kind, amountNanoUsd } = entry;
  const id = context.newId("txn");
  if (amountNanoUsd === 0n && kind === "opening") return id;
  await transaction.creditEntry.create({ data: { id, organizationId, kind, sourceId: entry.sourceId ?? id, amountNanoUsd, createdAt: new Date(context.nowMs()) } });
  await transaction.billingAccount.update({ where: { organizationId }, data: { creditNanoUsd: { increment: amountNanoUsd } } });
  return id;
}

async function chargedOf(transaction: Transaction, organizationId: string): Promise<bigint> {
  const { _sum } = await transaction.usageRollupDay.aggregate({ where: { organizationId, mode: "live" }, _sum: { chargeNanoUsd: true } });
  return _sum.chargeNanoUsd ?? 0n;
}

export function createBilling(context: StoreContext) {
  return {
    find: (actor: Actor): Promise<BillingRecord> => context.tenant(actor, "usage.read", async (transaction) => {
      const { organizationId } = actor;
      const { name, stripeCustomerId } = await transaction.organization.findUniqueOrThrow({ where: { id: organizationId }, select: { name: true, stripeCustomerId: true } });
      const account = await transaction.billingAccount.findUnique({ where: { organizationId } });
      const { plan, mode, state, creditNanoUsd } = account ?? NO_ACCOUNT;
      return {
        name, stripeCustomerId, creditNanoUsd, chargedNanoUsd: await chargedOf(transaction, organizationId),
        plan: isPlanId(plan) ? plan : "free", mode: mode === "prepaid" || mode === "postpaid" ? mode : "open", state: state === "past_due" ? "past_due" : "active",
      };
    }),
    /** null for anybody else's. `sourceId` is the payment. */
    findPurchase: (actor: Actor, id: string): Promise<CreditRecord | null> => context.tenant(actor, "usage.read", (transaction) =>
      transaction.creditEntry.findFirst({ where: { id, organizationId: actor.organizationId, kind: "purchase" } })),
    /** Books what Stripe says of a payment's refunds and disputes, as its webhook does. */
    recordReturns: (actor: Actor, returns: readonly CreditReturn[]): Promise<void> => {
      assertMayPay(actor);
      return context.client.$transaction((transaction) => recordReturns(context, transaction, { organizationId: actor.organizationId, returns }));
    },
    listCredits: (actor: Actor, limit: number): Promise<CreditRecord[]> => context.tenant(actor, "usage.read", (transaction) =>
      transaction.creditEntry.findMany({ where: { organizationId: actor.organizationId }, orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: limit })),
    listCreditNotes: (actor: Actor, limit: number) => context.tenant(actor, "usage.read", (transaction) =>
      transaction.creditNote.findMany({ where: { organizationId: actor.organizationId }, orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: limit })),
    /** Request by request: what a note comes to. */
    creditNoteLines: (actor: Actor, id: string, { after, limit }: { readonly after: string; readonly limit: number }) => context.tenant(actor, "usage.read", async (transaction) => {
      const note = await transaction.creditNote.findFirst({ where: { id, organizationId: actor.organizationId } });
      if (note === null) throw new NotFoundError("credit note");
      return transaction.priceCorrectionLine.findMany({ where: { organizationId: actor.organizationId, correctionId: note.correctionId, generationId: { gt: after } }, orderBy: { generationId: "asc" }, take: limit });
    }),
    /** What the customer owes, posting by posting, oldest first, after the transaction `after`. Reads the page; of what lies before it only the sum. */
    statement: (actor: Actor, { after, limit }: { readonly after: string; readonly limit: number }): Promise<StatementLine[]> => context.tenant(actor, "usage.read", (transaction) =>
      transaction.$queryRaw<StatementLine[]>`
        WITH mark AS (SELECT "createdAt", id FROM ledger_transaction WHERE id = ${after} AND "organizationId" = ${actor.organizationId}),
        before AS (
          SELECT coalesce(sum(t."customerReceivableNanoUsd"), 0) AS amount FROM mark, ledger_transaction t
          WHERE t."organizationId" = ${actor.organizationId} AND (t."createdAt", t.id) <= (mark."createdAt", mark.id)
        ), page AS (
          SELECT t.id, t.kind, t."sourceId", t."createdAt", t."customerReceivableNanoUsd" AS "amountNanoUsd", coalesce(-t."ownKeyFeeNanoUsd", 0) AS "ownKeyFeeNanoUsd" FROM ledger_transaction t
          WHERE t."organizationId" = ${actor.organizationId} AND t."customerReceivableNanoUsd" IS NOT NULL AND (${after} = '' OR (t."createdAt", t.id) > (SELECT "createdAt", id FROM mark))
          ORDER BY t."createdAt", t.id LIMIT ${limit}
        )
        SELECT page.id AS "transactionId", page.kind, page."sourceId", page."createdAt" AS at, page."amountNanoUsd",
          (before.amount + sum(page."amountNanoUsd") OVER (ORDER BY page."createdAt", page.id))::bigint AS "balanceNanoUsd", page."ownKeyFeeNanoUsd"
        FROM before, page
        ORDER BY page."createdAt", page.id`),
    /** Remembers who the organization is to Stripe. A management key acts for the whole organization; a member needs the right. */
    linkCustomer: (actor: Actor, stripeCustomerId: string): Promise<void> => {
      assertMayPay(actor);
      return context.client.organization.updateMany({ where: { id: actor.organizationId, stripeCustomerId: null }, data: { stripeCustomerId } }).then(() => undefined);
    },
    assertMayPay,
  };
}

export function assertMayPay(actor: Actor): void {
  if (actor.userId !== null && !roleMay(actor.role, "billing.manage")) throw new ForbiddenError("billing.manage");
}
