import type { AttemptView } from "../../../server/views.ts";

export interface Bar { readonly attempt: AttemptView; readonly offsetMs: number; readonly waitMs: number; readonly streamMs: number }
export interface Waterfall { readonly totalMs: number; readonly ticksMs: readonly number[]; readonly bars: readonly Bar[] }

const QUARTERS = 4;
const STEPS = [1, 2, 2.5, 4, 5, 8, 10];

/** Every attempt on one time line that begins with the first; waiting and streaming parted where the first token is known. */
export function waterfallOf(attempts: readonly AttemptView[]): Waterfall {
  const start = Math.min(...attempts.map((attempt) => attempt.startedAtMs));
  const end = Math.max(...attempts.map((attempt) => attempt.startedAtMs - start + attempt.durationMs), 1);
  const power = 10 ** Math.floor(Math.log10(end / QUARTERS));
  const step = (STEPS.find((factor) => factor * power * QUARTERS >= end) ?? 10) * power;
  return {
    totalMs: step * QUARTERS, ticksMs: Array.from({ length: QUARTERS + 1 }, (_, at) => step * at),
    bars: attempts.map((attempt) => {
      const waitMs = attempt.failureClass === null && attempt.timeToFirstTokenMs !== null ? Math.min(attempt.timeToFirstTokenMs, attempt.durationMs) : attempt.durationMs;
      return { attempt, offsetMs: attempt.startedAtMs - start, waitMs, streamMs: attempt.durationMs - waitMs };
    }),
  };
}
