// What each kind of rule finds. Reads sums and decides; opening, resolving and telling somebody are others' business.
import { ALERT_DEFAULTS, budgetFilter, budgetWindow, EVERY_USER, usdTextFromNano, type AlertKind, type Budget, type BudgetPeriod, type BudgetScope } from "@trunkline/contracts";
import type { AlertBudgetRow, AlertFinding, AlertQueries, AlertRuleRow, DrillQueries, OpenNotice, PriceQueries, RateRow } from "@trunkline/db/worker";

type Reads = Pick<AlertQueries, "listAlertBudgets" | "loadAlertSpend" | "findTopUser" | "loadErrorRate" | "loadFirstTokens" | "loadCreditLeft" | "loadProviderRates" | "listFailingCredentials"> & Pick<PriceQueries, "listOpenPriceNotices"> & Pick<DrillQueries, "listLosingDrills">;
interface Finder { readonly db: Reads; readonly rule: AlertRuleRow; readonly nowMs: number }

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The hours that an hour's spend is compared with. */
const BASELINE_HOURS = 7 * 24;
/** A drill is over once and for all; its finding ends by itself. */
const DRILL_TOLD_HOURS = 24;
/** Sums are kept by the minute. */
const wholeMinute = (ms: number): number => Math.floor(ms / MINUTE_MS) * MINUTE_MS;
const round = (value: number): number => Math.round(value * 10) / 10;

const FINDERS: Readonly<Record<AlertKind, (finder: Finder) => Promise<readonly AlertFinding[]>>> = {
  budget: findBudgets, error_rate: findErrorRate, spend_anomaly: findSpendAnomaly, latency: findSlowness, low_balance: findLowBalance, provider_down: findProvidersDown, credential_failing: findFailingCredentials, price_change: findPriceChanges, drill_failed: findLosingDrills,
};

/** What is wrong now, by this rule. Rejects with the driver's error. */
export const findAlerts = (finder: Finder): Promise<readonly AlertFinding[]> => FINDERS[finder.rule.kind](finder);

async function findBudgets({ db, rule, nowMs }: Finder): Promise<readonly AlertFinding[]> {
  const { percents = ALERT_DEFAULTS.percents, budgetId } = rule.settings;
  const findings: AlertFinding[] = [];
  for (const row of await db.listAlertBudgets(rule.organizationId)) {
    if (budgetId !== undefined && row.id !== budgetId) continue;
    const budget = budgetOf(row, rule);
    const { startMs, endMs } = budgetWindow(budget.period, nowMs, budget.timeZone);
    const top = budget.scopeId === EVERY_USER ? await db.findTopUser(rule.organizationId, startMs, row.countsOwnKeys) : null;
    const spentNanoUsd = budget.scopeId === EVERY_USER ? top?.spentNanoUsd ?? 0n : await db.loadAlertSpend(rule.organizationId, { fromMs: startMs, toMs: endMs, ...budgetFilter(budget), countsOwnKeys: row.countsOwnKeys });
    const percent = Number((spentNanoUsd * 1000n) / budget.limitNanoUsd) / 10;
    // Only the highest: who hears of 80 % need not hear of 50 % as well.
    const crossed = [...percents].sort((a, b) => b - a).find((one) => percent >= one);
    if (crossed === undefined) continue;
    findings.push({
      subject: `${budget.id}:${startMs}:${crossed}`,
      summary: `Budget "${budget.name}" has reached ${crossed} %: ${usdTextFromNano(spentNanoUsd)} of ${usdTextFromNano(budget.limitNanoUsd)} USD are spent${top ? ` by the end user "${top.endUser}"` : ""}.`,
      details: { budget: budget.id, name: budget.name, scope: budget.scope, period: budget.period, threshold_percent: crossed, percent, spent_usd: usdTextFromNano(spentNanoUsd), limit_usd: usdTextFromNano(budget.limitNanoUsd), resets_at: endMs === null ? null : new Date(endMs).toISOString() },
    });
  }
  return findings;
}

/** The columns are text written only through checked input. */
const budgetOf = (row: AlertBudgetRow, rule: AlertRuleRow): Budget => ({ ...row, organizationId: rule.organizationId, scope: row.scope as BudgetScope, period: row.period as BudgetPeriod, timeZone: rule.timeZone });

interface Judged { readonly percent: number; readonly minutes: number }

/** Null where there are too few to say anything, or the share is below the rule's. */
function judge({ total, failed }: RateRow, { rule }: Finder): Judged | null {
  const { percent: limit = ALERT_DEFAULTS.percent, requestsMin = ALERT_DEFAULTS.requestsMin, minutes = ALERT_DEFAULTS.minutes } = rule.settings;
  if (total < requestsMin) return null;
  const percent = (failed / total) * 100;
  return percent >= limit ? { percent: round(percent), minutes } : null;
}

const since = ({ rule, nowMs }: Finder): number => wholeMinute(nowMs - (rule.settings.minutes ?? ALERT_DEFAULTS.minutes) * MINUTE_MS);

async function findErrorRate(finder: Finder): Promise<readonly AlertFinding[]> {
  const rate = await finder.db.loadErrorRate(finder.rule.organizationId, since(finder));
  const judged = judge(rate, finder);
  if (!judged) return [];
  return [{ subject: "requests", summary: `${judged.percent} % of the requests of the last ${judged.minutes} minutes failed (${rate.failed} of ${rate.total}).`, details: { percent: judged.percent, minutes: judged.minutes, failed: rate.failed, requests: rate.total } }];
}

