/**
 * What the dashboard's tRPC procedures return. Money is decimal text of US dollars (exact), times are ISO strings,
 * counts are numbers. Every project-scoped input carries `{ organization, project }` slugs; `mode` is the book.
 */
import type { AlertKind, AlertSettings, BudgetAction, BudgetScope, CanaryOutcome, DrawnBy, DrillOutcome, Guardrails, PresetDocument, Region, Role, Weekday } from "@trunkline/contracts";

export type BookMode = "live" | "test";
export interface Scope { organization: string; project: string }

export interface MeView {
  user: { id: string; email: string; name: string | null; emailVerified: boolean };
  organizations: { id: string; slug: string; name: string; role: Role; timeZone: string; projects: { id: string; slug: string; name: string }[] }[];
  gatewayUrl: string;
}
/** `troubled`: providers with failures now. */
export interface StandingView { credit: { balanceUsd: string; low: boolean } | null; troubled: string[] }
export interface MemberView { userId: string; email: string; name: string | null; role: Role; joinedAt: string; self: boolean; /** of theirs that still work */ keys: number }
export interface MembersView { members: MemberView[]; /** null for a role that may not manage members */ invitations: { email: string; role: Role; expiresAt: string }[] | null }
export interface AuditView { entries: { id: string; at: string; actor: string; action: string; subject: string; address: string | null }[]; nextCursor: string | null }
export interface OrganizationView { id: string; slug: string; name: string; timeZone: string; rpmLimit: number | null; /** tokens a minute */ tpmLimit: number | null; /** calls at a time */ concurrencyLimit: number | null; /** days; 0: nothing is kept */ responseRetentionDays: number; createdAt: string }
export interface SessionView { id: string; startedAt: string; endsAt: string; userAgent: string | null; address: string | null; current: boolean }
export interface PasskeyView { id: string; name: string; createdAt: string; lastUsedAt: string | null }
export interface ProfileView { passkeys: PasskeyView[]; email: string; name: string | null; emailVerified: boolean; hasPassword: boolean; sessions: SessionView[]; /** null: the password alone opens the account. */ secondFactor: { since: string; recoveryLeft: number } | null }
export interface KeyView {
  id: string; kind: "live" | "test" | "mgmt"; name: string; keyId: string; lastFour: string; createdAt: string; lastUsedAt: string | null; expiresAt: string | null; revokedAt: string | null;
  rpmLimit: number | null; /** tokens a minute */ tpmLimit: number | null; /** calls at a time */ concurrencyLimit: number | null; /** pages that may use it */ browserOrigins: string[]; /** `author/model` or `author/*`; empty: every model */ allowedModels: string[]; /** null: a service key; `email` null: somebody who left */ owner: { userId: string; email: string | null; name: string | null } | null; budget: { id: string; period: "daily" | "weekly" | "monthly" | "total"; limitUsd: string; spentUsd: string; percent: number } | null;
  spendUsd30d: string; requests30d: number;
}
export interface CreatedKeyView { key: KeyView; secret: string }
export interface PresetListItem { slug: string; name: string; builtIn: boolean; publishedVersion: number | null; hasDraft: boolean; updatedAt: string | null; requests7d: number; spendUsd7d: string }
export interface PresetView { slug: string; name: string; builtIn: boolean; draft: PresetDocument | null; published: { version: number; document: PresetDocument; comment: string; createdAt: string } | null; versions: { version: number; comment: string; createdAt: string; createdBy: string | null; document: PresetDocument }[]; canary: CanaryView | null; shadow: ShadowView | null }
/** The newest canary of a preset; it runs while `endedAt` is null. */
export interface CanaryView { version: number; baseVersion: number; percent: number; by: DrawnBy; startedAt: string; startedBy: string | null; endedAt: string | null; outcome: CanaryOutcome | null; reason: string | null }
/** `requests` counts all; `failed` of `judged` says something of the version. Milliseconds; `costPerAnsweredUsd` null without an answer. */
export interface CanaryArmView { version: number; requests: number; judged: number; failed: number; costUsd: string; costPerAnsweredUsd: string | null; ttftP50Ms: number | null; ttftP95Ms: number | null; durationP50Ms: number | null; durationP95Ms: number | null }
/** The newest shadow of a preset; it runs while `endedAt` is null. */
export interface ShadowView { version: number | null; model: string | null; baseVersion: number; percent: number; startedAt: string; startedBy: string | null; endedAt: string | null }
export interface ShadowReport { shadow: ShadowView; mode: BookMode; copies: CanaryArmView; served: CanaryArmView }
export interface CanaryReport { canary: CanaryView; mode: BookMode; tried: CanaryArmView; beside: CanaryArmView; verdict: "collecting" | "holds" | "worse"; reason: string }
/** A time in which a provider is taken for failed for a share of a preset's requests. */
export interface DrillView { id: string; preset: string; provider: string; percent: number; mode: BookMode; state: "waiting" | "running" | "over" | "stopped"; startsAt: string; endsAt: string; endedAt: string | null; startedBy: string | null; /** Ordered by a weekly schedule. */ scheduled: boolean }
/** `recovery`: from the failure that was made to the next candidate's first token. `spared`: nobody else was left, so the provider was asked after all. */
export interface DrillArmView { requests: number; answered: number; failed: number; spared: number; servedBy: Record<string, number>; costUsd: string; costPerAnsweredUsd: string | null; recoveryP50Ms: number | null; recoveryP95Ms: number | null; ttftP50Ms: number | null; ttftP95Ms: number | null; durationP50Ms: number | null; durationP95Ms: number | null }
/** `lost`: requests that an outage of the provider would have refused. `costChangePercent` of an answer; null without answers on both sides. */
/** Every week at `hour`:00 of the organization's time zone. */
/** `id` as requests name them. */
export interface EndUserPlanView { id: string; plan: string; updatedAt: string }
export interface DrillScheduleView { id: string; preset: string; provider: string; percent: number; minutes: number; mode: BookMode; day: Weekday; hour: number; timeZone: string; nextAt: string; last: { at: string; outcome: DrillOutcome } | null; createdAt: string; createdBy: string | null }
export interface DrillReport { drill: DrillView; drilled: DrillArmView; beside: DrillArmView; lost: number; costChangePercent: number | null }
/** What new prices mean for a preset, a month at the traffic of the last weeks. `followedUsd` below zero: its own choice costs more now. */
export interface PriceNoticeView { preset: string; models: string[]; requests: number; changedShare: number; followedUsd: string; /** null: nothing is proposed */ draftSavesUsd: string | null; moved: { rule: string; model: string }[]; foundAt: string }
export type Dimension = "model" | "provider" | "key" | "preset" | "status";
/** Sums of requests. `ttftMsSum / ttftCount` is the mean time to the first token of streamed requests, in ms. */
/** `absorbedUsd`: what providers bill beyond what is charged. */
export interface UsageCounts { spendUsd: string; absorbedUsd: string; requests: number; failed: number; rescued: number; inputTokens: number; cacheReadTokens: number; cacheWriteTokens: number; outputTokens: number; reasoningTokens: number; ttftMsSum: number; ttftCount: number }
/** `points` has one entry for each of the view's buckets; `before` is the sum in the span compared with, null without one. */
export interface SeriesView { key: string; label: string; points: UsageCounts[]; totals: UsageCounts; before: UsageCounts | null }
export interface UsageView {
  timeZone: string; from: string; to: string; granularity: "minute" | "hour" | "day"; buckets: string[]; series: SeriesView[]; totals: UsageCounts;
  previous: { from: string; to: string; totals: UsageCounts; points: UsageCounts[] } | null;
}
export interface SavedView { id: string; page: "analytics" | "logs"; name: string; query: string }
/** Something that a curve may follow; `path` within the project. */
export interface MarkView { at: string; kind: "publish" | "price"; text: string; path: string }
export interface CacheSavingsView { savedUsd: string; extraUsd: string }
/** The second level of a breakdown: the groups of another dimension within one group. */
export interface InnerGroup { key: string; label: string; totals: UsageCounts }
/** One value that usage can be narrowed to. */
export interface FilterValue { key: string; label: string; requests: number }
/** Values of each dimension; those of one are alternatives. */
export type UsageFilterView = Partial<Record<Dimension, string[]>>;
export interface NestedGroup { label: string; thenLabel: string; totals: UsageCounts }
/** Of the newest requests of a span; milliseconds. `speed` is output tokens a second after the first. */
export interface PerformanceGroup { key: string; requests: number; failed: number; ttftP50: number | null; ttftP95: number | null; durationP50: number | null; durationP95: number | null; speedP50: number | null }
export interface PerformanceView { requestsMax: number; groups: PerformanceGroup[]; errors: { provider: string; code: string; requests: number }[] }
/** What every page needs to ask: the book that is in use, and the instants at which the reporting month and day began. */
export interface BookView { mode: BookMode; timeZone: string; monthStart: string; dayStart: string }
export interface OverviewView {
  mode: BookMode; timeZone: string; today: UsageCounts; byModel: UsageView; byStatus: UsageView;
  budget: { limitUsd: string; spentUsd: string; period: "daily" | "weekly" | "monthly" | "total"; percent: number } | null;
  topKeys: { keyId: string; name: string; spendUsd: string; share: number }[];
  recentFailures: RequestListItem[]; setup: { firstRequest: boolean; key: boolean; preset: boolean; budget: boolean; providerKey: boolean; team: boolean };
}
export interface RequestListItem {
  id: string; createdAt: string; status: "ok" | "rescued" | "failed" | "cancelled" | "partial"; httpStatus: number; errorCode: string | null; errorMessage: string | null;
  requestedModel: string; model: string | null; provider: string | null; preset: string | null; keyName: string; streaming: boolean; durationMs: number; timeToFirstTokenMs: number | null;
  inputTokens: number; cacheReadTokens: number; cacheWriteTokens: number; outputTokens: number; reasoningTokens: number; costUsd: string; attempts: number; estimated: boolean;
}
export interface AttemptView { attempt: number; provider: string; model: string; upstreamModel: string; status: number | null; failureClass: string | null; message: string | null; startedAtMs: number; durationMs: number; timeToFirstTokenMs: number | null; costUsd: string; /** A failover drill made it fail, or asked it because nobody else was left. */ drill?: "failed" | "spared" }
export interface RequestView extends RequestListItem {
  inboundApi: string; finishReason: string | null; presetVersion: number | null; endUser: string | null; sessionId: string | null; metadata: Record<string, string>; losses: string[];
  attemptList: AttemptView[]; costLines: { label: string; tokens: number; usdPerMillion: string; costUsd: string }[]; priceVersionId: string | null; /** What the provider bills the organization for a call on its own key; null: the platform's key served. */ ownSpendUsd: string | null; /** The plan's fee on it, part of the cost; null: none. */ ownKeyFeeUsd: string | null; /** What providers bill for the request's attempts beyond what it costs; nobody is billed for it. null: nothing. */ absorbedUsd: string | null; decision: unknown;
}
export type PromptView = { stored: false; why: string } | { stored: true; request: string; /** null: none is kept of embeddings */ answer: string | null; removed: { kind: string; count: number }[] };
/** What bounds a project. null: no limit of its own. */
export interface ProjectLimitsView { project: string; rpmLimit: number | null; tpmLimit: number | null; concurrencyLimit: number | null; budgets: { id: string; name: string; period: BudgetView["period"]; limitUsd: string; spentUsd: string }[] }
export interface GuardrailsView { project: string; guardrails: Guardrails; /** Who serves some model; what no published term says counts as the worse. */ providers: { id: string; models: number; trains: boolean; retains: boolean; /** Where its usual address processes some model. */ regions: Region[] }[]; promptPercent: number; promptRetentionDays: number }
export interface PromptStorageView { project: string; promptPercent: number; promptRetentionDays: number; promptPatterns: string[] }
export interface ModelView { id: string; name: string; author: string; description: string; contextTokens: number; maxOutputTokens: number; inputModalities: string[]; tools: boolean; jsonSchema: boolean; reasoning: boolean; tier: string; /** The day on which its maker ends it, and what is recommended instead. */ retires: { on: string; instead: string } | null; providers: { provider: string; trains: boolean; retains: boolean; /** Where its usual address processes it; null: no promise. */ region: Region | null; upstreamModel: string; inputUsdPerMillion: string; cacheReadUsdPerMillion: string; cacheWriteUsdPerMillion: string; outputUsdPerMillion: string; requests24h: number; failed24h: number; avgTtftMs: number | null }[] }
export interface FirstModelsView { models: ModelView[]; total: number; providers: string[] }
export interface BudgetView { id: string; scope: BudgetScope; scopeId: string; scopeName: string; name: string; period: "daily" | "weekly" | "monthly" | "total"; action: BudgetAction; enforced: boolean; /** also what providers bill the organization itself, at list price */ countsOwnKeys: boolean; timeZone: string; limitUsd: string; spentUsd: string; percent: number }

