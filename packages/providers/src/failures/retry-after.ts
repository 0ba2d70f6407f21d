/** A longer wait than this is no advice but a mistake. */
const RETRY_AFTER_MS_MAX = 31 * 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const BUCKETS = ["requests", "tokens", "input-tokens", "output-tokens"] as const;

type Headers = Readonly<Record<string, string>>;

/**
 * How long an upstream asks to wait, in whole milliseconds; null when it does not say or says nonsense. Reads
 * `retry-after-ms`, `x-ms-retry-after-ms`, `retry-after` (RFC 9110: seconds or a date; some send fractions), then the reset of
 * a rate-limit bucket that is at zero.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const get = (name: string): string | undefined => headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  for (const name of ["retry-after-ms", "x-ms-retry-after-ms"]) {
    const value = plainNumber(get(name));
    if (value !== null) return bounded(value);
  }
  const after = get("retry-after");
  if (after !== undefined) return secondsOrDate(after, nowMs);
  for (const bucket of BUCKETS) {
    for (const [remaining, reset] of [[`x-ratelimit-remaining-${bucket}`, `x-ratelimit-reset-${bucket}`], [`anthropic-ratelimit-${bucket}-remaining`, `anthropic-ratelimit-${bucket}-reset`]] as const) {
      const until = get(remaining)?.trim() === "0" ? get(reset) : undefined;
      if (until !== undefined) return durationMs(until) ?? dateMs(until, nowMs);
    }
  }
  return null;
}

/** `46s`, `10h17m5.7s`, `6m0s`, `250ms` → milliseconds; null for anything else. */
export function durationMs(text: string): number | null {
  const compact = text.trim();
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/.test(compact)) return null;
  let total = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) total += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  return bounded(total);
}

function secondsOrDate(text: string, nowMs: number): number | null {
  const seconds = plainNumber(text);
  if (seconds !== null) return bounded(seconds * 1000);
  return durationMs(text) ?? (/[A-Za-z]{3}|T/.test(text) ? dateMs(text, nowMs) : null);
}

function plainNumber(text: string | undefined): number | null {
  return text !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : null;
}

function dateMs(text: string, nowMs: number): number | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : bounded(Math.max(0, at - nowMs));
}

function bounded(ms: number): number | null {
  return Number.isFinite(ms) && ms >= 0 && ms <= RETRY_AFTER_MS_MAX ? Math.ceil(ms) : null;
}
