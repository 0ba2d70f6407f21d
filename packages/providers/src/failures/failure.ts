import type { Failure, FailureClass } from "@trunkline/contracts";
import type { UpstreamFailure } from "../adapter.ts";
import { publicMessage } from "./redact.ts";

const FALLBACK_MESSAGES: Readonly<Record<FailureClass, string>> = {
  caller_error: "The provider refused the request as invalid.",
  context_overflow: "The input is longer than the model's context.",
  content_filtered: "The provider's content policy blocked the request.",
  credential_rejected: "The provider rejected the credential.",
  quota_exhausted: "The provider account has no quota left.",
  rate_limited: "The provider is rate limiting.",
  overloaded: "The provider is overloaded.",
  server_error: "The provider failed.",
  timeout: "The provider did not answer in time.",
  network: "The connection to the provider failed.",
  protocol_violation: "The provider sent an answer that is not valid.",
  form_violation: "The provider's model did not answer in the demanded form.",
  cancelled: "The caller left.",
};

export interface FailureFacts {
  readonly status?: number | null;
  /** As the upstream worded it; redacted here. */
  readonly message?: string;
  readonly retryAfterMs?: number | null;
}

export function failureOf(failureClass: FailureClass, facts: FailureFacts = {}): Failure {
  return {
    class: failureClass,
    status: facts.status ?? null,
    publicMessage: publicMessage(facts.message ?? "", FALLBACK_MESSAGES[failureClass]),
    retryAfterMs: facts.retryAfterMs ?? null,
  };
}

/** No answer arrived, or its body broke off. The transport's own message may carry addresses, so only the phase is told. */
export function classifyTransport(failure: Extract<UpstreamFailure, { at: "transport" }>): Failure {
  const where = { connect: "while connecting to the provider", headers: "while waiting for the provider's answer", body: "while reading the provider's answer" }[failure.phase];
  return failure.timeout ? failureOf("timeout", { message: `Timed out ${where}.` }) : failureOf("network", { message: `The connection broke ${where}.` });
}

/**
 * The class that a status alone tells. QUIRK(all): 404 is no fault of the caller, whose model name was resolved by our own catalogue:
 * this provider does not serve the model, another may.
 */
export function classFromStatus(status: number): FailureClass {
  switch (status) {
    case 401: case 403: return "credential_rejected";
    case 402: return "quota_exhausted";
    case 404: case 409: case 424: return "server_error";
    case 408: case 504: case 524: return "timeout";
    case 413: return "context_overflow";
    case 429: return "rate_limited";
    case 498: case 503: case 529: return "overloaded";
  }
  if (status >= 500) return "server_error";
  return status >= 400 ? "caller_error" : "protocol_violation";
}

/** What a provider's words tell beyond its status, for providers that put everything under 400. null when they tell nothing. */
export function classFromWords(words: string): FailureClass | null {
  const rule = WORD_RULES.find(([pattern]) => pattern.test(words));
  return rule ? rule[1] : null;
}

const WORD_RULES: readonly (readonly [RegExp, FailureClass])[] = [
  [/context_length_exceeded|maximum context length|context (?:window|limit|length)|prompt is too long|input is too long|input token count.{0,80}exceeds|too many (?:input )?tokens in (?:the )?(?:prompt|request)|request_too_large/i, "context_overflow"],
  [/insufficient_quota|exceeded your current quota, please check your plan|credit balance is too low|insufficient (?:balance|credits|funds)|billing_(?:error|hard_limit_reached|not_active)|(?:run|ran) out of credits|spending limit/i, "quota_exhausted"],
  [/content_filter|content_policy|content management policy|responsibleaipolicyviolation|flagged as potentially violating|safety_violation|moderation_blocked/i, "content_filtered"],
  [/invalid_api_key|incorrect api key|invalid api key|api key not valid|api_key_invalid|api key expired|authentication_error|invalid x-api-key/i, "credential_rejected"],
];
