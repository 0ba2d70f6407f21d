/** The router as the dashboard sees it: the live path's own planning over a body that is sent nowhere. */
import type { CatalogSnapshot, Need, PresetDocument, PublishedPreset } from "@trunkline/contracts";
import { estimateTokens } from "@trunkline/catalog";
import { BUILT_IN_PRESETS, classifyTask, compilePreset, everyProvider, explain, plan, retryDecision, type HealthSnapshot, type RequestFacts, type RoutePlan, type UserPlan } from "@trunkline/router-core";

export const builtInPresets = (): readonly PublishedPreset[] => [...BUILT_IN_PRESETS.values()];

/** The dashboard does not see the gateways' circuits: every provider counts as well. */
const HEALTHY: HealthSnapshot = { circuit: () => "closed", timeToFirstTokenMs: () => null, tokensPerSecond: () => null };
/** Weighted rules are explained for a draw in the middle; the shares are in the scores. */
const MIDDLE = 0.5;

type Body = Readonly<Record<string, unknown>>;
const record = (value: unknown): Body => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : {});
const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const positive = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null);

function contentTypes(body: Body): Set<string> {
  const messages = Array.isArray(body["messages"]) ? body["messages"] : [];
  return new Set(messages.flatMap((message) => {
    const content = record(message)["content"];
    return Array.isArray(content) ? content.map((part) => text(record(part)["type"]) ?? "") : [];
  }));
}

function needsOf(body: Body): Need[] {
  const types = contentTypes(body);
  const format = record(body["response_format"])["type"];
  return [
    ...(Array.isArray(body["tools"]) && body["tools"].length > 0 ? ["tools" as const] : []),
    ...(types.has("image_url") || types.has("image") ? ["vision" as const] : []),
    ...(types.has("file") || types.has("document") ? ["pdf" as const] : []),
    ...(types.has("input_audio") ? ["audio" as const] : []),
    ...(format === "json_object" ? ["json" as const] : format === "json_schema" ? ["json_schema" as const] : []),
    ...(body["reasoning"] !== undefined || body["reasoning_effort"] !== undefined ? ["reasoning" as const] : []),
  ];
}

export const endUserOf = (body: Body): string | null => text(body["user"]);

/** For rules that ask: `user_plan` of the body stands for an end user who has it, so that a plan can be tried before anybody has it. */
export function userPlanOf({ body, document }: Pick<ExplainQuery, "body" | "document">, stored: ReadonlyMap<string, string>): UserPlan | undefined {
  if (!compilePreset(document).asksUserPlan) return undefined;
  const endUser = endUserOf(body);
  const label = text(body["user_plan"]) ?? (endUser === null ? null : stored.get(endUser) ?? null);
  return label === null ? { label, source: endUser === null ? "no_end_user" : "unlisted" } : { label, source: "stored" };
}

/** Facts of a chat body for a preset that decides the model itself, so the body's own `model` does not count. */
export function factsOf(body: Body): RequestFacts {
  const routing = record(body["routing"]);
  const metadata = Object.entries(record(body["metadata"])).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const prompt = JSON.stringify([body["messages"] ?? body["system"] ?? "", body["tools"] ?? ""]);
  const maxCostUsd = positive(routing["max_cost_usd"]);
  return {
    models: [], inputTokens: positive(body["input_tokens"]) ?? estimateTokens(Buffer.byteLength(prompt)), maxOutputTokens: positive(body["max_completion_tokens"]) ?? positive(body["max_tokens"]),
    needs: needsOf(body), task: text(routing["task"]), endUser: endUserOf(body), metadata: Object.fromEntries(metadata), preferences: {},
    maxCostNanoUsd: maxCostUsd === null ? null : BigInt(Math.round(maxCostUsd * 1e9)), deadlineMs: positive(routing["deadline_ms"]), fallbacks: routing["fallbacks"] !== false,
  };
}

/** Providers that are taken to be down, as their open circuits would say. */
const healthWithout = (down: readonly string[]): HealthSnapshot => (down.length === 0 ? HEALTHY : { ...HEALTHY, circuit: (provider) => (down.includes(provider) ? "open" : "closed") });

const WHAT_IF = ["rate_limited", "server_error", "timeout", "context_overflow", "content_filtered"] as const;

/** Who would be tried next if the first candidate failed so; null: the request ends. */
function whatIf(route: RoutePlan) {
  return WHAT_IF.map((failure) => {
    const { next, reason } = retryDecision(route, 0, { class: failure, status: null, publicMessage: "", retryAfterMs: null });
    const candidate = next === null ? undefined : route.candidates[next];
    return { failure, next: candidate ? { provider: candidate.provider, model: candidate.model } : null, reason };
  });
}

/** The last thing the user says in a chat body. */
function lastWords(body: Body): string {
  const messages = Array.isArray(body["messages"]) ? body["messages"].map(record) : [];
  const content = messages.findLast((message) => message["role"] === "user")?.["content"];
  return typeof content === "string" ? content : Array.isArray(content) ? content.map((part) => text(record(part)["text"]) ?? "").join("\n") : "";
}

export interface ExplainQuery { readonly catalog: CatalogSnapshot; readonly document: PresetDocument; readonly body: Body; readonly nowMs: number; readonly down?: readonly string[] | undefined; readonly userPlan?: UserPlan | undefined }

/** Every provider of the catalogue counts as available: which credentials a gateway holds is the gateway's knowledge. */
export function explainRoute({ catalog, document, body, nowMs, userPlan, down = [] }: ExplainQuery) {
  const preset = { slug: "draft", version: 0, document };
  const facts = { ...factsOf(body), userPlan, inferTask: () => classifyTask({ text: lastWords(body), tools: Array.isArray(body["tools"]) ? body["tools"].length : 0 }) };
  const route = plan({ facts, preset, catalog, health: healthWithout(down), availableProviders: everyProvider(catalog), nowMs, random: MIDDLE });
  return { ...explain(route), what_if: route.candidates.length > 0 ? whatIf(route) : [] };
}
