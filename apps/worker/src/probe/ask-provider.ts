// One question to one model of one provider, on the platform's own credential: the smallest call that its wire has. It promises to end within its bound and never to reject:
// what goes wrong is a failure, classed as a request's would be.
import type { Failure } from "@trunkline/contracts";
import type { DueProbe } from "@trunkline/db/worker";
import { requestOnce, type OutboundAnswer } from "@trunkline/outbound";
import { adapterFor, authorizeHeaders, createGoogleTokenSource, parseServiceAccount, PROVIDERS, type Call, type GoogleTokenSource, type PlatformCredential, type Profile, type Signing } from "@trunkline/providers";
import type { AskedPair } from "./active-probes.ts";

/** A healthy model says a word well within it. */
const TIMEOUT_MS = 15_000;
/** The least that every API takes (OpenAI's Responses API demands sixteen); a model that thinks first may spend it all on that, which is an answer too. */
const OUTPUT_TOKENS_MAX = 16;
const BODY = { model: "probe", max_tokens: OUTPUT_TOKENS_MAX, messages: [{ role: "user" as const, content: "Reply with the word ok." }] };
const RAW = Buffer.from(JSON.stringify(BODY));
/** The operator named these addresses. */
const ANY_ADDRESS = { allowPrivate: true };

export interface AskProviderOptions { readonly credentials: ReadonlyMap<string, PlatformCredential>; readonly now: () => number }

/** Providers whose first answer is a job are left out: what they are asked cannot be answered within one request. */
export const isProbed = (provider: string): boolean => adapterFor(provider).follow === undefined;

export function createAskProvider({ credentials, now }: AskProviderOptions): (pair: DueProbe) => Promise<AskedPair> {
  const tokens = new Map<string, GoogleTokenSource>();
  const secretOf = async (profile: Profile, secret: string): Promise<string> => {
    if (profile.authorize !== "google" || !secret.startsWith("{")) return secret;
    const source = tokens.get(profile.id) ?? createGoogleTokenSource(parseServiceAccount(secret), { now, exchange: (url, form) => requestOnce({ method: "POST", url, headers: { "content-type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(form).toString(), timeoutMs: TIMEOUT_MS }, ANY_ADDRESS) });
    tokens.set(profile.id, source);
    return source.peek() ?? await source.token();
  };
  const send = async ({ provider, model, upstreamModel }: DueProbe, call: Call): Promise<OutboundAnswer> => {
    const [profile, credential] = [PROVIDERS.get(provider), credentials.get(provider)];
    if (!profile || !credential) throw new Error(`no credential of ${provider}`);
    const { method, url, headers, body } = adapterFor(provider).prepare(call, { provider, model, upstreamModel, baseUrl: credential.baseUrl, maxOutputTokens: OUTPUT_TOKENS_MAX });
    const request: Signing["request"] = { method, url, headers, body };
    const authorization = authorizeHeaders(profile, await secretOf(profile, credential.apiKey ?? ""), { request, nowMs: now() });
    return requestOnce({ method, url, headers: { ...headers, ...authorization }, body: Buffer.from(body).toString("utf8"), timeoutMs: TIMEOUT_MS }, ANY_ADDRESS);
  };
  return async (pair) => {
    const adapter = adapterFor(pair.provider);
    const call: Call = { raw: RAW, body: BODY, inbound: "chat_completions", stream: false, wantsUsageChunk: false, hub: () => BODY, requestId: "req_probe", createdAtSeconds: Math.floor(now() / 1_000) };
    const failed = (failure: Failure): AskedPair => ({ failure, inputTokens: 0, outputTokens: 0 });
    try {
      const { status, body } = await send(pair, call);
      const bytes = Buffer.from(body);
      if (status >= 400) return failed(adapter.classify({ at: "response", status, headers: {}, body: bytes, nowMs: now() }));
      const { usage, failure } = adapter.relayBody(call, bytes, { provider: pair.provider, cost: () => 0, explain: () => null }).observation;
      return { failure, inputTokens: usage ? usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens : 0, outputTokens: usage ? usage.outputTokens + usage.reasoningTokens : OUTPUT_TOKENS_MAX };
    } catch (error) {
      const timeout = error instanceof Error && "code" in error && error.code === "ETIMEDOUT";
      return failed(adapter.classify({ at: "transport", phase: timeout ? "headers" : "connect", timeout, message: "The probe was not answered." }));
    }
  };
}