async function findProvidersDown(finder: Finder): Promise<readonly AlertFinding[]> {
  const rates = await finder.db.loadProviderRates(finder.rule.organizationId, since(finder));
  return rates.flatMap((rate) => {
    const judged = judge(rate, finder);
    return judged ? [{ subject: rate.subject, summary: `${rate.subject} failed ${judged.percent} % of the attempts of the last ${judged.minutes} minutes (${rate.failed} of ${rate.total}).`, details: { provider: rate.subject, percent: judged.percent, minutes: judged.minutes, failed: rate.failed, attempts: rate.total } }] : [];
  });
}

async function findSpendAnomaly({ db, rule, nowMs }: Finder): Promise<readonly AlertFinding[]> {
  const { factor = ALERT_DEFAULTS.factor, spendNanoUsdMin = ALERT_DEFAULTS.spendNanoUsdMin } = rule.settings;
  const hourAgoMs = wholeMinute(nowMs - HOUR_MS);
  const hour = await db.loadAlertSpend(rule.organizationId, { fromMs: hourAgoMs, toMs: null });
  if (hour < BigInt(spendNanoUsdMin)) return [];
  const before = await db.loadAlertSpend(rule.organizationId, { fromMs: hourAgoMs - BASELINE_HOURS * HOUR_MS, toMs: hourAgoMs });
  const usual = before / BigInt(BASELINE_HOURS);
  if (Number(hour) < Number(usual) * factor) return [];
  return [{ subject: "spend", summary: `${usdTextFromNano(hour)} USD were spent in the last hour; an hour of the seven days before it took ${usdTextFromNano(usual)} USD.`, details: { hour_usd: usdTextFromNano(hour), usual_usd: usdTextFromNano(usual), factor } }];
}

async function findSlowness(finder: Finder): Promise<readonly AlertFinding[]> {
  const { milliseconds = ALERT_DEFAULTS.milliseconds, minutes = ALERT_DEFAULTS.minutes, requestsMin = ALERT_DEFAULTS.requestsMin } = finder.rule.settings;
  const { total, p95Ms } = await finder.db.loadFirstTokens(finder.rule.organizationId, since(finder));
  if (total < requestsMin || p95Ms === null || p95Ms < milliseconds) return [];
  return [{ subject: "latency", summary: `One in twenty of the last ${minutes} minutes' streamed requests waited ${Math.round(p95Ms)} ms or longer for the first token (limit ${milliseconds} ms, ${total} requests).`, details: { p95_ms: Math.round(p95Ms), limit_ms: milliseconds, minutes, requests: total } }];
}

async function findLowBalance({ db, rule }: Finder): Promise<readonly AlertFinding[]> {
  const least = BigInt(rule.settings.balanceNanoUsdMin ?? ALERT_DEFAULTS.balanceNanoUsdMin);
  const left = await db.loadCreditLeft(rule.organizationId);
  if (left === null || left >= least) return [];
  return [{ subject: "balance", summary: `${usdTextFromNano(left)} USD of credit are left, less than ${usdTextFromNano(least)} USD. Live calls are refused when it is used up.`, details: { left_usd: usdTextFromNano(left), limit_usd: usdTextFromNano(least) } }];
}

const FAILURES: Readonly<Record<string, string>> = { credential_rejected: "the provider refuses it", quota_exhausted: "its account has no quota left" };

async function findFailingCredentials({ db, rule }: Finder): Promise<readonly AlertFinding[]> {
  return (await db.listFailingCredentials(rule.organizationId)).map(({ id, provider, label, lastFour, failure }) => ({
    subject: id, summary: `The ${provider} key "${label}" (…${lastFour}) does not work: ${FAILURES[failure] ?? failure}.`, details: { credential: id, provider, label, last_four: lastFour, failure },
  }));
}

async function findPriceChanges({ db, rule }: Finder): Promise<readonly AlertFinding[]> {
  return (await db.listOpenPriceNotices(rule.organizationId)).map((notice) => ({
    subject: `${notice.presetSlug}:${notice.fingerprint}`, summary: priceSummary(notice),
    details: { preset: notice.presetSlug, models: notice.models, changed_percent: round(notice.changedShare * 100), follows_usd_a_month: usdTextFromNano(notice.followedNanoUsd), draft_saves_usd_a_month: notice.savedNanoUsd === null ? null : usdTextFromNano(notice.savedNanoUsd) },
  }));
}

async function findLosingDrills({ db, rule, nowMs }: Finder): Promise<readonly AlertFinding[]> {
  return (await db.listLosingDrills(rule.organizationId, nowMs - DRILL_TOLD_HOURS * HOUR_MS)).map(({ id, slug, provider, mode, requests, lost }) => ({
    subject: id, summary: `The drill of ${provider} at the preset "${slug}" would have lost ${lost} of ${requests} requests of ${mode} keys: nobody else could serve them.`, details: { drill: id, preset: slug, provider, mode, requests, lost },
  }));
}

const cents = (nanoUsd: bigint): string => (Number(nanoUsd) / 1e9).toFixed(2);

function priceSummary({ presetSlug, models, changedShare, followedNanoUsd, savedNanoUsd }: OpenNotice): string {
  const follows = changedShare === 0 ? [] : [`the preset sends ${round(changedShare * 100)} % of its requests elsewhere by itself, which ${followedNanoUsd < 0n ? `costs ${cents(-followedNanoUsd)} USD a month more` : `saves ${cents(followedNanoUsd)} USD a month`} at your traffic`];
  const drafts = savedNanoUsd === null ? [] : [`a change of its order would save ${cents(savedNanoUsd)} USD a month`];
  return `Prices of ${models.join(", ")} changed: ${[...follows, ...drafts].join("; ")} (preset "${presetSlug}").`;
}
