// Tells somebody, by e-mail or by a signed webhook. Promises that each delivery is tried a bounded number of times, ever later, and that a
// webhook reaches public addresses only. At least once: a receiver tells repeats apart by `webhook-id`.
import { createHmac } from "node:crypto";
import type { AlertMessage } from "@trunkline/contracts";
import type { AlertQueries, ClaimedDelivery } from "@trunkline/db/worker";
import { open, type VersionedSecrets } from "@trunkline/keys";
import { requestOnce, type AddressRules } from "@trunkline/outbound";
import type { Mail } from "./send-mail.ts";

export interface DeliverPorts {
  readonly db: Pick<AlertQueries, "claimDeliveries" | "markDelivered" | "markUndelivered">;
  readonly sendMail: (mail: Mail) => Promise<void>;
  /** Null: webhooks cannot be signed here, and are not sent. */
  readonly encryptionKeys: VersionedSecrets | null;
  readonly addressRules: AddressRules;
  readonly publicWebUrl: string | null;
  readonly clock: () => number;
  onUndelivered(delivery: ClaimedDelivery, reason: string, final: boolean): void;
}

/** A tick's worth: what is left comes with the next. */
const DELIVERIES_MAX = 50;
/** Longer than every try of a tick takes together. */
const CLAIM_MS = 10 * 60_000;
const WEBHOOK_TIMEOUT_MS = 10_000;
/** After the first try: half a minute to four hours, five and a half hours in all; then it is given up. */
export const RETRY_MS = [30_000, 120_000, 600_000, 3_600_000, 14_400_000] as const;
const ERROR_CHARACTERS_MAX = 300;
/** Of Standard Webhooks: the receiver's secret in base64, behind this. */
export const SECRET_PREFIX = "whsec_";

/** Sends what is due. Never rejects for what a receiver does. */
export async function deliverAlerts(ports: DeliverPorts): Promise<void> {
  const claimed = await ports.db.claimDeliveries({ limit: DELIVERIES_MAX, claimMs: CLAIM_MS, nowMs: ports.clock() });
  await Promise.all(claimed.map((delivery) => deliverOne(delivery, ports)));
}

async function deliverOne(delivery: ClaimedDelivery, ports: DeliverPorts): Promise<void> {
  try {
    await (delivery.channel === "email" ? ports.sendMail(mailOf(delivery, ports.publicWebUrl)) : postWebhook(delivery, ports));
    await ports.db.markDelivered(delivery.id, ports.clock());
  } catch (error) {
    const reason = reasonOf(error);
    const waitMs = RETRY_MS[delivery.attempts - 1];
    await ports.db.markUndelivered(delivery.id, { error: reason, nextAttemptAtMs: waitMs === undefined ? null : ports.clock() + waitMs });
    ports.onUndelivered(delivery, reason, waitMs === undefined);
  }
}

/** For the history: what the receiver's owner can mend. No address, no secret. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? `${error.code}: ` : "";
  return `${code}${error instanceof Error ? error.message : "unknown cause"}`.slice(0, ERROR_CHARACTERS_MAX);
}

const typeOf = ({ test, kind }: ClaimedDelivery): AlertMessage["type"] => (test ? "alert.test" : `alert.${kind}`);

/** The signature of Standard Webhooks: `v1,` and the HMAC-SHA256 of id, time in seconds and body, in base64. */
export function signWebhook({ id, timestamp, body }: { readonly id: string; readonly timestamp: number; readonly body: string }, secret: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

/** Slack's incoming webhooks, and whoever offers the same form at an address that ends so (Discord). https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
function takesSlackForm(target: string): boolean {
  const { hostname, pathname } = new URL(target);
  return hostname === "hooks.slack.com" || pathname.endsWith("/slack");
}
const SLACK_MARKS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const slackText = (text: string): string => text.replaceAll(/[&<>]/g, (mark) => SLACK_MARKS[mark] ?? mark);
const slackForm = ({ test, ruleName, summary }: ClaimedDelivery) => ({ text: `*${test ? "Test: " : ""}${slackText(ruleName)}*\n${slackText(summary)}` });

async function postWebhook(delivery: ClaimedDelivery, { encryptionKeys, addressRules, clock }: DeliverPorts): Promise<void> {
  if (encryptionKeys === null || delivery.sealedSecret === null) throw new Error("the worker cannot sign webhooks: ENCRYPTION_KEYS is not set there");
  const secret = open(delivery.sealedSecret, { organizationId: delivery.organizationId, credentialId: delivery.ruleId, provider: "webhook", baseUrl: delivery.target, version: 1 }, encryptionKeys);
  const message: AlertMessage = {
    type: typeOf(delivery), timestamp: new Date(delivery.firedAtMs).toISOString(),
    data: { event: delivery.eventId, rule: { id: delivery.ruleId, name: delivery.ruleName, kind: delivery.kind }, organization: delivery.organizationId, summary: delivery.summary, details: delivery.details },
  };
  const body = JSON.stringify(takesSlackForm(delivery.target) ? slackForm(delivery) : message);
  const timestamp = Math.floor(clock() / 1000);
  const headers = { "content-type": "application/json", "user-agent": "Trunkline-Alerts/1", "webhook-id": delivery.id, "webhook-timestamp": String(timestamp), "webhook-signature": signWebhook({ id: delivery.id, timestamp, body }, secret) };
  const { status } = await requestOnce({ method: "POST", url: delivery.target, headers, body, timeoutMs: WEBHOOK_TIMEOUT_MS }, addressRules);
  if (status < 200 || status >= 300) throw new Error(`the receiver answered ${status}`);
}

function mailOf(delivery: ClaimedDelivery, publicWebUrl: string | null): Mail {
  const where = publicWebUrl === null ? "" : `\n\nThe history is in the dashboard under Alerts: ${publicWebUrl}`;
  return {
    to: delivery.target, subject: `[Trunkline] ${delivery.test ? "Test: " : ""}${delivery.ruleName}`,
    text: `${delivery.summary}\n\nRule: ${delivery.ruleName}\nSince: ${new Date(delivery.firedAtMs).toISOString()}\nEvent: ${delivery.eventId}${where}\n`,
  };
}
