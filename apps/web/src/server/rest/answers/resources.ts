/** Answers about organizations, members, keys, presets with their trials, budgets, provider keys and alerts. */
import { ALERT_KINDS, BUDGET_ACTIONS, BUDGET_PERIODS, BUDGET_SCOPES, guardrailsSchema, presetDocumentSchema, ROLES, WEEKDAYS } from "@trunkline/contracts";
import { z } from "zod";
import { count, limit, listOf, mode, money, ms, time } from "./parts.ts";

const limits = { rpmLimit: limit.describe("Requests a minute"), tpmLimit: limit.describe("Tokens a minute"), concurrencyLimit: limit.describe("Calls at a time") };
const organization = z.strictObject({ id: z.string(), slug: z.string(), name: z.string(), timeZone: z.string(), ...limits, responseRetentionDays: count.describe("Days for which answers of the Responses API are kept; 0: never"), createdAt: time });
const project = z.strictObject({ id: z.string(), slug: z.string(), name: z.string(), ...limits, promptPercent: z.number().describe("Share of requests whose prompt and answer are stored"), promptRetentionDays: count, promptPatterns: z.array(z.string()), promptsSince: time.nullable(), guardrails: guardrailsSchema, createdAt: time });
const member = z.strictObject({ userId: z.string(), email: z.string(), name: z.string().nullable(), role: z.enum(ROLES), createdAt: time });
const listedMember = member.extend({ keys: count.describe("Keys of theirs that still work") });

const key = z.strictObject({
  id: z.string(), kind: z.enum(["live", "test", "mgmt"]), name: z.string(), keyId: z.string().describe("The part of the key that may be shown"), lastFour: z.string(), createdAt: time, lastUsedAt: time.nullable(), expiresAt: time.nullable(), revokedAt: time.nullable(),
  ...limits, browserOrigins: z.array(z.string()).describe("Pages that may use it"), allowedModels: z.array(z.string()).describe("Empty: every model"),
  owner: z.strictObject({ userId: z.string(), email: z.string().nullable().describe("null: somebody who left"), name: z.string().nullable() }).nullable().describe("null: a service key"),
  budget: z.strictObject({ id: z.string(), period: z.enum(BUDGET_PERIODS), limitUsd: money, spentUsd: money, percent: z.number() }).nullable(), spendUsd30d: money, requests30d: count,
});
const secret = z.string().describe("Shown this once");

const canary = z.strictObject({ version: z.int(), baseVersion: z.int(), percent: z.number(), by: z.enum(["session", "user", "request"]), startedAt: time, startedBy: z.string().nullable(), endedAt: time.nullable().describe("null: it runs"), outcome: z.enum(["promoted", "aborted", "aborted_automatically", "replaced"]).nullable(), reason: z.string().nullable() });
const shadow = z.looseObject({ version: z.int().nullable(), model: z.string().nullable().describe("Copied to in place of a version"), baseVersion: z.int(), percent: z.number(), startedAt: time, startedBy: z.string().nullable(), endedAt: time.nullable() });
const version = z.strictObject({ version: z.int(), document: presetDocumentSchema, comment: z.string(), createdAt: time });
const preset = z.strictObject({ slug: z.string(), name: z.string(), builtIn: z.boolean(), draft: presetDocumentSchema.nullable(), published: version.nullable(), versions: z.array(version.extend({ createdBy: z.string().nullable() })), canary: canary.nullable(), shadow: shadow.nullable() });
const builtIn = z.strictObject({ slug: z.string(), version: z.int(), document: presetDocumentSchema }).loose();
const arm = z.strictObject({ version: z.int(), requests: count, judged: count.describe("Those whose outcome says something of the version"), failed: count, costUsd: money, costPerAnsweredUsd: money.nullable(), ttftP50Ms: ms, ttftP95Ms: ms, durationP50Ms: ms, durationP95Ms: ms });

const drill = z.looseObject({ id: z.string(), preset: z.string(), provider: z.string(), percent: z.number(), mode, state: z.enum(["waiting", "running", "over", "stopped"]), startsAt: time, endsAt: time, endedAt: time.nullable(), startedBy: z.string().nullable(), scheduled: z.boolean().describe("Ordered by a weekly schedule") });
const drillSchedule = z.strictObject({ id: z.string(), preset: z.string(), provider: z.string(), percent: z.number(), minutes: z.number(), mode, day: z.enum(WEEKDAYS), hour: z.int(), timeZone: z.string(), nextAt: time, last: z.strictObject({ at: time, outcome: z.enum(["started", "skipped_busy", "skipped_unpublished"]) }).nullable(), createdAt: time, createdBy: z.string().nullable() });
const drillArm = z.strictObject({ requests: count, answered: count, failed: count, spared: count.describe("Asked after all, because nobody else was left"), servedBy: z.record(z.string(), count), costUsd: money, costPerAnsweredUsd: money.nullable(), recoveryP50Ms: ms, recoveryP95Ms: ms, ttftP50Ms: ms, ttftP95Ms: ms, durationP50Ms: ms, durationP95Ms: ms });

const candidate = z.looseObject({ provider: z.string(), model: z.string(), upstream_model: z.string(), estimated_cost_usd: z.number(), max_cost_usd: z.number(), circuit: z.enum(["closed", "half_open", "open"]) });
const pair = z.strictObject({ provider: z.string(), model: z.string() });
const explained = z.looseObject({ preset: z.string().nullable(), rule: z.string().nullable(), strategy: z.string(), summary: z.string(), candidates: z.array(candidate), rejected: z.array(pair.extend({ filter: z.string(), reason: z.string() })), what_if: z.array(z.strictObject({ failure: z.string(), next: pair.nullable(), reason: z.string() })) });
const backtestSide = z.strictObject({ costUsd: money, durationMsP95: ms, unmeasured: count, withoutCandidate: count, models: z.array(z.strictObject({ model: z.string(), requests: count })) });
const notice = z.strictObject({ preset: z.string(), models: z.array(z.string()), requests: count, changedShare: z.number(), followedUsd: money.describe("A month; below zero its own choice costs more now"), draftSavesUsd: money.nullable(), moved: z.array(z.strictObject({ rule: z.string(), model: z.string() })), foundAt: time });

