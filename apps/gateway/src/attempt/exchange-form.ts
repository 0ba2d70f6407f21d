import { requestOnce, type AddressRules } from "@trunkline/outbound";
import type { ExchangeForm } from "@trunkline/providers";

/** A token endpoint answers within a second; a request waits for the first token only. */
const EXCHANGE_TIMEOUT_MS = 10_000;

/** Posts a token exchange, to no address that the rules refuse. Rejects like `requestOnce`. */
export function createExchangeForm(rules: AddressRules): ExchangeForm {
  return (url, form) => requestOnce({ method: "POST", url, headers: { "content-type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(form).toString(), timeoutMs: EXCHANGE_TIMEOUT_MS }, rules);
}
