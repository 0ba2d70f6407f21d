// What is kept of a recorded request: its form, and nothing private. Long texts are their makers' own and are kept as a length; identifiers,
// keys and paths of the machine are replaced.
const HEADERS_DROPPED = new Set(["authorization", "x-api-key", "host", "content-length", "connection", "accept-encoding"]);
/** Names, enumerations and settings are shorter; prose is longer. */
const KEPT_CHARACTERS_MAX = 100;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

const hidden = (text, home) => text.replaceAll(home, "/home/user").replace(UUID, "00000000-0000-4000-8000-000000000000").replace(/\b[0-9a-f]{40,}\b/gi, (hex) => "0".repeat(hex.length)).replace(/\bses_\w+/g, "ses_0").replace(/"agent_name":"[^"]*"/g, '"agent_name":"/"').replace(/_at_unix_ms":\d+/g, '_at_unix_ms":0');

function strippedBody(value, { home, key = "" }) {
  if (typeof value === "string") {
    const text = hidden(value, home);
    return text.length > KEPT_CHARACTERS_MAX && key !== "user_id" && !key.startsWith("x-codex") ? `«${text.length} characters»` : text;
  }
  if (Array.isArray(value)) return value.map((item) => strippedBody(item, { home, key }));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, strippedBody(item, { home, key: name })]));
}

/** One recorded exchange → one request of a fixture. */
export function strippedExchange({ method, path, headers, body }, home) {
  const kept = Object.entries(headers).filter(([name]) => !HEADERS_DROPPED.has(name)).map(([name, value]) => [name, hidden(String(value), home)]);
  return { method, path, credential: headers["x-api-key"] ? "x-api-key" : headers["authorization"] ? "bearer" : null, headers: Object.fromEntries(kept), body: body === "" ? null : strippedBody(JSON.parse(body), { home }) };
}
