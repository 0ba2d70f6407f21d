/**
 * What settlement depends on, of providers: the wire, whether a stream that its caller left is billed on, and whether usage has to be asked for. A lane
 * is one provider and model of each kind; which kinds there are, the registry says, so that a new one without a lane is seen.
 */
import { SEED } from "@trunkline/catalog";
import type { InboundApi } from "@trunkline/contracts";
import { adapterFor, PROVIDERS, type Call } from "@trunkline/providers";
import { parseChatRequest } from "@trunkline/protocol";
import { findRoute, type JournalEntry } from "@trunkline/testkit/simulator";

export type Wire = JournalEntry["wire"];
export interface Lane { readonly provider: string; readonly model: string }
export interface Kind { readonly wire: Wire; readonly billsOn: boolean; readonly usage: "asked for" | "unasked" }

export const PROMPT = "Say something short.";
/** An answer may be so long: longer than any that is ordered to the end. */
const TOKENS_MAX = 6_000;

/** Every inbound API. */
export const INBOUNDS: Readonly<Record<InboundApi, { readonly path: string; readonly body: Readonly<Record<string, unknown>>; readonly isText: boolean }>> = {
  chat_completions: { path: "/chat/completions", body: { messages: [{ role: "user", content: PROMPT }], max_tokens: TOKENS_MAX }, isText: true },
  messages: { path: "/messages", body: { messages: [{ role: "user", content: PROMPT }], max_tokens: TOKENS_MAX }, isText: true },
  responses: { path: "/responses", body: { input: PROMPT, max_output_tokens: TOKENS_MAX }, isText: true },
  completions: { path: "/completions", body: { prompt: PROMPT, max_tokens: TOKENS_MAX }, isText: true },
  embeddings: { path: "/embeddings", body: { input: [PROMPT, "and another text"] }, isText: false },
};

export const TEXT_LANES: readonly Lane[] = [
  { provider: "openai", model: "openai/gpt-5-mini" },
  // Served on the Responses wire alone, whoever asks.
  { provider: "openai", model: "openai/gpt-5-codex" },
  { provider: "groq", model: "openai/gpt-oss-120b" },
  { provider: "mistral", model: "mistralai/mistral-small" },
  { provider: "fireworks", model: "meta-llama/llama-3.1-8b-instruct" },
  { provider: "anthropic", model: "anthropic/claude-haiku-4.5" },
  { provider: "vertex-anthropic", model: "anthropic/claude-sonnet-4.5" },
  { provider: "bedrock-anthropic", model: "anthropic/claude-sonnet-4.5" },
  { provider: "gemini", model: "google/gemini-2.5-flash" },
  { provider: "vertex", model: "google/gemini-2.5-flash" },
  { provider: "bedrock", model: "amazon/nova-pro-v1" },
  { provider: "cohere", model: "cohere/command-a" },
  { provider: "replicate", model: "deepseek/deepseek-chat-v3.1" },
];
export const EMBEDDING_LANES: readonly Lane[] = [
  { provider: "openai", model: "openai/text-embedding-3-small" },
  { provider: "mistral", model: "mistralai/mistral-embed" },
  { provider: "gemini", model: "google/gemini-embedding-001" },
  { provider: "cohere", model: "cohere/embed-v4.0" },
];
export const lanesOf = (inbound: InboundApi): readonly Lane[] => INBOUNDS[inbound].isText ? TEXT_LANES : EMBEDDING_LANES;

const upstreamModel = ({ provider, model }: Lane): string => SEED.endpoints.find((endpoint) => endpoint.provider === provider && endpoint.model === model)?.upstreamModel ?? "m";

export const kindOfLane = (lane: Lane, inbound: InboundApi): Kind => kindOf(lane.provider, inbound, upstreamModel(lane));

/** By the address that the provider's adapter would ask. Throws RangeError where the provider has no such wire. */
export function kindOf(provider: string, inbound: InboundApi, upstream: string): Kind {
  const profile = PROVIDERS.get(provider);
  const baseUrl = `http://simulator/${provider}/v1`;
  const body = { model: "m", ...INBOUNDS[inbound].body };
  const call: Call = { raw: Buffer.from(JSON.stringify(body)), body, inbound, stream: false, wantsUsageChunk: true, hub: () => parseChatRequest({ model: "m", messages: [{ role: "user", content: PROMPT }] }), requestId: "req_1", createdAtSeconds: 0 };
  const { url } = adapterFor(provider, { inbound, upstreamModel: upstream, baseUrl }).prepare(call, { provider, model: "m", upstreamModel: upstream, baseUrl, maxOutputTokens: TOKENS_MAX });
  const wire = findRoute("POST", new URL(url).pathname)?.wire;
  if (!wire) throw new Error(`the simulator does not know ${url}`);
  // Vectors come whole: no stream to leave, no usage to ask for.
  if (!INBOUNDS[inbound].isText) return { wire, billsOn: false, usage: "asked for" };
  return { wire, billsOn: profile?.billsAfterCancel === true, usage: wire === "openai" && profile?.omits?.includes("stream_options") ? "unasked" : "asked for" };
}

/** Any model, and one that OpenAI serves on the Responses wire alone. */
const upstreamModels = (provider: string): readonly string[] => ["author/any-model", ...(PROVIDERS.get(provider)?.responses ? ["gpt-5-codex"] : [])];

/** Every kind that callers of an inbound API can meet. */
export function kindsOf(inbound: InboundApi): readonly Kind[] {
  return [...PROVIDERS.keys()].flatMap((provider) => upstreamModels(provider).flatMap((model) => {
    try { return [kindOf(provider, inbound, model)]; } catch (error) { if (error instanceof RangeError) return []; throw error; }
  }));
}

export const nameOf = ({ wire, billsOn, usage }: Kind): string => `${wire}, ${billsOn ? "bills on" : "stops"}, usage ${usage}`;
