import type { Profile, Target } from "../adapter.ts";
import { joinUrl } from "./request-body.ts";

/** The newest dated version that is generally available (https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle). */
const API_VERSION = "2024-10-21";

/** Where a chat completion is asked for. */
export const chatUrl = (profile: Profile, target: Target): string => openAiUrl(profile, target, "chat/completions");

/** Where any operation of the OpenAI wire is asked for. */
export function openAiUrl(profile: Profile, target: Target, operation: "chat/completions" | "completions" | "embeddings" | "responses"): string {
  return profile.hosting === "azure" ? azureUrl(target, operation) : joinUrl(target.baseUrl, `/${operation}`);
}

/** Azure's surface without dated versions; it alone has the Responses API among what is generally available. */
export const isVersionless = (baseUrl: string): boolean => /\/v\d+$/.test(new URL(baseUrl).pathname.replace(/\/+$/, ""));

/**
 * A base URL that ends in a version is Azure's versionless surface, where the body names the deployment; any other is the
 * dated one, whose path names it. A query in the base URL stays, and with it an operator's own `api-version`.
 */
function azureUrl({ baseUrl, upstreamModel }: Target, operation: string): string {
  const url = new URL(baseUrl);
  const base = url.pathname.replace(/\/+$/, "");
  if (isVersionless(baseUrl)) url.pathname = `${base}/${operation}`;
  else {
    const root = base.endsWith("/openai") ? base : `${base}/openai`;
    url.pathname = /\/deployments\/[^/]+$/.test(base) ? `${base}/${operation}` : `${root}/deployments/${encodeURIComponent(upstreamModel)}/${operation}`;
    if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", API_VERSION);
  }
  return url.href;
}
