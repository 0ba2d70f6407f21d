/** Cross-site request forgery: Next checks route handlers for nothing, so every unsafe method with a session passes here first. */
import { webEnv } from "../env.ts";
import { problem } from "./problem.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * True when an unsafe request may come from another site. `Sec-Fetch-Site` is the browser's own statement and settles it;
 * without it `Origin` must be ours. A request with neither is no browser's: harmless only as long as it carries no cookie.
 */
export function isForeign(request: { readonly method: string; readonly headers: Headers }, ownOrigin: string): boolean {
  if (SAFE.has(request.method)) return false;
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  const origin = request.headers.get("origin");
  return origin === null ? request.headers.has("cookie") : origin !== ownOrigin;
}

/** null: go on. */
export function refuseForeignOrigin(request: Request): Response | null {
  if (!isForeign(request, new URL(webEnv().PUBLIC_WEB_URL).origin)) return null;
  return problem({ status: 403, title: "Cross-site request refused", detail: "Send the request from the dashboard itself, or use a management key." });
}
