/**
 * Counts the input tokens of a Messages body: by the endpoint of the provider that would serve it, where that has one, else by an estimate that says so.
 * Nothing here is retried, charged or held against the provider's health: a count is asked before the real request, and a late one is worth nothing.
 */
import { estimateTokens } from "@trunkline/catalog";
import { GatewayError, type BookMode } from "@trunkline/contracts";
import { tokenCounterFor, type Target } from "@trunkline/providers";
import type { RoutePlan } from "@trunkline/router-core";
import type { AuthenticatedCall, Inbound, Stages } from "../stages.ts";
import type { Authorization } from "./authorization.ts";
import type { Credentials } from "./credentials.ts";
import type { OrganizationCredentials } from "./organization-credentials.ts";
import { upstreamAddress } from "./upstream-address.ts";
import type { UpstreamPools } from "./upstream-pools.ts";

/** Agents wait for the count before they send. */
const COUNT_TIMEOUT_MS = 3_000;
/** A count is some tens of bytes. */
const ANSWER_BYTES_MAX = 16_384;

export interface CountTokensOptions {
  readonly stages: Pick<Stages, "authenticate" | "admit">;
  readonly plan: (call: AuthenticatedCall) => Promise<RoutePlan>;
  readonly pools: Pick<UpstreamPools, "find">;
  readonly guardedPools: Pick<UpstreamPools, "find">;
  readonly own: Pick<OrganizationCredentials, "find">;
  readonly ownAuthorization: Pick<Authorization, "headers">;
  readonly credentials: Credentials;
  readonly timeoutMs?: number;
}

/** `counted`: by `provider`, for the model that would serve. `estimated`: from the text's length, with why. */
export type TokenCount =
  | { readonly input_tokens: number; readonly basis: "counted"; readonly provider: string; readonly model: string }
  | { readonly input_tokens: number; readonly basis: "estimated"; readonly reason: string };

/** Rejects like authentication and the request limit do, and for nothing else. */
export function createCountTokens(options: CountTokensOptions): (inbound: Inbound) => Promise<TokenCount> {
  return async (inbound) => {
    const call = await options.stages.authenticate(inbound);
    const admitted = await options.stages.admit(call);
    admitted.reservation.release();
    const estimated = (reason: string): TokenCount => ({ input_tokens: estimateTokens(inbound.call.raw.byteLength), basis: "estimated", reason });
    const planned = await options.plan(call).catch((error: unknown) => { if (error instanceof GatewayError) return null; throw error; });
    const candidate = planned?.candidates[0];
    if (!candidate) return estimated("no model can be routed to");
    const counter = tokenCounterFor(candidate.provider);
    if (!counter) return estimated(`${candidate.provider} has no endpoint that counts a Messages body`);
    const own = candidate.credential ? options.own.find(call.key) : null;
    const baseUrl = own && candidate.credential ? own.baseUrl(candidate.credential.id) : null;
    const target: Target = { provider: candidate.provider, model: candidate.model, upstreamModel: candidate.upstreamModel, baseUrl: baseUrl ?? options.credentials.baseUrl(candidate.provider, call.mode), maxOutputTokens: candidate.maxOutputTokens };
    try {
      const request = counter.prepare(call.call, target);
      const headers = await (own && candidate.credential ? own.headers(candidate.credential.id, request, options.ownAuthorization) : options.credentials.headers(candidate.provider, { routed: asked(call), attempt: 1, request }));
      const pools = baseUrl === null ? options.pools : options.guardedPools;
      const tokens = counter.read(await answered(pools, { ...request, headers: { ...request.headers, ...headers } }, options.timeoutMs ?? COUNT_TIMEOUT_MS));
      if (tokens !== null) return { input_tokens: tokens, basis: "counted", provider: candidate.provider, model: candidate.model };
    } catch { /* Whatever went wrong, the estimate stands, and says that it is one. */ }
    return estimated(`${candidate.provider} gave no count in time`);
  };
}

const asked = ({ mode, exchange }: AuthenticatedCall): { readonly mode: BookMode; readonly exchange: AuthenticatedCall["exchange"] } => ({ mode, exchange });

interface Asked { readonly method: "POST"; readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }

/** The body of a 200. Rejects for anything else. */
async function answered(pools: Pick<UpstreamPools, "find">, { method, url, headers, body }: Asked, timeoutMs: number): Promise<string> {
  const { origin, path } = upstreamAddress(url);
  const pool = pools.find(origin);
  if (!pool) throw new Error("the queue to this provider is full");
  const response = await pool.dispatcher.request({ origin, path, method, headers, body: Buffer.from(body), signal: AbortSignal.timeout(timeoutMs) });
  if (response.statusCode !== 200) { await response.body.dump(); throw new Error(`status ${response.statusCode}`); }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += (chunk as Buffer).length;
    if (size > ANSWER_BYTES_MAX) throw new Error("no count is that long");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
