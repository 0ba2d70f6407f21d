/**
 * Which web pages may read an answer. A key belongs on a server, so no page may, unless the key names the page's origin; a preflight
 * carries no key, so it is allowed where some key names the origin. Everything else about CORS is left to the server.
 */
import type { ApiKeyRecord } from "@trunkline/db/gateway";
import type { Exchange } from "../stages.ts";

const ALLOW_ORIGIN = "access-control-allow-origin";
/** A key that any page may use. */
const ANY_ORIGIN = "*";
/** Of the answer's headers, those that a page's script may see beside the few that it always may. */
const EXPOSED = "x-trunkline-request-id, x-trunkline-provider, x-trunkline-model, x-trunkline-preset, x-trunkline-attempts, x-trunkline-losses, request-id, retry-after, retry-after-ms, x-should-retry, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, etag";

const permits = (origins: readonly string[], origin: string): boolean => origins.includes(origin) || origins.includes(ANY_ORIGIN);

/** Lets the asking page read whatever is answered from here on, if the key allows it; said once, however often the key is looked at. A caller that is no page has no origin. */
export function allowBrowser({ headers, answerHeaders }: Exchange, key: Pick<ApiKeyRecord, "browserOrigins">): void {
  const { origin } = headers;
  if (origin === undefined || !permits(key.browserOrigins, origin) || answerHeaders.includes(ALLOW_ORIGIN)) return;
  answerHeaders.push(ALLOW_ORIGIN, origin, "access-control-expose-headers", EXPOSED, "vary", "origin");
}

/** A removed origin is no longer allowed after this; until then only its preflight is. */
const FRESH_MS = 60_000;
/** A new one is found at its first use, but no more often is the store asked for origins that nobody knows. */
const UNKNOWN_MS = 1_000;

/** The origins of all keys, as a preflight may ask for them. While the store is away, what was known last holds. */
export class BrowserOrigins {
  #known: readonly string[] = [];
  #loadedAtMs = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;

  constructor(private readonly db: { loadBrowserOrigins(): Promise<readonly string[]> }, private readonly now: () => number) {}

  async allow(origin: string): Promise<boolean> {
    const ageMs = this.now() - this.#loadedAtMs;
    if (ageMs > (permits(this.#known, origin) ? FRESH_MS : UNKNOWN_MS)) await (this.#loading ??= this.#load());
    return permits(this.#known, origin);
  }

  async #load(): Promise<void> {
    this.#loadedAtMs = this.now();
    try {
      this.#known = await this.db.loadBrowserOrigins();
    } catch {
      // Known origins go on working: a page's call is checked by its key in any case.
    } finally {
      this.#loading = null;
    }
  }
}

export const allowsOrigin = (origins: BrowserOrigins) => (origin: string): Promise<boolean> => origins.allow(origin);
