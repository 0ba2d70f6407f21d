/** Alert rules as input and output of every way to manage them. The secret of a webhook is made here, sealed, and shown once. */
import { randomBytes } from "node:crypto";
import { ALERT_KINDS, type AlertSettings } from "@trunkline/contracts";
import { UnprocessableError, type Actor, type AlertEventRecord, type AlertRuleRecord, type WebDb } from "@trunkline/db/web";
import { parseVersionedSecrets, seal } from "@trunkline/keys";
import { refuseAddress } from "@trunkline/outbound";
import { z } from "zod";
import { credentialEnv } from "../env.ts";
import { emailInput } from "./account-schema.ts";
import { usdInput } from "./money-view.ts";
import type { AlertEventView, AlertRuleView } from "./views.ts";

const NAME_LENGTH_MAX = 80;
const EMAILS_MAX = 10;
const URL_LENGTH_MAX = 500;
const THRESHOLDS_MAX = 5;
/** Standard Webhooks takes 24 to 64 bytes. */
const SECRET_BYTES = 32;

const settings = z.strictObject({
  percents: z.array(z.int().min(1).max(1_000)).min(1).max(THRESHOLDS_MAX).optional().describe("budget: the shares that are told, 50, 80 and 100 unless given"),
  budgetId: z.string().max(80).optional().describe("budget: this one only; absent: all of them"),
  percent: z.number().min(1).max(100).optional().describe("error_rate, provider_down: the failed share; 20 unless given"),
  minutes: z.int().min(1).max(1_440).optional().describe("error_rate, provider_down, latency: how far back; 10 unless given"),
  requestsMin: z.int().min(1).max(1_000_000).optional().describe("error_rate, provider_down, latency: fewer say nothing; 20 unless given"),
  factor: z.number().min(1.1).max(1_000).optional().describe("spend_anomaly: times the usual hour; 3 unless given"),
  spendUsdMin: usdInput.optional().describe("spend_anomaly: an hour below it is none; 1 USD unless given"),
  milliseconds: z.int().min(1).max(600_000).optional().describe("latency: the 95th percentile of the time to the first token; 5000 unless given"),
  balanceUsdMin: usdInput.optional().describe("low_balance: the credit below which it speaks; 10 USD unless given"),
});
const name = z.string().trim().min(1).max(NAME_LENGTH_MAX);
const emails = z.array(emailInput).max(EMAILS_MAX);
export const newAlertInput = z.strictObject({ name, kind: z.enum(ALERT_KINDS), settings: settings.default({}), emails: emails.default([]), webhookUrl: z.url().max(URL_LENGTH_MAX).nullable().default(null) });
export const alertChangeInput = z.strictObject({ name: name.optional(), settings: settings.optional(), emails: emails.optional(), enabled: z.boolean().optional(), snoozedUntil: z.iso.datetime({ offset: true }).nullable().optional().describe("Not looked at before then; null ends it") });
export type NewAlertInput = z.output<typeof newAlertInput>;
export type AlertChangeInput = z.output<typeof alertChangeInput>;

/** Absent fields stay absent: the defaults are the worker's. */
function stored({ spendUsdMin, balanceUsdMin, ...given }: z.output<typeof settings>): AlertSettings {
  return { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), ...(spendUsdMin === undefined ? {} : { spendNanoUsdMin: spendUsdMin.toString() }), ...(balanceUsdMin === undefined ? {} : { balanceNanoUsdMin: balanceUsdMin.toString() }) } as AlertSettings;
}

export const toAlertView = ({ createdAt, snoozedUntil, ...row }: AlertRuleRecord): AlertRuleView => ({ ...row, emails: [...row.emails], snoozedUntil: snoozedUntil?.toISOString() ?? null, createdAt: createdAt.toISOString() });
export const toAlertEventView = ({ firedAt, resolvedAt, deliveries, ...row }: AlertEventRecord): AlertEventView => ({
  ...row, firedAt: firedAt.toISOString(), resolvedAt: resolvedAt?.toISOString() ?? null, deliveries: deliveries.map((one) => ({ ...one, sentAt: one.sentAt?.toISOString() ?? null })),
});

function assertWebhook(url: string): void {
  try {
    refuseAddress(url, { allowPrivate: credentialEnv().OUTBOUND_PRIVATE_ADDRESSES === "allow" });
  } catch (error) {
    throw new UnprocessableError(`The webhook cannot be used: ${error instanceof Error ? error.message : "its address is refused"}.`);
  }
}

export interface CreatedAlert { readonly alert: AlertRuleView; /** Of the webhook; shown this once. */ readonly webhookSecret: string | null }

/** Throws UnprocessableError for a rule that would tell nobody, or a webhook that cannot be reached safely. */
export async function createAlert(db: WebDb, actor: Actor, { settings: given, webhookUrl, ...rule }: NewAlertInput): Promise<CreatedAlert> {
  if (rule.emails.length === 0 && webhookUrl === null) throw new UnprocessableError("An alert needs an e-mail address or a webhook to tell.");
  const base = { ...rule, settings: stored(given), webhookUrl };
  if (webhookUrl === null) return { alert: toAlertView(await db.alerts.create(actor, { ...base, seal: null })), webhookSecret: null };
  assertWebhook(webhookUrl);
  const keks = credentialEnv().ENCRYPTION_KEYS;
  if (keks === undefined) throw new UnprocessableError("This installation cannot sign webhooks: ENCRYPTION_KEYS is not set. Ask the operator.");
  const webhookSecret = `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
  const row = await db.alerts.create(actor, { ...base, seal: (binding) => seal(webhookSecret, binding, parseVersionedSecrets(keks)) });
  return { alert: toAlertView(row), webhookSecret };
}

export async function changeAlert(db: WebDb, actor: Actor, { id, change }: { readonly id: string; readonly change: AlertChangeInput }): Promise<AlertRuleView> {
  const { name, settings: given, emails, enabled, snoozedUntil } = change;
  return toAlertView(await db.alerts.update(actor, id, { ...(name === undefined ? {} : { name }), ...(given === undefined ? {} : { settings: stored(given) }), ...(emails === undefined ? {} : { emails }), ...(enabled === undefined ? {} : { enabled }), ...(snoozedUntil === undefined ? {} : { snoozedUntil: snoozedUntil === null ? null : new Date(snoozedUntil) }) }));
}
