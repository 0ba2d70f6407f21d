import { GatewayError } from "@trunkline/contracts";
import { parseKey, type ParsedKey } from "@trunkline/keys";

/** What a request presents as its key; null without one. */
export function presentedText(headers: Readonly<Record<string, string>>): string | null {
  const text = bearerToken(headers["authorization"]) ?? headers["x-api-key"] ?? headers["api-key"];
  return text ? text.trim() : null;
}

/**
 * The key of a request, from `Authorization: Bearer`, `x-api-key` or `api-key`. Shape and checksum are verified here, before any store
 * is asked. Throws GatewayError caller.invalid_api_key.
 */
export function readPresentedKey(text: string | null): ParsedKey {
  if (!text) throw new GatewayError("caller.invalid_api_key", "No API key. Send it as `Authorization: Bearer tl_live_…` or in `x-api-key`.");
  const key = parseKey(text);
  if (!key) throw new GatewayError("caller.invalid_api_key", "This is not a valid Trunkline API key: its form or checksum is wrong. Copy it again from the dashboard.");
  if (key.kind === "mgmt") throw new GatewayError("caller.invalid_api_key", "Management keys (tl_mgmt_…) work on the management API only. Use a tl_live_ or tl_test_ key here.");
  return key;
}

function bearerToken(header: string | undefined): string | undefined {
  if (header?.startsWith("Bearer tl_")) return header.slice("Bearer ".length);
  const match = header === undefined ? null : /^bearer +(\S+)\s*$/i.exec(header);
  return match?.[1];
}