const budget = z.strictObject({ id: z.string(), scope: z.enum(BUDGET_SCOPES), scopeId: z.string(), scopeName: z.string(), name: z.string(), period: z.enum(BUDGET_PERIODS), action: z.enum(BUDGET_ACTIONS), enforced: z.boolean(), countsOwnKeys: z.boolean(), timeZone: z.string(), limitUsd: money, spentUsd: money, percent: z.number() });

const credential = z.strictObject({
  id: z.string(), provider: z.string(), providerName: z.string(), label: z.string(), lastFour: z.string(), baseUrl: z.string().nullable(), position: count, weight: z.number(), enabled: z.boolean(), platformFallback: z.boolean(),
  createdAt: time, validatedAt: time.nullable(), lastUsedAt: time.nullable(), lastFailureAt: time.nullable(), lastFailure: z.string().nullable(), health: z.enum(["ok", "failing", "unchecked"]), spendUsd30d: money, requests30d: count,
});
const savedCredential = credential.extend({ note: z.string().nullable().describe("Why a genuine key would not serve now") });
const verdict = z.union([z.strictObject({ ok: z.literal(true), note: z.string().nullable() }), z.strictObject({ ok: z.literal(false), fault: z.enum(["credential", "address", "provider"]), message: z.string() })]);

const alert = z.strictObject({ id: z.string(), name: z.string(), kind: z.enum(ALERT_KINDS), settings: z.record(z.string(), z.unknown()), emails: z.array(z.string()), webhookUrl: z.string().nullable(), enabled: z.boolean(), snoozedUntil: time.nullable().describe("Not looked at before then"), createdAt: time, firing: count.describe("Findings that are open") });
const delivery = z.strictObject({ channel: z.enum(["email", "webhook"]), target: z.string(), state: z.enum(["pending", "sent", "failed"]), attempts: count, sentAt: time.nullable(), lastError: z.string().nullable() });
const finding = z.strictObject({ id: z.string(), ruleId: z.string(), ruleName: z.string(), kind: z.enum(ALERT_KINDS), summary: z.string(), details: z.unknown().optional(), test: z.boolean(), firedAt: time, resolvedAt: time.nullable(), deliveries: z.array(delivery) });

export const RESOURCE_ANSWERS: Readonly<Record<string, z.ZodType>> = {
  getOrganization: organization, listOrganizations: listOf(organization), updateOrganization: organization,
  listProjects: listOf(project), getProject: project, createProject: project, updateProject: project,
  listMembers: listOf(listedMember), inviteMember: z.strictObject({ invited: z.string(), role: z.enum(ROLES) }), setMemberRole: member, removeMember: member,
  listKeys: listOf(key), createKey: z.strictObject({ key, secret }), getKey: key, rotateKey: z.strictObject({ key, secret, replaced: key }), updateKey: key, revokeKey: key, deleteKey: key,
  listPresets: listOf(preset, { built_in: z.array(builtIn) }), createPreset: preset, getPreset: preset, savePresetDraft: preset, deletePreset: preset, publishPreset: preset, rollBackPreset: preset,
  dryRunPreset: explained,
  backtestPreset: z.strictObject({ slug: z.string(), days: z.int(), mode, requests: count, draft: backtestSide, published: backtestSide.nullable(), changedModelShare: z.number().nullable(), unserved: z.array(z.string()).describe("Requests without a candidate, up to twenty") }),
  getPresetCanary: z.strictObject({ canary, mode, tried: arm, beside: arm, verdict: z.enum(["collecting", "holds", "worse"]), reason: z.string() }), startPresetCanary: preset, updatePresetCanary: preset, promotePresetCanary: preset, abortPresetCanary: preset,
  getPresetShadow: z.strictObject({ shadow, mode, copies: arm, served: arm }), startPresetShadow: preset, stopPresetShadow: preset,
  listDrillSchedules: z.array(drillSchedule), scheduleDrill: drillSchedule, updateDrillSchedule: drillSchedule, unscheduleDrill: drillSchedule,
  listDrills: z.array(drill), startDrill: drill, stopDrill: drill, getDrill: z.strictObject({ drill, drilled: drillArm, beside: drillArm, lost: count.describe("Requests that an outage of the provider would have refused"), costChangePercent: z.number().nullable() }),
  listEndUsers: listOf(z.strictObject({ id: z.string(), plan: z.string(), updatedAt: time })), setEndUserPlans: z.strictObject({ changed: count }),
  listPriceNotices: listOf(notice), takePriceNotice: preset, dismissPriceNotice: z.strictObject({ preset: z.string(), dismissed: z.literal(true) }),
  listBudgets: listOf(budget), createBudget: budget, updateBudget: budget, removeBudget: budget,
  listProviderCredentials: listOf(credential, { providers: z.array(z.strictObject({ id: z.string(), name: z.string(), needsBaseUrl: z.boolean() })) }), createProviderCredential: savedCredential, updateProviderCredential: savedCredential, validateProviderCredential: verdict, deleteProviderCredential: credential,
  listAlerts: listOf(alert), createAlert: alert.extend({ webhookSecret: z.string().nullable().describe("Signs the webhook; shown this once") }), listAlertHistory: listOf(finding), updateAlert: alert, testAlert: z.strictObject({ event: z.string() }), deleteAlert: alert,
};
