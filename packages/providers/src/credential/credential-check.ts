/**
 * How to find out, for nothing, whether a provider takes a credential: which request to send, and whose fault its answer shows. Pure:
 * sending it, and guarding where it goes, is the caller's.
 */
import type { Failure } from "@trunkline/contracts";
import type { Profile } from "../adapter.ts";
import { authorizeHeaders } from "../authorize/authorize-headers.ts";
import { adapterFor } from "../registry.ts";
import { joinUrl } from "../relay/request-body.ts";

export interface CredentialCheck {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `ok` with a `note` where the key is genuine but would not serve now. `fault` names who has to act. */
export type CredentialVerdict =
  | { readonly ok: true; readonly note: string | null }
  | { readonly ok: false; readonly fault: "credential" | "address" | "provider"; readonly message: string };

interface CheckForm { readonly method: "GET" | "POST"; readonly path: string }

const LIST: CheckForm = { method: "GET", path: "/models" };
/** A body that no provider serves: one that has let the credential in says so by complaining about the body. */
const EMPTY_CALL: CheckForm = { method: "POST", path: "/chat/completions" };
/** QUIRK: these list their models to anybody, so a list proves nothing. */
const PUBLIC_LIST: Readonly<Record<string, CheckForm>> = {
  openrouter: { method: "GET", path: "/key" }, perplexity: EMPTY_CALL, deepinfra: EMPTY_CALL,
};
const EMPTY_BODY = "{}";
/** Any version lists models (https://docs.anthropic.com/en/api/models-list). */
const ANTHROPIC_VERSION = "2023-06-01";

function formOf(profile: Profile): CheckForm {
  if (profile.hosting === "bedrock" || profile.dialect === "bedrock") return { method: "POST", path: "/model/credential-check/converse" };
  // https://cloud.google.com/vertex-ai/docs/reference/rest: authorization comes first, and only who has it hears that there is no such model.
  if (profile.hosting === "vertex") return { method: "POST", path: profile.dialect === "anthropic" ? "/publishers/anthropic/models/credential-check:rawPredict" : "/publishers/google/models/credential-check:generateContent" };
  if (profile.dialect === "replicate") return { method: "GET", path: "/account" };
  if (profile.dialect === "cohere") return { method: "GET", path: "/v1/models" };
  return PUBLIC_LIST[profile.id] ?? LIST;
}

/** `secret`: what the provider takes; of a service account, a token that was minted from it. */
export function credentialCheck(profile: Profile, { baseUrl, secret, nowMs }: { readonly baseUrl: string; readonly secret: string; readonly nowMs: number }): CredentialCheck {
  const { method, path } = formOf(profile);
  const url = joinUrl(baseUrl, path);
  const plain: Record<string, string> = { accept: "application/json", ...(method === "POST" ? { "content-type": "application/json" } : {}), ...(profile.dialect === "anthropic" && !profile.hosting ? { "anthropic-version": ANTHROPIC_VERSION } : {}) };
  const body = method === "POST" ? EMPTY_BODY : undefined;
  const headers = { ...plain, ...authorizeHeaders(profile, secret, { request: { method, url, headers: plain, body: Buffer.from(body ?? "") }, nowMs }) };
  return body === undefined ? { method, url, headers } : { method, url, headers, body };
}

/** 400, 404 and 422 are complaints about our empty call, which only somebody who was let in hears. */
const COMPLAINTS: ReadonlySet<number> = new Set([400, 404, 422]);

/** What the answer of the provider says about the credential. The message is redacted. */
export function credentialVerdict(profile: Profile, answer: { readonly method: "GET" | "POST"; readonly status: number; readonly body: string; readonly nowMs: number }): CredentialVerdict {
  if (answer.status >= 200 && answer.status < 300) return { ok: true, note: null };
  const failure = adapterFor(profile.id).classify({ at: "response", status: answer.status, headers: {}, body: Buffer.from(answer.body), nowMs: answer.nowMs });
  return verdictOf(profile, failure, answer);
}

function verdictOf(profile: Profile, failure: Failure, { method, status }: { readonly method: string; readonly status: number }): CredentialVerdict {
  const said = `${profile.name} answered ${status}: ${failure.publicMessage}`;
  switch (failure.class) {
    case "credential_rejected": return { ok: false, fault: "credential", message: `${said} The key is not accepted there: check that it is whole, not revoked, and of the right account.` };
    case "quota_exhausted": return { ok: true, note: `${said} The key is genuine, but its account has no quota left.` };
    case "rate_limited": return { ok: true, note: `${said} The key is genuine, and over its rate limit right now.` };
    default: break;
  }
  if (method === "POST" && COMPLAINTS.has(status)) return { ok: true, note: null };
  if (status < 500 && failure.class !== "overloaded" && failure.class !== "timeout") return { ok: false, fault: "address", message: `${said} Nothing of this provider is at that address: check the base URL.` };
  return { ok: false, fault: "provider", message: `${said} The fault is the provider's, so the key could not be checked. Try again in a minute.` };
}
