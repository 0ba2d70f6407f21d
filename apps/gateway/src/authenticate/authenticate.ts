import { GatewayError } from "@trunkline/contracts";
import type { ApiKeyRecord } from "@trunkline/db/gateway";
import type { AuthenticatedCall, Exchange, Inbound, Soon, Stages } from "../stages.ts";
import { allowBrowser } from "./browser-access.ts";
import type { KeyCache } from "./key-cache.ts";
import { presentedText, readPresentedKey } from "./presented-key.ts";

/**
 * Input: any request. Output: a key that exists, is genuine, neither revoked nor expired, of an organization in good standing.
 * Fails with GatewayError 401, 403 tenant.suspended, or 503 when an unknown key cannot be checked.
 */
export function authenticateExchange(exchange: Exchange, keys: Pick<KeyCache, "find" | "findFresh">, nowMs: number): Soon<ApiKeyRecord> {
  const text = presentedText(exchange.headers);
  const fresh = text === null ? null : keys.findFresh(text);
  return fresh ? checked(fresh, exchange, nowMs) : keys.find(readPresentedKey(text)).then((record) => checked(record, exchange, nowMs));
}

function checked(record: ApiKeyRecord | null, exchange: Exchange, nowMs: number): ApiKeyRecord {
  if (!record) throw new GatewayError("caller.invalid_api_key", "This API key does not exist. Create one in the dashboard under Keys.");
  allowBrowser(exchange, record);
  if (record.revokedAtMs !== null && record.revokedAtMs <= nowMs) throw new GatewayError("caller.invalid_api_key", "This API key has been revoked. Use another, or create one in the dashboard under Keys.");
  if (record.expiresAtMs !== null && record.expiresAtMs <= nowMs) throw new GatewayError("caller.expired_api_key", `This API key expired at ${new Date(record.expiresAtMs).toISOString()}. Create a new one in the dashboard under Keys.`);
  if (record.suspended) throw new GatewayError("tenant.suspended", "This organization is suspended. Its owner can settle the matter in the dashboard under Billing.");
  return record;
}

export function createAuthenticate(keys: Pick<KeyCache, "find" | "findFresh">, now: () => number): Stages["authenticate"] {
  const authenticated = (inbound: Inbound, key: ApiKeyRecord): AuthenticatedCall => ({ exchange: inbound.exchange, call: inbound.call, facts: inbound.facts, key, mode: key.kind === "test" ? "test" : "live" });
  return (inbound) => {
    const key = authenticateExchange(inbound.exchange, keys, now());
    return key instanceof Promise ? key.then((record) => authenticated(inbound, record)) : authenticated(inbound, key);
  };
}
