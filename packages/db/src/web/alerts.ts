/** Alert rules and their history. The worker finds and delivers; here they are set, seen and tried out. */
import type { AlertKind, AlertSettings } from "@trunkline/contracts";
import type { CredentialBinding } from "@trunkline/keys";
import type { Prisma } from "../../generated/client.ts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { NotFoundError, UnprocessableError } from "./errors.ts";

export interface AlertRuleRecord { readonly id: string; readonly name: string; readonly kind: AlertKind; readonly settings: AlertSettings; readonly emails: readonly string[]; readonly webhookUrl: string | null; readonly enabled: boolean; /** Not looked at before then. */ readonly snoozedUntil: Date | null; readonly createdAt: Date; readonly firing: number }
export interface AlertDeliveryRecord { readonly channel: "email" | "webhook"; readonly target: string; readonly state: "pending" | "sent" | "failed"; readonly attempts: number; readonly sentAt: Date | null; readonly lastError: string | null }
export interface AlertEventRecord { readonly id: string; readonly ruleId: string; readonly ruleName: string; readonly kind: AlertKind; readonly summary: string; readonly details: unknown; readonly test: boolean; readonly firedAt: Date; readonly resolvedAt: Date | null; readonly deliveries: readonly AlertDeliveryRecord[] }
export interface NewAlertRule {
  readonly name: string; readonly kind: AlertKind; readonly settings: AlertSettings; readonly emails: readonly string[]; readonly webhookUrl: string | null;
  /** Seals the webhook's secret; null without a webhook. */
  readonly seal: ((binding: CredentialBinding) => string) | null;
}
export interface AlertRuleChange { readonly name?: string; readonly settings?: AlertSettings; readonly emails?: readonly string[]; readonly enabled?: boolean; readonly snoozedUntil?: Date | null }

/** Each is looked at once a minute. */
const RULES_MAX = 50;
const shown = { id: true, name: true, kind: true, settings: true, emails: true, webhookUrl: true, enabled: true, snoozedUntil: true, createdAt: true } as const;

type RuleRow = Omit<AlertRuleRecord, "kind" | "settings" | "firing"> & { kind: string; settings: unknown; _count: { events: number } };
/** `kind` and `settings` are written only through checked input. */
const toRule = ({ _count, ...row }: RuleRow): AlertRuleRecord => ({ ...row, kind: row.kind as AlertKind, settings: row.settings as AlertSettings, firing: _count.events });
const openEvents = { _count: { select: { events: { where: { resolvedAt: null, test: false } } } } } as const;
const json = (settings: AlertSettings): Prisma.InputJsonObject => ({ ...settings }) as Prisma.InputJsonObject;

export function createAlerts(context: StoreContext) {
  const find = async (transaction: Transaction, organizationId: string, id: string): Promise<AlertRuleRecord> => {
    const row = await transaction.alertRule.findFirst({ where: { id, organizationId }, select: { ...shown, ...openEvents } });
    if (!row) throw new NotFoundError("alert");
    return toRule(row);
  };
  return {
    list: (actor: Actor): Promise<AlertRuleRecord[]> => context.tenant(actor, "resources.read", async (transaction) =>
      (await transaction.alertRule.findMany({ where: { organizationId: actor.organizationId }, orderBy: { createdAt: "asc" }, select: { ...shown, ...openEvents } })).map(toRule)),
    /** Newest first. */
    history: (actor: Actor, limit: number): Promise<AlertEventRecord[]> => context.tenant(actor, "resources.read", async (transaction) => {
      const rows = await transaction.alertEvent.findMany({ where: { organizationId: actor.organizationId }, orderBy: { firedAt: "desc" }, take: limit, include: { rule: { select: { name: true } }, deliveries: { select: { channel: true, target: true, state: true, attempts: true, sentAt: true, lastError: true } } } });
      return rows.map(({ rule, organizationId: _organizationId, subject: _subject, ...row }) => ({ ...row, ruleName: rule.name, kind: row.kind as AlertKind, deliveries: row.deliveries.map((one) => ({ ...one, channel: one.channel as "email" | "webhook", state: one.state as AlertDeliveryRecord["state"] })) }));
    }),
    create: (actor: Actor, { seal, ...rule }: NewAlertRule): Promise<AlertRuleRecord> => context.tenant(actor, "alerts.manage", async (transaction) => {
      const { organizationId } = actor;
      if (await transaction.alertRule.count({ where: { organizationId } }) >= RULES_MAX) throw new UnprocessableError(`An organization has at most ${RULES_MAX} alerts. Remove one first.`);
      const id = context.newId("alr");
      const webhookSecret = seal && rule.webhookUrl !== null ? seal({ organizationId, credentialId: id, provider: "webhook", baseUrl: rule.webhookUrl, version: 1 }) : null;
      await transaction.alertRule.create({ data: { id, organizationId, createdBy: actor.userId, ...rule, emails: [...rule.emails], settings: json(rule.settings), webhookSecret } });
      await recordAudit(transaction, actor, { action: "alert.create", subject: id });
      return find(transaction, organizationId, id);
    }),
    update: (actor: Actor, id: string, { settings, emails, ...change }: AlertRuleChange): Promise<AlertRuleRecord> => context.tenant(actor, "alerts.manage", async (transaction) => {
      await transaction.alertRule.updateMany({ where: { id, organizationId: actor.organizationId }, data: { ...change, ...(settings ? { settings: json(settings) } : {}), ...(emails ? { emails: [...emails] } : {}) } });
      const rule = await find(transaction, actor.organizationId, id);
      await recordAudit(transaction, actor, { action: "alert.update", subject: id });
      return rule;
    }),
    remove: (actor: Actor, id: string): Promise<AlertRuleRecord> => context.tenant(actor, "alerts.manage", async (transaction) => {
      const rule = await find(transaction, actor.organizationId, id);
      await transaction.alertRule.deleteMany({ where: { id, organizationId: actor.organizationId } });
      await recordAudit(transaction, actor, { action: "alert.remove", subject: `${id} ${rule.name}` });
      return rule;
    }),
    /** An event that says it is a test, to every target of the rule; the worker sends it within seconds. */
    sendTest: (actor: Actor, id: string): Promise<{ readonly event: string }> => context.tenant(actor, "alerts.manage", async (transaction) => {
      const rule = await find(transaction, actor.organizationId, id);
      const { organizationId } = actor;
      const firedAt = new Date(context.nowMs());
      const event = context.newId("ale");
      await transaction.alertEvent.create({ data: { id: event, organizationId, ruleId: id, kind: rule.kind, subject: `test:${event}`, summary: `This is a test of the alert "${rule.name}". Nothing is wrong.`, details: {}, test: true, firedAt, resolvedAt: firedAt } });
      const targets = [...rule.emails.map((target) => ({ channel: "email", target })), ...(rule.webhookUrl === null ? [] : [{ channel: "webhook", target: rule.webhookUrl }])];
      await transaction.alertDelivery.createMany({ data: targets.map((target) => ({ id: context.newId("ald"), organizationId, eventId: event, state: "pending", attempts: 0, nextAttemptAt: firedAt, ...target })) });
      return { event };
    }),
  };
}
