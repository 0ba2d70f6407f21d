// What an organization has bought and how it stands. Credit is a row a payment, never edited, and posted to the ledger in the transaction
// that records it; the account keeps their sum, which the gateway reserves against. What is left is that sum less every live charge.
import { isPlanId, roleMay, type PlanId } from "@trunkline/contracts";
import type { Actor } from "./actor.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { ForbiddenError } from "./errors.ts";

export interface Standing { readonly plan: PlanId; readonly state: "active" | "past_due"; readonly subscribed: boolean }
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
export interface StatementLine { readonly transactionId: string; readonly kind: string; readonly sourceId: string; readonly at: Date; readonly amountNanoUsd: bigint; readonly balanceNanoUsd: bigint }

const NO_ACCOUNT = { plan: "free", mode: "open", state: "active", creditNanoUsd: 0n } as const;

export async function setStanding(transaction: Transaction, organizationId: string, { plan, state, subscribed }: Standing): Promise<void> {
  const known = await transaction.billingAccount.findUnique({ where: { organizationId } });
  if (!known && !subscribed) return;
  const mode = subscribed ? "postpaid" : "prepaid";
  await transaction.billingAccount.upsert({ where: { organizationId }, create: { organizationId, plan, state, mode }, update: { plan, state, mode } });
}

export interface NewCredit { readonly organizationId: string; readonly kind: "purchase"; readonly sourceId: string; readonly amountNanoUsd: bigint }

/** Counts a payment once. The first purchase makes the account prepaid, and an opening entry sets off what was used before it. */
export async function recordCredit(context: StoreContext, transaction: Transaction, credit: NewCredit): Promise<void> {
  const { organizationId, kind, sourceId, amountNanoUsd } = credit;
  const id = context.newId("txn");
  const inserted = await transaction.creditEntry.createMany({ data: [{ id, organizationId, kind, sourceId, amountNanoUsd }], skipDuplicates: true });
  if (inserted.count === 0) return;
  const known = await transaction.billingAccount.findUnique({ where: { organizationId } });
  const opening = known ? 0n : await chargedOf(transaction, organizationId);
  if (opening > 0n) await transaction.creditEntry.create({ data: { id: context.newId("txn"), organizationId, kind: "opening", sourceId: organizationId, amountNanoUsd: opening } });
  const sum = amountNanoUsd + opening;
  await transaction.billingAccount.upsert({ where: { organizationId }, create: { organizationId, mode: "prepaid", creditNanoUsd: sum }, update: { creditNanoUsd: { increment: sum } } });
  await transaction.ledgerAccount.createMany({ data: ["cash", "customer_receivable"].map((account) => ({ id: `${organizationId}:${account}`, organizationId, kind: account })), skipDuplicates: true });
  await transaction.ledgerTransaction.create({ data: { id, kind: "credit", sourceId, organizationId, createdAt: new Date(context.nowMs()) } });
  await transaction.ledgerEntry.createMany({ data: [{ transactionId: id, organizationId, account: "cash", amountNanoUsd }, { transactionId: id, organizationId, account: "customer_receivable", amountNanoUsd: -amountNanoUsd }] });
}

async function chargedOf(transaction: Transaction, organizationId: string): Promise<bigint> {
  const { _sum } = await transaction.usageRollup.aggregate({ where: { organizationId, mode: "live" }, _sum: { chargeNanoUsd: true } });
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
    listCredits: (actor: Actor, limit: number): Promise<CreditRecord[]> => context.tenant(actor, "usage.read", (transaction) =>
      transaction.creditEntry.findMany({ where: { organizationId: actor.organizationId }, orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: limit })),
    /** What the customer owes, posting by posting, oldest first, after the transaction `after`. */
    statement: (actor: Actor, { after, limit }: { readonly after: string; readonly limit: number }): Promise<StatementLine[]> => context.tenant(actor, "usage.read", (transaction) =>
      transaction.$queryRaw<StatementLine[]>`
        SELECT * FROM (
          SELECT t.id AS "transactionId", t.kind, t."sourceId", t."createdAt" AS at, e."amountNanoUsd",
            (sum(e."amountNanoUsd") OVER (ORDER BY t."createdAt", t.id))::bigint AS "balanceNanoUsd"
          FROM ledger_entry e JOIN ledger_transaction t ON t.id = e."transactionId"
          WHERE e."organizationId" = ${actor.organizationId} AND e.account = 'customer_receivable'
        ) line
        WHERE ${after} = '' OR (at, "transactionId") > (SELECT "createdAt", id FROM ledger_transaction WHERE id = ${after} AND "organizationId" = ${actor.organizationId})
        ORDER BY at, "transactionId" LIMIT ${limit}`),
    /** Remembers who the organization is to Stripe. A management key acts for the whole organization; a member needs the right. */
    linkCustomer: (actor: Actor, stripeCustomerId: string): Promise<void> => {
      assertMayPay(actor);
      return context.client.organization.updateMany({ where: { id: actor.organizationId, stripeCustomerId: null }, data: { stripeCustomerId } }).then(() => undefined);
    },
    assertMayPay,
  };
}

function assertMayPay(actor: Actor): void {
  if (actor.userId !== null && !roleMay(actor.role, "billing.manage")) throw new ForbiddenError("billing.manage");
}