export interface AlertRuleView { id: string; name: string; kind: AlertKind; settings: AlertSettings; emails: string[]; webhookUrl: string | null; enabled: boolean; /** Not looked at before then. */ snoozedUntil: string | null; createdAt: string; firing: number }
export interface AlertEventView {
  id: string; ruleId: string; ruleName: string; kind: AlertKind; summary: string; details?: unknown; test: boolean; firedAt: string; resolvedAt: string | null;
  deliveries: { channel: "email" | "webhook"; target: string; state: "pending" | "sent" | "failed"; attempts: number; sentAt: string | null; lastError: string | null }[];
}
export interface AlertsView { rules: AlertRuleView[]; history: AlertEventView[]; mayManage: boolean }
export interface ProviderCredentialView {
  id: string; provider: string; providerName: string; label: string; lastFour: string; baseUrl: string | null; position: number; weight: number; enabled: boolean; platformFallback: boolean;
  createdAt: string; validatedAt: string | null; lastUsedAt: string | null; lastFailureAt: string | null; lastFailure: string | null; health: "ok" | "failing" | "unchecked"; spendUsd30d: string; requests30d: number;
}
export interface ProviderCredentialsView { credentials: ProviderCredentialView[]; providers: { id: string; name: string; needsBaseUrl: boolean }[]; mayManage: boolean }

