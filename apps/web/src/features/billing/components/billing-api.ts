/** The billing resources of the management API, asked with the session: the page shows what a program would read. */
export interface PlanView { readonly id: string; readonly name: string; readonly monthlyUsd: string; readonly requestsPerMinute: number; readonly logRetentionDays: number; readonly seats: number; readonly features: readonly string[] }
export interface BillingView { readonly plan: PlanView; readonly mode: string; readonly state: string; readonly credits: { readonly granted_usd: string; readonly charged_usd: string; readonly balance_usd: string | null } }
export interface CreditRow { readonly id: string; readonly kind: string; readonly source: string; readonly amount_usd: string; readonly created_at: string }
export interface InvoiceRow { readonly id: string; readonly number: string | null; readonly status: string | null; readonly total_usd: string; readonly paid_usd: string; readonly created_at: string; readonly url: string | null }
export interface StatementRow { readonly transaction: string; readonly kind: string; readonly at: string; readonly amount_usd: string; readonly balance_usd: string }
export interface TopUpRow { readonly id: string; readonly amount_usd: string; readonly state: string; readonly error: string | null; readonly pay_url: string | null; readonly created_at: string }
export interface AutoTopUpView { readonly enabled: boolean; readonly card_kept: boolean; readonly threshold_usd: string | null; readonly amount_usd: string | null; readonly monthly_cap_usd: string | null; readonly failures: number; readonly recent: readonly TopUpRow[] }
export interface CreditNoteRow { readonly id: string; readonly amount_usd: string; readonly requests: number; readonly reason: string; readonly state: string; readonly settled_by: string | null; readonly created_at: string }
export interface TaxIdRow { readonly id: string; readonly type: string; readonly value: string; readonly verification: string | null }
export interface GapRow { readonly class: string; readonly amount: string; readonly events: number; readonly resendable: number }
export interface MeterReconciliation { readonly meter: string; readonly unit: string; readonly agrees: boolean; readonly told: string; readonly stripe: string; readonly error_bar: string; readonly gaps: readonly GapRow[] }
export interface ReconciliationView { readonly compared_at: string; readonly meters: readonly MeterReconciliation[] }
export interface KeptComparison { readonly meter: string; readonly unit: string; readonly kind: string; readonly confirmed: boolean; readonly told: string; readonly in_doubt: string; readonly stripe: string; readonly compared_at: string }
export interface ProviderDay { readonly provider: string; readonly day: string; readonly state: string; readonly booked_usd: string; readonly billed_usd: string; readonly error_bar_usd: string; readonly compared_at: string; readonly gaps: readonly { readonly class: string; readonly amount_usd: string; readonly attempts: number }[] }
export interface SettledEstimate { readonly id: string; readonly provider: string; readonly model: string; readonly day: string; readonly attempts: number; readonly estimated_usd: string; readonly off_by_usd: string }
export interface MarginRow { readonly organization: string; readonly name: string; readonly plan: string; readonly charged_usd: string; readonly plan_fees_usd: string; readonly provider_cost_usd: string; readonly absorbed_usd: string; readonly margin_usd: string; readonly margin_share: number | null }
export interface List<Row> { readonly data: readonly Row[] }

const UNREACHABLE = "The server did not answer. Check your connection, then try again.";

/** Throws an Error whose message can be shown. */
export async function billing<Answer>(organization: string, path: string, body?: object, method: "POST" | "PATCH" | "DELETE" = "POST"): Promise<Answer> {
  const answer = await fetch(`/api/v1/billing${path}`, {
    headers: { "x-trunkline-organization": organization, "content-type": "application/json" }, ...(body === undefined ? {} : { method, body: JSON.stringify(body) }),
  }).catch(() => null);
  const parsed = (await answer?.json().catch(() => null)) as (Answer & { detail?: string; title?: string }) | null | undefined;
  if (answer?.ok && parsed) return parsed;
  throw new Error(parsed?.detail ?? parsed?.title ?? UNREACHABLE);
}
