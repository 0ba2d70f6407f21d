// Counts how the platform's parts and the providers do, for the public status page. It promises to cost a batch no query: counts are kept
// here and written once a minute, so a worker that is killed loses a minute of them, never a booked event. What is shown is the dashboard's business.
import { PROVIDER_FAULTS, STATUS_BUCKET_MS, STATUS_DAYS, type AttemptRecord, type StatusComponent, type StatusSubject, type UsageEvent } from "@trunkline/contracts";
import type { StatusQueries } from "@trunkline/db/worker";

const DAY_MS = 86_400_000;
/** A provider is judged by attempts that reached it or should have: neither who left nor whose key was refused counts. */
const UNJUDGED = new Set(["cancelled", "credential_rejected", "quota_exhausted", "rate_limited"]);

export interface StatusPorts {
  readonly db: StatusQueries;
  readonly clock: () => number;
  /** Rejects where the part is away. A part without a probe is not named on the page. */
  readonly probes: Readonly<Partial<Record<StatusComponent, () => Promise<unknown>>>>;
  readonly onFailed: (error: unknown) => void;
}

export interface StatusSamples {
  /** Booked events, each once. */
  observe(events: readonly UsageEvent[]): void;
  /** A provider was asked by us. */
  probed(provider: string, ok: boolean): void;
  /** Asks every part and writes what was counted. Never rejects: what could not be written goes with the next. */
  tick(): Promise<void>;
}

interface Count { readonly subject: StatusSubject; readonly bucketMs: number; ok: number; failed: number }

/** Null: says nothing about the provider. */
function verdictOf({ failureClass, drill }: AttemptRecord): "ok" | "failed" | null {
  if (drill === "failed") return null;
  if (failureClass === null) return "ok";
  if (PROVIDER_FAULTS.has(failureClass)) return "failed";
  return UNJUDGED.has(failureClass) ? null : "ok";
}

export function createStatusSamples({ db, clock, probes, onFailed }: StatusPorts): StatusSamples {
  let counts = new Map<string, Count>();
  let forgottenDay = -1;
  const add = (subject: StatusSubject, atMs: number, verdict: "ok" | "failed"): void => {
    const bucketMs = Math.floor(atMs / STATUS_BUCKET_MS) * STATUS_BUCKET_MS;
    const name = `${subject} ${bucketMs}`;
    let count = counts.get(name);
    if (count === undefined) counts.set(name, count = { subject, bucketMs, ok: 0, failed: 0 });
    count[verdict] += 1;
  };
  const forgetOnceADay = async (): Promise<void> => {
    const day = Math.floor(clock() / DAY_MS);
    if (day === forgottenDay) return;
    await db.forgetStatus((day - STATUS_DAYS) * DAY_MS);
    forgottenDay = day;
  };
  return {
    observe(events) {
      for (const event of events) {
        if (event.mode !== "live") continue;
        for (const attempt of event.attempts) {
          const verdict = verdictOf(attempt);
          if (verdict !== null) add(`provider:${attempt.provider}`, attempt.startedAtMs, verdict);
        }
      }
    },
    probed(provider, ok) { add(`provider:${provider}`, clock(), ok ? "ok" : "failed"); },
    async tick() {
      await Promise.all(Object.entries(probes).map(async ([name, probe]) => {
        const verdict = await probe().then(() => "ok" as const, () => "failed" as const);
        add(`component:${name as StatusComponent}`, clock(), verdict);
      }));
      const sent = counts;
      counts = new Map();
      try {
        await db.recordStatus([...sent.values()]);
        await forgetOnceADay();
      } catch (error) {
        for (const { subject, bucketMs, ok, failed } of sent.values()) {
          const name = `${subject} ${bucketMs}`;
          const now = counts.get(name);
          counts.set(name, { subject, bucketMs, ok: ok + (now?.ok ?? 0), failed: failed + (now?.failed ?? 0) });
        }
        onFailed(error);
      }
    },
  };
}