/**
 * The procedures (all under tRPC at /api/trpc):
 *  viewer.me() → MeView
 *  keys.list(Scope) → KeyView[] · keys.create(Scope & {name, kind: live|test|mgmt, rpmLimit?, expiresAt?, budget?: {period, limitUsd}}) → CreatedKeyView · keys.revoke(Scope & {id}) → KeyView
 *  presets.list(Scope) → PresetListItem[] · presets.get(Scope & {slug}) → PresetView · presets.create(Scope & {slug, name, document}) · presets.saveDraft(Scope & {slug, document})
 *  presets.publish(Scope & {slug, comment}) · presets.rollBack(Scope & {slug, version}) (each → PresetView) · presets.explain(Scope & {document, body, now?}) → RoutePlan JSON (pure, through router-core)
 *  presets.canary(Scope & {slug}) → CanaryReport | null · presets.startCanary(Scope & {slug, percent, by?, version?, comment?}) · presets.setCanaryShare(Scope & {slug, percent}) · presets.promoteCanary · presets.abortCanary(Scope & {slug}) (each → PresetView)
 *  presets.shadow(Scope & {slug}) → ShadowReport | null · presets.startShadow(Scope & {slug, percent, version?, model?, comment?}) · presets.stopShadow(Scope & {slug}) (each → PresetView)
 *  presets.drills(Scope & {slug}) → DrillView[] · presets.drill(Scope & {id}) → DrillReport · presets.startDrill(Scope & {preset, provider, percent, minutes, mode?, startsAt?}) · presets.stopDrill(Scope & {id}) (each → DrillView) · presets.drillSchedules(Scope & {slug}) → DrillScheduleView[] · presets.scheduleDrill(Scope & {preset, provider, percent, minutes, mode?, day, hour}) · presets.changeDrillSchedule(Scope & {id, change}) · presets.unscheduleDrill(Scope & {id}) (each → DrillScheduleView) · presets.endUserPlans(Scope & {plan?, search?, cursor?, limit?}) → {items: EndUserPlanView[], nextCursor: string | null} · presets.setEndUserPlans(Scope & {endUsers: {id, plan: string | null}[]}) → {changed}
 *  usage.book(Scope) → BookView · usage.series(Scope & {mode, from, to, granularity, groupBy: Dimension, compare?, filters?}) → UsageView · usage.filterValues(Scope & {mode, from, to, dimension}) → FilterValue[] · usage.inner(Scope & {mode, from, to, groupBy, key, thenBy}) → InnerGroup[] · usage.callers(Scope & {mode, from, to, by}) → InnerGroup[] · usage.nested(Scope & {mode, from, to, groupBy, thenBy}) → NestedGroup[] · usage.performance(Scope & {mode, from, to, groupBy, model?}) → PerformanceView · usage.overview(Scope & {mode?}) → OverviewView
 *  usage.cacheSavings(Scope & {mode, from, to}) → CacheSavingsView · views.list(Scope & {page}) → SavedView[] · views.save(Scope & {page, name, query}) · views.remove(Scope & {id})
 *  requests.list(Scope & {mode, cursor?, limit?, status?, model?, provider?, keyId?, search?}) → {items: RequestListItem[], nextCursor: string | null} · requests.get(Scope & {id}) → RequestView · requests.prompt(Scope & {id}) → PromptView · requests.watch(Scope & {mode}): server-sent count of stored requests
 *  onboarding.state(Scope) → {firstRequest: RequestListItem | null} · onboarding.runForMe(Scope & {secret}) → {status: number, body: unknown} (server-side call through the public gateway)
 *  alerts.list(Scope) → AlertsView · alerts.create(Scope & {alert}) → {alert, webhookSecret} · alerts.update(Scope & {id, change}) · alerts.test(Scope & {id}) · alerts.remove(Scope & {id})
 *  providerKeys.list(Scope) → ProviderCredentialsView · providerKeys.create(Scope & {provider, label, secret, baseUrl?, …}) · providerKeys.update(Scope & {id, …}) → {credential, note} · providerKeys.check(Scope & {id}) → verdict · providerKeys.remove(Scope & {id})
 *  organization.members(Scope) → MembersView · organization.invite(Scope & {email, role}) · organization.withdraw(Scope & {email}) · organization.setRole(Scope & {userId, role}) · organization.removeMember(Scope & {userId, keys?})
 *  organization.audit(Scope & {area?, cursor?}) → AuditView · organization.settings(Scope) → OrganizationView · organization.update(Scope & {name?, slug?, timeZone?, rpmLimit?, responseRetentionDays?}) → OrganizationView · organization.projectLimits(Scope) → ProjectLimitsView · organization.limitProject(Scope & {rpmLimit?, tpmLimit?, concurrencyLimit?}) → ProjectLimitsView · organization.promptStorage(Scope) → PromptStorageView · organization.storePrompts(Scope & {promptPercent?, promptRetentionDays?, promptPatterns?}) → PromptStorageView · organization.remove(Scope & {confirm})
 *  profile.get() → ProfileView · profile.rename({name}) · profile.endSession({id}) · profile.removePasskey({id})
 *  models.list(Scope) → ModelView[] · models.first(Scope) → FirstModelsView · models.get(Scope & {id}) → ModelView | null · budgets.list(Scope) → BudgetView[] · budgets.create(Scope & {scope, scopeId, name, period, limitUsd, action?, enforced?, countsOwnKeys?}) → BudgetView · budgets.update(Scope & {id, change}) · budgets.remove(Scope & {id})
 */
export type ProcedureIndex = never;
