/** Answers about usage, requests, receipts, the audit log and money. */
import { z } from "zod";
import { count, listOf, mode, money, ms, time } from "./parts.ts";

const sums = {
  requests: count, failed: count, rescued: count.describe("Answered by another candidate than the first"), attempts: count, cost_usd: money, provider_cost_usd: money, absorbed_usd: money.describe("What providers bill beyond what is charged"),
  input_tokens: count, cache_read_tokens: count, cache_write_tokens: count, output_tokens: count, reasoning_tokens: count, avg_ttft_ms: ms,
};
/** Each row names its group under the dimension's own name, and that of the second level too. */
const usage = listOf(z.looseObject({ label: z.string(), then_label: z.string().optional(), ...sums }), { mode, group_by: z.string(), from: time, to: time, totals: z.strictObject(sums) });

const logged = z.strictObject({
  id: z.string(), createdAt: time, status: z.enum(["ok", "rescued", "failed", "cancelled", "partial"]), httpStatus: z.int(), errorCode: z.string().nullable(), errorMessage: z.string().nullable(), requestedModel: z.string(), model: z.string().nullable(), provider: z.string().nullable(), preset: z.string().nullable(),
  keyName: z.string(), streaming: z.boolean(), durationMs: z.number(), timeToFirstTokenMs: ms, inputTokens: count, cacheReadTokens: count, cacheWriteTokens: count, outputTokens: count, reasoningTokens: count, costUsd: money, attempts: count, estimated: z.boolean(),
});
const attempt = z.strictObject({ attempt: z.int(), provider: z.string(), model: z.string(), upstreamModel: z.string(), status: z.int().nullable(), failureClass: z.string().nullable(), message: z.string().nullable(), startedAtMs: z.number(), durationMs: z.number(), timeToFirstTokenMs: ms, costUsd: money, drill: z.enum(["failed", "spared"]).optional() });
const request = logged.extend({
  inboundApi: z.string(), finishReason: z.string().nullable(), presetVersion: z.int().nullable(), endUser: z.string().nullable(), sessionId: z.string().nullable(), metadata: z.record(z.string(), z.string()), losses: z.array(z.string()), attemptList: z.array(attempt),
  costLines: z.array(z.strictObject({ label: z.string(), tokens: count, usdPerMillion: money, costUsd: money })), priceVersionId: z.string().nullable(),
  ownSpendUsd: money.nullable().describe("What the provider bills the organization for a call on its own key"), ownKeyFeeUsd: money.nullable(), absorbedUsd: money.nullable(), decision: z.unknown().describe("The routing decision, as `/v1/route/explain` tells it"),
});
const publicKey = z.strictObject({ kid: z.string(), kty: z.literal("OKP"), crv: z.literal("Ed25519"), alg: z.literal("EdDSA"), use: z.literal("sig"), x: z.string() });
const receipt = z.strictObject({ receipt: z.record(z.string(), z.unknown()), hash: z.string().describe("SHA-256 of the canonical bytes, in hex"), signature: z.string().describe("Ed25519 over the canonical bytes, in base64url") });
const audit = z.strictObject({ id: z.string(), organizationId: z.string(), actor: z.string(), action: z.string(), subject: z.string(), address: z.string().nullable(), createdAt: time });

const plan = z.strictObject({ id: z.enum(["free", "pro", "scale"]), name: z.string(), monthlyUsd: money, requestsPerMinute: count, logRetentionDays: count, seats: count, ownKeyFeeBasisPoints: count.describe("Hundredths of a per cent of the list price of a call on an own key"), features: z.array(z.string()) });
const credits = { granted_usd: money, charged_usd: money, balance_usd: money.nullable() };
const topUp = z.strictObject({
  object: z.literal("auto_top_up"), enabled: z.boolean(), card_kept: z.boolean(), threshold_usd: money.nullable(), amount_usd: money.nullable(), monthly_cap_usd: money.nullable(), failures: count, retry_at: time.nullable(),
  recent: z.array(z.strictObject({ id: z.string(), amount_usd: money, state: z.string(), error: z.string().nullable(), pay_url: z.string().nullable(), created_at: time })),
});
const taxId = z.strictObject({ id: z.string(), type: z.string(), value: z.string(), verification: z.string().nullable() });
const page = z.strictObject({ url: z.string().describe("A hosted page to visit") });

