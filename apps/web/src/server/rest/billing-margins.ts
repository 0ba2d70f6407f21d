/** What each customer brings and costs, for who operates the installation. Money is decimal text of US dollars. */
import type { MarginRow } from "@trunkline/db/web";
import { z } from "zod";
import { webEnv } from "../../env.ts";
import { shareOf, usd } from "../money-view.ts";
import { list, operation, type Operation } from "./operation.ts";

const DAYS_30_MS = 30 * 86_400_000;
const ROWS_MAX = 1_000;
const ROWS_DEFAULT = 100;
const instant = z.union([z.iso.datetime({ offset: true }), z.iso.date()], "must be a date such as 2026-03-01, or a time such as 2026-03-01T12:00:00Z");

function marginView({ organizationId, name, plan, requests, chargedNanoUsd, feesNanoUsd, costNanoUsd, absorbedNanoUsd, marginNanoUsd }: MarginRow) {
  const revenue = chargedNanoUsd + feesNanoUsd;
  return {
    object: "margin", organization: organizationId, name, plan, requests: Number(requests), charged_usd: usd(chargedNanoUsd), plan_fees_usd: usd(feesNanoUsd), revenue_usd: usd(revenue), provider_cost_usd: usd(costNanoUsd), absorbed_usd: usd(absorbedNanoUsd),
    margin_usd: usd(marginNanoUsd), margin_share: revenue > 0n ? shareOf(marginNanoUsd, revenue) : null,
  };
}

export const MARGIN_OPERATIONS: readonly Operation[] = [
  operation({
    method: "GET", path: "/billing/margins", id: "listMargins", summary: "Gross margin by customer, for members of the organization that operates the installation (`operates`): charges and plan fees less what providers bill; the last 30 days unless told, those that lose most first", status: 200, body: null,
    query: z.object({ from: instant.optional(), to: instant.optional(), limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(ROWS_DEFAULT) }),
    handle: async ({ db, actor, query, nowMs }) => {
      const [from, to] = [new Date(query.from ?? nowMs - DAYS_30_MS), new Date(query.to ?? nowMs)];
      const rows = await db.margins.list(actor, { operator: webEnv().OPERATOR_ORGANIZATION ?? null, from, to, limit: query.limit });
      return list((rows ?? []).map(marginView), { operates: rows !== null, from: from.toISOString(), to: to.toISOString() });
    },
  }),
];
