/** Bounds guesses per address and per account. Per process: with n web processes an attacker has n times the guesses, still far too few. */
export interface AttemptLimitOptions { readonly max: number; readonly windowMs: number; readonly nowMs?: () => number }

/** Entries beyond this are dropped, oldest first, so that made-up names cannot fill the memory. */
const ENTRIES_MAX = 50_000;

export interface AttemptLimit {
  /** Counts one attempt for each name. null: go on; else milliseconds until the fullest window ends. */
  take(names: readonly string[]): number | null;
}

export function createAttemptLimit({ max, windowMs, nowMs = Date.now }: AttemptLimitOptions): AttemptLimit {
  const windows = new Map<string, { count: number; endsAtMs: number }>();
  function takeOne(name: string): number | null {
    const now = nowMs();
    const known = windows.get(name);
    const window = known && known.endsAtMs > now ? known : { count: 0, endsAtMs: now + windowMs };
    window.count += 1;
    windows.delete(name);
    windows.set(name, window);
    const oldest = windows.size > ENTRIES_MAX ? windows.keys().next().value : undefined;
    if (oldest !== undefined) windows.delete(oldest);
    return window.count > max ? window.endsAtMs - now : null;
  }
  return {
    take(names) {
      const waits = names.map(takeOne).filter((wait) => wait !== null);
      return waits.length === 0 ? null : Math.max(...waits);
    },
  };
}