const meter = z.enum(["spend", "requests"]);
const unit = z.enum(["usd", "requests"]);
const amount = z.string().describe("In the meter's unit");
const gap = z.strictObject({ class: z.enum(["missing", "duplicate", "mispriced", "aborted", "in_flight"]), amount, events: count, resendable: count });
const reconciliation = z.strictObject({ object: z.literal("reconciliation"), compared_at: time, since: time, meters: z.array(z.strictObject({ meter, unit, agrees: z.boolean(), told: amount, stripe: amount, error_bar: amount, gaps: z.array(gap) })) });
const comparison = z.strictObject({ object: z.literal("comparison"), meter, unit, kind: z.string(), confirmed: z.boolean(), told: amount, in_doubt: amount, stripe: amount, compared_at: time });
const providerDay = z.strictObject({ object: z.literal("provider_day"), provider: z.string(), day: z.iso.date(), state: z.string(), booked_usd: money, billed_usd: money, error_bar_usd: money, compared_at: time, gaps: z.array(z.strictObject({ class: z.string(), amount_usd: money, attempts: count })) });
const settled = z.strictObject({ object: z.literal("settled_estimate"), id: z.string(), provider: z.string(), model: z.string(), day: z.iso.date(), attempts: count, estimated_usd: money, off_by_usd: money, settled_at: time });
const margin = z.strictObject({ object: z.literal("margin"), organization: z.string(), name: z.string(), plan: z.string(), requests: count, charged_usd: money, plan_fees_usd: money, revenue_usd: money, provider_cost_usd: money, absorbed_usd: money, margin_usd: money, margin_share: z.number().nullable() });
const operates = z.boolean().describe("Whether the caller's organization operates the installation; others get no rows");

export const BOOK_ANSWERS: Readonly<Record<string, z.ZodType>> = {
  getUsage: usage, listRequests: listOf(logged, { mode }), getRequest: request, listReceipts: listOf(receipt, { keys: z.array(publicKey) }), listAudit: listOf(audit),
  getBilling: z.strictObject({ object: z.literal("billing"), plan, mode: z.string(), state: z.string(), credits: z.strictObject(credits) }), getPlan: plan, listPlans: listOf(plan),
  getCredits: listOf(z.strictObject({ id: z.string(), kind: z.string(), source: z.string().nullable(), amount_usd: money, created_at: time }), credits), buyCredits: page, refundCredit: z.strictObject({ object: z.literal("refund"), credit: z.string(), amount_usd: money }),
  getStatement: listOf(z.strictObject({ transaction: z.string(), kind: z.string(), source: z.string().nullable(), at: time, amount_usd: money, own_key_fee_usd: money, balance_usd: money })),
  listInvoices: listOf(z.strictObject({ id: z.string(), number: z.string().nullable(), status: z.string().nullable(), total_usd: money, paid_usd: money, tax_ids: z.array(z.unknown()), created_at: time, url: z.string().nullable() })),
  subscribe: page, openPortal: page, getAutoTopUp: topUp, setAutoTopUp: topUp, listTaxIds: listOf(taxId), addTaxId: taxId, removeTaxId: z.strictObject({ id: z.string(), deleted: z.literal(true) }),
  listCreditNotes: listOf(z.strictObject({ id: z.string(), amount_usd: money, requests: count, reason: z.string(), state: z.string(), settled_by: z.string().nullable(), created_at: time })),
  listCreditNoteLines: listOf(z.strictObject({ request: z.string(), transaction: z.string(), difference_usd: money, charge_usd: money })),
  getReconciliation: reconciliation, resendMissing: z.strictObject({ object: z.literal("resend"), meter, events: count }), listReconciliations: listOf(comparison), listProviderDays: listOf(providerDay, { operates }), listSettledEstimates: listOf(settled),
  listMargins: listOf(margin, { operates, from: time, to: time }),
};
