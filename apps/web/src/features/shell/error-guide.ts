/** What each error code of the gateway means and how it is mended, in a person's words. Exhaustive: a new code does not compile without its entry. */
import { ERROR_CODES, type ErrorCode } from "@trunkline/contracts";

interface Guide { readonly when: string; readonly mend: string }

export const ERROR_GUIDE: Readonly<Record<ErrorCode, Guide>> = {
  "caller.invalid_request": { when: "The body is not JSON, is nested too deep, or a field has the wrong type.", mend: "The message names the place: the position in the JSON, or the path of the field. Correct it and send again." },
  "caller.context_overflow": { when: "The prompt is longer than any routable model can hold.", mend: "Shorten the conversation, or name a model with a larger context; the models page can be sorted by it." },
  "caller.content_filtered": { when: "The provider refused the content, or the project refuses prompts that hold what its guardrails name; the message says which.", mend: "Change the prompt. Another provider may judge differently: allow fallbacks, or name one. What the project refuses is under Guardrails." },
  "caller.invalid_api_key": { when: "The key is mistyped, revoked or unknown. Never because a store of ours is away.", mend: "Copy the key again, without spaces or quotes at its ends, and send it as Authorization: Bearer. Make a new one on the API keys page if it is lost." },
  "caller.expired_api_key": { when: "The key's end date has passed.", mend: "Make a new key, or rotate the old one before its date the next time." },
  "tenant.insufficient_credits": { when: "The organization's credits do not cover the estimated cost of the request.", mend: "Top up on the billing page, or lower max_tokens." },
  "tenant.budget_exceeded": { when: "A budget of the key, the project or the organization is used up, or the request might pass it.", mend: "The message names the budget and when it begins anew. Raise it on Limits & budgets, or wait." },
  "tenant.model_not_allowed": { when: "The key, the preset or the project does not allow the model.", mend: "Use an allowed model, or let somebody who manages the key change its list." },
  "tenant.ip_not_allowed": { when: "The key is bound to addresses, and the call came from another.", mend: "Call from an allowed address, or change the key's list." },
  "tenant.suspended": { when: "The organization is suspended or deleted.", mend: "Ask an owner of the organization." },
  "caller.not_found": { when: "There is no such path, or no such thing in this organization.", mend: "Check the path and the id; ids of another organization look like absent ones." },
  "caller.model_not_found": { when: "No model of this name is in the catalogue.", mend: "The message names the nearest ones. GET /v1/models lists all that your key may use." },
  "caller.preset_not_found": { when: "No published preset has this slug.", mend: "Publish the preset first; a draft does not route. The message names the nearest ones." },
  "caller.method_not_allowed": { when: "The path exists, but not for this method.", mend: "Inference is POST, lists are GET." },
  "caller.request_too_large": { when: "The body is larger than 32 MB.", mend: "Send pictures by address instead of inside the body, or fewer of them." },
  "caller.unsupported_media_type": { when: "The body is not application/json in UTF-8.", mend: "Set content-type: application/json." },
  "tenant.rate_limited": { when: "More requests a minute than the key or the organization may make.", mend: "Wait for retry-after; the x-ratelimit headers say how much is left. Keys and the organization's settings name the limit." },
  "gateway.internal": { when: "A fault of ours.", mend: "Send again. If it stays, report the request id." },
  "upstream.failed": { when: "Every attempt failed, also at the fallbacks.", mend: "metadata.attempts says what each provider answered. Add a fallback from another provider to the preset; send again where x-should-retry is true." },
  "gateway.overloaded": { when: "This gateway has as much to do as it can.", mend: "Send again after retry-after." },
  "gateway.dependency_unavailable": { when: "A store of ours does not answer, and nothing is served unmetered.", mend: "Send again after retry-after; /readyz names what is away." },
  "upstream.deadline_exceeded": { when: "No provider answered within the deadline.", mend: "Raise routing.deadline_ms, or prefer faster models: the suffix :nitro, or the strategy fastest." },
};

/** The mend of a code; null for a code of another time. */
export const mendOf = (code: string | null): string | null => (code !== null && code in ERROR_CODES ? ERROR_GUIDE[code as ErrorCode].mend : null);
