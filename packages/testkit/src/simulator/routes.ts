// Decides which wire and operation a path means. The first segment is the provider, unless the path starts with a
// version; the wire is recognised by how the path ends, so that any provider's own prefix fits in between.

import type { WireName } from "./call.ts";

export type Operation = "generate" | "count_tokens" | "embed" | "models" | "model" | "prediction" | "prediction_stream" | "prediction_cancel" | "account";

export interface Route {
  provider: string;
  wire: WireName;
  operation: Operation;
  /** Path after the provider segment. */
  path: string;
}

const VERSION_SEGMENT = /^v\d+(alpha|beta)?\d*$/;

interface Ending {
  pattern: RegExp;
  method: "GET" | "POST";
  wire: WireName;
  operation: Operation;
}

const ENDINGS: readonly Ending[] = [
  { pattern: /\/chat\/completions$/, method: "POST", wire: "openai", operation: "generate" },
  { pattern: /\/completions$/, method: "POST", wire: "completions", operation: "generate" },
  { pattern: /\/responses$/, method: "POST", wire: "responses", operation: "generate" },
  { pattern: /\/embeddings$/, method: "POST", wire: "openai", operation: "embed" },
  { pattern: /\/messages$/, method: "POST", wire: "anthropic", operation: "generate" },
  { pattern: /\/messages\/count_tokens$/, method: "POST", wire: "anthropic", operation: "count_tokens" },
  { pattern: /:(streamG|g)enerateContent$/, method: "POST", wire: "gemini", operation: "generate" },
  { pattern: /\/model\/[^/]+\/converse(-stream)?$/, method: "POST", wire: "bedrock", operation: "generate" },
  { pattern: /\/model\/[^/]+\/invoke(-with-response-stream)?$/, method: "POST", wire: "bedrock_anthropic", operation: "generate" },
  { pattern: /\/model\/[^/]+\/count-tokens$/, method: "POST", wire: "bedrock_anthropic", operation: "count_tokens" },
  { pattern: /\/models\/count-tokens:rawPredict$/, method: "POST", wire: "vertex_anthropic", operation: "count_tokens" },
  { pattern: /:(streamR|r)awPredict$/, method: "POST", wire: "vertex_anthropic", operation: "generate" },
  { pattern: /\/v2\/embed$/, method: "POST", wire: "cohere", operation: "embed" },
  { pattern: /\/v2\/chat$/, method: "POST", wire: "cohere", operation: "generate" },
  { pattern: /\/models\/[^/]+\/[^/]+\/predictions$/, method: "POST", wire: "replicate", operation: "generate" },
  { pattern: /\/predictions\/[^/]+$/, method: "GET", wire: "replicate", operation: "prediction" },
  { pattern: /\/predictions\/[^/]+\/stream$/, method: "GET", wire: "replicate", operation: "prediction_stream" },
  { pattern: /\/predictions\/[^/]+\/cancel$/, method: "POST", wire: "replicate", operation: "prediction_cancel" },
  { pattern: /\/account$/, method: "GET", wire: "replicate", operation: "account" },
  { pattern: /:countTokens$/, method: "POST", wire: "gemini", operation: "count_tokens" },
  { pattern: /:(batchEmbedContents|embedContent)$/, method: "POST", wire: "gemini", operation: "embed" },
  { pattern: /\/models$/, method: "GET", wire: "openai", operation: "models" },
  { pattern: /\/models\/.+$/, method: "GET", wire: "openai", operation: "model" },
];

const OWN_WIRES: Record<string, WireName> = { anthropic: "anthropic", gemini: "gemini", google: "gemini" };

/** Finds the route of a request, or null where no provider would know the path. A trailing slash is forgiven. */
export function findRoute(method: string, pathname: string): Route | null {
  const path = pathname.length > 1 && pathname.endsWith("/") ? pathname.slice(0, -1) : pathname;
  const ending = ENDINGS.find((candidate) => candidate.method === method && candidate.pattern.test(path));
  if (ending === undefined) return null;
  const first = path.slice(1).split("/", 1)[0] ?? "";
  if (first === "" || VERSION_SEGMENT.test(first)) {
    return { provider: ending.wire, wire: ending.wire, operation: ending.operation, path };
  }
  const provider = first.toLowerCase();
  const listing = ending.operation === "models" || ending.operation === "model";
  const wire = listing ? (OWN_WIRES[provider] ?? "openai") : ending.wire;
  return { provider, wire, operation: ending.operation, path: path.slice(first.length + 1) };
}
