// What a provider says itself of an account's usage and bill: OpenAI's usage and costs, Anthropic's usage and cost reports, OpenRouter's activity, each in
// its own shape, from the journal. It promises to count as a provider does: what a cut answer had come to is billed, a refused call is not. Bills need prices.
import type { AnswerUsage } from "./answer.ts";
import type { JournalEntry } from "./journal.ts";

/** nano-USD per million tokens. */
export interface SimulatedPrice { readonly input: number; readonly cacheRead: number; readonly cacheWrite: number; readonly output: number }
/** By provider, then model; `*` stands for any. */
export type SimulatedPrices = Readonly<Record<string, Readonly<Record<string, SimulatedPrice>>>>;

interface Asked { readonly provider: string; readonly path: string; readonly query: URLSearchParams; readonly credential: string }
interface Accounts { readonly entries: readonly JournalEntry[]; readonly prices: SimulatedPrices }

const DAY_S = 86_400;
const HTTP_OK_MAX = 299;
const NANO_PER_USD = 1e9;
const NANO_PER_CENT = 1e7;
const TOKENS_PER_PRICE = 1_000_000;
/** Buckets a page, where the question names none. */
const BUCKETS_DEFAULT = 7;
const BUCKETS_MAX = 31;

export const isAccountPath = (pathname: string): boolean => /\/organizations?\/(usage|costs|usage_report|cost_report)(\/|$)|\/activity$/.test(pathname);

/** Answer and status. An ordinary key is turned away, as everywhere. */
export function answerAccounts(asked: Asked, accounts: Accounts): { readonly status: number; readonly body: object } {
  const { path, credential } = asked;
  if (path.includes("/organizations/")) {
    if (!credential.startsWith("sk-ant-admin")) return { status: 401, body: { type: "error", error: { type: "authentication_error", message: "invalid x-api-key" } } };
    return { status: 200, body: path.endsWith("/cost_report") ? anthropicCosts(asked, accounts) : anthropicUsage(asked, accounts) };
  }
  if (path.endsWith("/activity")) return credential.startsWith("sk-or-") ? { status: 200, body: openRouterActivity(asked, accounts) } : { status: 403, body: { error: { code: 403, message: "Only management keys can fetch activity for an account" } } };
  if (!credential.startsWith("sk-admin")) return { status: 401, body: { error: { message: "You have insufficient permissions for this operation. Missing scopes: api.usage.read.", type: "invalid_request_error", param: null, code: "insufficient_permissions" } } };
  return { status: 200, body: path.endsWith("/costs") ? openAiCosts(asked, accounts) : openAiUsage(asked, accounts) };
}

/** What the provider counts for a call: what it told, else what it had made when the call was cut. */
function billedUsage({ status, usage, promptTokens, outputTokensSent }: JournalEntry): AnswerUsage | null {
  if (status === null || status > HTTP_OK_MAX) return null;
  return usage ?? { inputTokens: promptTokens, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: outputTokensSent, reasoningTokens: 0 };
}

interface ModelSum extends AnswerUsage { readonly model: string; requests: number; nanoUsd: number }

