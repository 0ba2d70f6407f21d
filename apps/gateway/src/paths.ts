import type { InboundApi } from "@trunkline/contracts";

/** Prefixes that clients put before the resource; each may be doubled or missing. */
const PREFIX = /^(?:\/(?:api|openai|anthropic|v1))+(?=\/|$)/;

/**
 * The resource a URL means: without query, prefix, doubled and trailing slashes. `/openai/v1/v1/chat/completions/?beta=true` is
 * `/chat/completions`; the root is `/`.
 */
export function resourcePath(url: string): string {
  const known = resources.get(url);
  if (known !== undefined) return known;
  const resource = readResource(url);
  if (resources.size < RESOURCES_MAX && url.length <= RESOURCE_CHARS_MAX) resources.set(url, resource);
  return resource;
}

/** Clients call the same few URLs for ever; the first ones seen are kept. */
const RESOURCES_MAX = 64;
const RESOURCE_CHARS_MAX = 64;
const resources = new Map<string, string>();

function readResource(url: string): string {
  const query = url.indexOf("?");
  const path = (query === -1 ? url : url.slice(0, query)).replace(/\/{2,}/g, "/");
  const resource = path.replace(PREFIX, "").replace(/\/+$/, "");
  return resource === "" ? "/" : resource;
}

const APIS: Readonly<Record<string, InboundApi>> = { "/messages": "messages", "/messages/count_tokens": "messages", "/responses": "responses", "/embeddings": "embeddings", "/completions": "completions" };

/** The inbound API that a resource belongs to, or `other`: for metrics, whose labels are a closed list. */
export const inboundLabelOf = (path: string): InboundApi | "other" => path === "/chat/completions" ? "chat_completions" : APIS[path] ?? "other";

/** Which wire's errors a caller of this path can read. */
export function inboundApiOf(path: string): InboundApi {
  return APIS[path] ?? (path.startsWith("/messages/") ? "messages" : "chat_completions");
}
