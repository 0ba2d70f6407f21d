/**
 * Plans past requests again, under a draft and under the published version, and compares what the two would have chosen. It knows only
 * metadata: tokens, labels and durations, no prompts; so what a request needed (tools, images) and headers are not seen, and an inferred
 * task is the one that was inferred then. Costs are the catalogue's prices now for the tokens that were used; speeds are those measured in the rows.
 */
import { priceAt, rate } from "@trunkline/catalog";
import { usdTextFromNano, type CatalogSnapshot, type PresetDocument } from "@trunkline/contracts";
import { plan } from "./plan.ts";
import type { HealthSnapshot, RequestFacts, UserPlan } from "./types.ts";

/** What is kept of a request that a preset routed. */
export interface PastRequest {
  readonly id: string; readonly createdAt: Date; readonly apiKeyId: string; readonly projectId: string; readonly provider: string | null; readonly model: string | null; readonly durationMs: number; readonly timeToFirstTokenMs: number | null;
  readonly endUser: string | null; readonly sessionId: string | null; readonly decision: unknown; readonly metadata: Readonly<Record<string, string>>;
  readonly inputTokens: bigint; readonly cacheReadTokens: bigint; readonly cacheWriteTokens: bigint; readonly outputTokens: bigint; readonly reasoningTokens: bigint;
}
export interface BacktestInput { readonly rows: readonly PastRequest[]; readonly slug: string; readonly draft: PresetDocument; readonly published: PresetDocument | null;
  /** Of the end users of `rows`, as they are now; only where a rule of either document asks. */
  readonly userPlans?: ReadonlyMap<string, string>; readonly catalog: CatalogSnapshot; readonly nowMs: number }

/** Which credentials a gateway holds is the gateway's knowledge: every provider of the catalogue counts as available. */
export const everyProvider = (catalog: CatalogSnapshot): ReadonlySet<string> => new Set([...catalog.endpointsByModel.values()].flat().map((endpoint) => endpoint.provider));

type Row = PastRequest;
interface Choice { readonly provider: string; readonly model: string; readonly costNanoUsd: bigint; readonly durationMs: number | null }
const P95 = 0.95;
/** As many examples as a page shows. */
const UNSERVED_MAX = 20;

const placeOf = (provider: string, model: string): string => `${provider} ${model}`;
const quantile = (values: readonly number[], share: number): number | null => (values.length === 0 ? null : values.toSorted((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? null);

/** The class a rule matched by at the time, as the stored decision says. */
function taskOf({ decision }: Row): string | null {
  const task = typeof decision === "object" && decision !== null && "task" in decision ? decision.task : null;
  return typeof task === "object" && task !== null && "label" in task && typeof task.label === "string" ? task.label : null;
}

export function factsOf(row: Row): RequestFacts {
  const output = Number(row.outputTokens + row.reasoningTokens);
  return {
    models: [], inputTokens: Number(row.inputTokens + row.cacheReadTokens + row.cacheWriteTokens), maxOutputTokens: Math.max(1, output), needs: [], task: taskOf(row), metadata: row.metadata, preferences: {}, maxCostNanoUsd: null, deadlineMs: null, fallbacks: true,
    keyId: row.apiKeyId, projectId: row.projectId, endUser: row.endUser, sessionId: row.sessionId,
  };
}

export const usageOf = (row: Row) => ({ inputTokens: Number(row.inputTokens), cacheReadTokens: Number(row.cacheReadTokens), cacheWriteTokens: Number(row.cacheWriteTokens), outputTokens: Number(row.outputTokens), reasoningTokens: Number(row.reasoningTokens), basis: "reported" as const });

function userPlanOf({ endUser }: Row, { userPlans }: BacktestInput): UserPlan | undefined {
  const label = endUser === null ? undefined : userPlans?.get(endUser);
  return label === undefined ? undefined : { label, source: "stored" };
}

/** A fixed draw for each request, so that the same backtest gives the same answer twice. */
export const drawOf = (id: string): number => (Number.parseInt(id.slice(-6), 36) % 997) / 997 || 0;

export interface Measured { readonly durations: ReadonlyMap<string, number>; readonly health: HealthSnapshot }

export function measure(rows: readonly Row[]): Measured {
  const durations = new Map<string, number[]>();
  const firsts = new Map<string, number[]>();
  const add = (map: Map<string, number[]>, key: string, value: number): void => { const list = map.get(key); if (list) list.push(value); else map.set(key, [value]); };
  for (const row of rows) {
    if (row.provider === null || row.model === null) continue;
    add(durations, placeOf(row.provider, row.model), row.durationMs);
    if (row.timeToFirstTokenMs !== null) add(firsts, placeOf(row.provider, row.model), row.timeToFirstTokenMs);
  }
  const medians = (map: Map<string, number[]>): Map<string, number> => new Map([...map].map(([place, values]) => [place, quantile(values, 0.5) ?? 0]));
  const first = medians(firsts);
  return { durations: medians(durations), health: { circuit: () => "closed", timeToFirstTokenMs: (provider, model) => first.get(placeOf(provider, model)) ?? null, tokensPerSecond: () => null } };
}

function chooser(input: BacktestInput, measured: Measured): (document: PresetDocument, row: Row) => Choice | null {
  const availableProviders = everyProvider(input.catalog);
  return (document, row) => {
    const [first] = plan({ facts: { ...factsOf(row), userPlan: userPlanOf(row, input) }, preset: { slug: input.slug, version: 0, document }, catalog: input.catalog, health: measured.health, availableProviders, nowMs: row.createdAt.getTime(), random: drawOf(row.id) }).candidates;
    if (!first) return null;
    const price = priceAt(input.catalog, first.provider, first.model, input.nowMs) ?? first.price;
    const stayed = first.provider === row.provider && first.model === row.model;
    return { provider: first.provider, model: first.model, costNanoUsd: rate(usageOf(row), price), durationMs: stayed ? row.durationMs : measured.durations.get(placeOf(first.provider, first.model)) ?? null };
  };
}

function sum(choices: readonly (Choice | null)[]) {
  const served = choices.filter((choice) => choice !== null);
  const durations = served.flatMap(({ durationMs }) => (durationMs === null ? [] : [durationMs]));
  const models = new Map<string, number>();
  for (const { model } of served) models.set(model, (models.get(model) ?? 0) + 1);
  return {
    costUsd: usdTextFromNano(served.reduce((total, { costNanoUsd }) => total + costNanoUsd, 0n)), durationMsP95: quantile(durations, P95), unmeasured: served.length - durations.length, withoutCandidate: choices.length - served.length,
    models: [...models].map(([model, requests]) => ({ model, requests })).toSorted((left, right) => right.requests - left.requests),
  };
}

export function backtest(input: BacktestInput) {
  const choose = chooser(input, measure(input.rows));
  const drafted = input.rows.map((row) => choose(input.draft, row));
  const before = input.published;
  const now = before === null ? null : input.rows.map((row) => choose(before, row));
  const changed = now === null ? null : drafted.filter((choice, index) => choice?.model !== now[index]?.model).length;
  return {
    requests: input.rows.length, draft: sum(drafted), published: now && sum(now),
    changedModelShare: changed === null || input.rows.length === 0 ? null : changed / input.rows.length,
    unserved: input.rows.filter((_row, index) => drafted[index] === null).slice(0, UNSERVED_MAX).map(({ id }) => id),
  };
}
