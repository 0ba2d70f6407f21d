/**
 * What each customer brings and costs the installation: for who operates it, and nobody else. Decides what counts as revenue (charges, and what invoices of a
 * subscription ask beyond them) and as cost (what providers bill, estimates as they were settled); tells of money alone, never of what was asked.
 */
import { assertMay, type Actor } from "./actor.ts";
import type { StoreContext } from "./context.ts";

/** `feesNanoUsd`: of plans, as Stripe invoiced them, with their rounding to cents. `absorbedNanoUsd` is a part of the cost. */
export interface MarginRow {
  readonly organizationId: string; readonly name: string; readonly plan: string; readonly requests: bigint;
  readonly chargedNanoUsd: bigint; readonly feesNanoUsd: bigint; readonly costNanoUsd: bigint; readonly absorbedNanoUsd: bigint; readonly marginNanoUsd: bigint;
}
export interface MarginQuery { readonly operator: string | null; readonly from: Date; readonly to: Date; readonly limit: number }

export function createMargins({ client }: Pick<StoreContext, "client">) {
  return {
    /** Those that lose most come first. null for whoever is not of the organization that operates the installation. Days are each customer's own. */
    async list(actor: Actor, { operator, from, to, limit }: MarginQuery): Promise<MarginRow[] | null> {
      assertMay(actor, "usage.read");
      if (operator === null || actor.organizationId !== operator) return null;
      return client.$queryRaw<MarginRow[]>`
        WITH used AS (
          SELECT "organizationId", sum(requests) AS requests, sum("chargeNanoUsd") AS charged, sum("costNanoUsd") AS cost, sum("absorbedNanoUsd") AS absorbed FROM usage_rollup_day WHERE mode = 'live' AND bucket >= ${from} AND bucket < ${to} GROUP BY 1
        ), fees AS (
          SELECT "organizationId", sum("extraNanoUsd") AS fees FROM stripe_invoice WHERE status <> 'void' AND "createdAt" >= ${from} AND "createdAt" < ${to} GROUP BY 1
        ), settled AS (
          SELECT "organizationId", sum("deltaNanoUsd") AS settled FROM estimate_settlement WHERE day >= ${from}::date AND day < ${to}::date GROUP BY 1
        )
        SELECT o.id AS "organizationId", o.name, coalesce(a.plan, 'free') AS plan, coalesce(u.requests, 0)::bigint AS requests, coalesce(u.charged, 0)::bigint AS "chargedNanoUsd", coalesce(f.fees, 0)::bigint AS "feesNanoUsd",
          (coalesce(u.cost, 0) + coalesce(s.settled, 0))::bigint AS "costNanoUsd", (coalesce(u.absorbed, 0) + coalesce(s.settled, 0))::bigint AS "absorbedNanoUsd",
          (coalesce(u.charged, 0) + coalesce(f.fees, 0) - coalesce(u.cost, 0) - coalesce(s.settled, 0))::bigint AS "marginNanoUsd"
        FROM organization o LEFT JOIN used u ON u."organizationId" = o.id LEFT JOIN fees f ON f."organizationId" = o.id LEFT JOIN settled s ON s."organizationId" = o.id LEFT JOIN billing_account a ON a."organizationId" = o.id
        WHERE u.requests IS NOT NULL OR f.fees IS NOT NULL OR s.settled IS NOT NULL ORDER BY "marginNanoUsd", o.id LIMIT ${limit}`;
    },
  };
}