/** By model, of calls that began in the bucket. */
function sumsOf({ entries, prices }: Accounts, { provider, fromS, toS, only }: { readonly provider: string; readonly fromS: number; readonly toS: number; readonly only?: (entry: JournalEntry) => boolean }): readonly ModelSum[] {
  const models = new Map<string, ModelSum>();
  for (const entry of entries) {
    const usage = entry.provider === provider && entry.startedAtMs >= fromS * 1000 && entry.startedAtMs < toS * 1000 && (only?.(entry) ?? true) ? billedUsage(entry) : null;
    if (usage === null) continue;
    const sum = models.get(entry.model) ?? { model: entry.model, requests: 0, nanoUsd: 0, inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
    const price = prices[provider]?.[entry.model] ?? prices[provider]?.["*"];
    const nano = price === undefined ? 0 : usage.inputTokens * price.input + usage.cacheReadTokens * price.cacheRead + usage.cacheWriteTokens * price.cacheWrite + (usage.outputTokens + usage.reasoningTokens) * price.output;
    models.set(entry.model, {
      model: entry.model, requests: sum.requests + 1, nanoUsd: sum.nanoUsd + nano / TOKENS_PER_PRICE, inputTokens: sum.inputTokens + usage.inputTokens, cacheReadTokens: sum.cacheReadTokens + usage.cacheReadTokens,
      cacheWriteTokens: sum.cacheWriteTokens + usage.cacheWriteTokens, outputTokens: sum.outputTokens + usage.outputTokens, reasoningTokens: sum.reasoningTokens + usage.reasoningTokens,
    });
  }
  return [...models.values()];
}

/** The days from `fromS` on, a page of them, and where the next begins. */
function daysOf(query: URLSearchParams, { fromS, toS }: { readonly fromS: number; readonly toS: number }) {
  const page = /^page_(\d+)$/.exec(query.get("page") ?? "")?.[1];
  const limit = Math.min(Number(query.get("limit") ?? BUCKETS_DEFAULT) || BUCKETS_DEFAULT, BUCKETS_MAX);
  const first = page === undefined ? Math.floor(fromS / DAY_S) * DAY_S : Number(page);
  const days: number[] = [];
  for (let day = first; day < toS && days.length < limit; day += DAY_S) days.push(day);
  const next = first + days.length * DAY_S;
  return { days, rest: next < toS ? { has_more: true, next_page: `page_${next}` } : { has_more: false, next_page: null } };
}

const grouped = (query: URLSearchParams): readonly string[] => [...query.getAll("group_by"), ...query.getAll("group_by[]")];
const nowS = (): number => Math.floor(Date.now() / 1000);
const openAiRange = (query: URLSearchParams) => ({ fromS: Number(query.get("start_time")), toS: Number(query.get("end_time") ?? nowS()) });
const isEmbedding = ({ usage, outputTokensGenerated }: JournalEntry): boolean => outputTokensGenerated === 0 && usage?.outputTokens === 0;

function openAiUsage({ provider, path, query }: Asked, accounts: Accounts): object {
  const embeddings = path.endsWith("/embeddings");
  const { days, rest } = daysOf(query, openAiRange(query));
  return {
    object: "page",
    data: days.map((day) => ({
      object: "bucket", start_time: day, end_time: day + DAY_S,
      results: sumsOf(accounts, { provider, fromS: day, toS: day + DAY_S, only: (entry) => isEmbedding(entry) === embeddings }).map((sum) => ({
        object: `organization.usage.${embeddings ? "embeddings" : "completions"}.result`, input_tokens: sum.inputTokens + sum.cacheReadTokens + sum.cacheWriteTokens,
        ...(embeddings ? {} : { output_tokens: sum.outputTokens + sum.reasoningTokens, input_cached_tokens: sum.cacheReadTokens, input_audio_tokens: 0, output_audio_tokens: 0, batch: null }),
        num_model_requests: sum.requests, project_id: null, user_id: null, api_key_id: null, model: grouped(query).includes("model") ? sum.model : null,
      })),
    })),
    ...rest,
  };
}

function openAiCosts({ provider, query }: Asked, accounts: Accounts): object {
  const { days, rest } = daysOf(query, openAiRange(query));
  return {
    object: "page",
    data: days.map((day) => {
      const value = sumsOf(accounts, { provider, fromS: day, toS: day + DAY_S }).reduce((sum, { nanoUsd }) => sum + nanoUsd, 0) / NANO_PER_USD;
      return { object: "bucket", start_time: day, end_time: day + DAY_S, results: value === 0 ? [] : [{ object: "organization.costs.result", amount: { value, currency: "usd" }, line_item: null, project_id: null }] };
    }),
    ...rest,
  };
}

const anthropicRange = (query: URLSearchParams) => ({ fromS: Date.parse(query.get("starting_at") ?? "") / 1000, toS: query.has("ending_at") ? Date.parse(query.get("ending_at") ?? "") / 1000 : nowS() });
const bucketOf = (day: number) => ({ starting_at: new Date(day * 1000).toISOString(), ending_at: new Date((day + DAY_S) * 1000).toISOString() });

function anthropicUsage({ provider, query }: Asked, accounts: Accounts): object {
  const { days, rest } = daysOf(query, anthropicRange(query));
  return {
    data: days.map((day) => ({
      ...bucketOf(day),
      results: sumsOf(accounts, { provider, fromS: day, toS: day + DAY_S }).map((sum) => ({
        uncached_input_tokens: sum.inputTokens, cache_read_input_tokens: sum.cacheReadTokens, cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: sum.cacheWriteTokens },
        output_tokens: sum.outputTokens + sum.reasoningTokens, server_tool_use: { web_search_requests: 0 }, api_key_id: null, workspace_id: null, service_tier: null, context_window: null,
        model: grouped(query).includes("model") ? sum.model : null,
      })),
    })),
    ...rest,
  };
}

function anthropicCosts({ provider, query }: Asked, accounts: Accounts): object {
  const { days, rest } = daysOf(query, anthropicRange(query));
  return {
    data: days.map((day) => ({
      ...bucketOf(day),
      results: sumsOf(accounts, { provider, fromS: day, toS: day + DAY_S }).map(({ nanoUsd }) => ({
        amount: (nanoUsd / NANO_PER_CENT).toFixed(5), currency: "USD", cost_type: null, description: null, model: null, token_type: null, service_tier: null, context_window: null, workspace_id: null,
      })),
    })),
    ...rest,
  };
}

function openRouterActivity({ provider, query }: Asked, accounts: Accounts): object {
  const date = query.get("date") ?? "";
  const day = Date.parse(`${date}T00:00:00Z`) / 1000;
  return {
    data: sumsOf(accounts, { provider, fromS: day, toS: day + DAY_S }).map((sum) => ({
      date: `${date} 00:00:00`, model: sum.model, model_permaslug: sum.model, endpoint_id: `endpoint-${sum.model}`, provider_name: "Simulator", usage: sum.nanoUsd / NANO_PER_USD, byok_usage_inference: 0, requests: sum.requests,
      prompt_tokens: sum.inputTokens + sum.cacheReadTokens + sum.cacheWriteTokens, completion_tokens: sum.outputTokens + sum.reasoningTokens, reasoning_tokens: sum.reasoningTokens,
    })),
  };
}
