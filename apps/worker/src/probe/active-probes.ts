// Asks providers how they are where no request tells: pairs of provider and model that were used within a day and have gone quiet, and those that a gateway found out. It promises that
// a failure is told to the gateways before a request meets it, and a recovery before one has to try; that no tenant's words or keys are used; and that a day's questions
// cost no more than the operator allows. How a question is asked is `ask-provider.ts`'s matter, what a circuit does with the news is the gateway's.
import { randomUUID } from "node:crypto";
import type { Failure, UsageEvent } from "@trunkline/contracts";
import type { DueProbe, ProbedPair, ProbeQueries } from "@trunkline/db/worker";
import { DISPOSITION } from "@trunkline/router-core";

const MINUTE_MS = 60_000;
/** A quiet pair is asked this often, and one that serves is not asked at all. */
export const QUIET_MS = 10 * MINUTE_MS;
/** One that is out is asked again after this, then after twice as long each time: recovery is learnt within seconds of a short outage. */
export const OUT_FIRST_MS = 5_000;
export const OUT_MAX_MS = MINUTE_MS;
/** Found out again so soon after it answered: what requests meet, the small question does not, and the gateways' own trials decide. */
const RELAPSE_MS = MINUTE_MS;
/** One failure may be chance, and nobody waits for a quiet pair. */
export const FAILURES_TO_TELL = 2;
/** Longer than the way to the next question, so that a circuit does not half-open in between. */
const TOLD_FACTOR = 2;
/** Longer than a question may take. */
const LEASE_MS = 30_000;
/** At a time: a small share of what a provider allows. */
const PAIRS_AT_A_TIME = 5;
const FORGET_AFTER_MS = 24 * 60 * MINUTE_MS;
const FORGET_EVERY_MS = 60 * MINUTE_MS;
const PLATFORM_CIRCUIT_MODEL = "*";

export interface AskedPair { readonly failure: Failure | null; readonly inputTokens: number; readonly outputTokens: number }

export interface ActiveProbesPorts {
  readonly db: ProbeQueries;
  /** Whom the platform has a credential for. */
  readonly providers: readonly string[];
  readonly capNanoUsd: bigint;
  /** Never rejects. */
  readonly ask: (pair: DueProbe) => Promise<AskedPair>;
  /** Of topic `circuit`, to every gateway. */
  readonly publish: (message: string) => Promise<void>;
  readonly clock: () => number;
  readonly onAnswer: (pair: DueProbe, answer: AskedPair, costNanoUsd: bigint) => void;
  readonly onFailed: (error: unknown) => void;
}

export interface ActiveProbes {
  /** Booked events, each once. */
  observe(events: readonly UsageEvent[]): void;
  /** A message of topic `circuit`. Ignores what it does not understand. */
  hear(message: string): void;
  /** Never rejects. */
  tick(): Promise<void>;
  /** Resolves when no question is under way. */
  settled(): Promise<void>;
}

export function createActiveProbes(ports: ActiveProbesPorts): ActiveProbes {
  const { db, clock } = ports;
  const sender = `worker_${randomUUID()}`;
  const known = new Set(ports.providers);
  let served = new Map<string, ProbedPair>();
  let forgottenAtMs = -Infinity;
  let running: Promise<void> | null = null;

  const tell = (pair: ProbedPair, openForMs: number | null): Promise<void> => ports.publish(JSON.stringify([sender, pair.provider, pair.model, openForMs]));
  const askOne = async (due: DueProbe): Promise<void> => {
    const answer = await ports.ask(due);
    const next = outcomeOf(due, answer.failure);
    const costNanoUsd = costOf(due, answer);
    const nowMs = clock();
    await db.recordProbe({ provider: due.provider, model: due.model, failures: next.failures, failureClass: answer.failure?.class ?? null, isOut: next.isOut, costNanoUsd, nextMs: nowMs + next.afterMs }, nowMs);
    ports.onAnswer(due, answer, costNanoUsd);
    if (next.isOut) await tell(due, next.afterMs * TOLD_FACTOR);
    else if (due.isOut) await tell(due, null);
  };
  const flush = async (nowMs: number): Promise<void> => {
    const pairs = [...served.values()];
    served = new Map();
    await db.noteServed(pairs, nowMs, nowMs + QUIET_MS);
    if (nowMs - forgottenAtMs < FORGET_EVERY_MS) return;
    await db.forgetProbes(nowMs - FORGET_AFTER_MS);
    forgottenAtMs = nowMs;
  };
  const look = async (): Promise<void> => {
    const nowMs = clock();
    await flush(nowMs);
    const due = await db.claimDueProbes({ providers: ports.providers, nowMs, leaseMs: nowMs + LEASE_MS, max: PAIRS_AT_A_TIME, capNanoUsd: ports.capNanoUsd });
    await Promise.all(due.map(askOne));
  };

  return {
    observe(events) {
      for (const event of events) {
        if (event.mode !== "live") continue;
        for (const { provider, model, failureClass, credentialId, drill } of event.attempts) {
          if (failureClass === null && credentialId === undefined && drill !== "failed" && known.has(provider)) served.set(`${provider}|${model}`, { provider, model });
        }
      }
    },
    hear(message) {
      const heard = read(message);
      if (heard === null || heard.sender === sender || heard.model === PLATFORM_CIRCUIT_MODEL || !known.has(heard.provider)) return;
      const nowMs = clock();
      const noted = heard.openForMs === null ? db.noteBack(heard) : db.noteOut(heard, { nextMs: nowMs + OUT_FIRST_MS, answeredSinceMs: nowMs - RELAPSE_MS, relapseMs: nowMs + OUT_MAX_MS });
      noted.catch(ports.onFailed);
    },
    tick() {
      return running ??= look().catch(ports.onFailed).finally(() => { running = null; });
    },
    settled: async () => { await running; },
  };
}

/** A refusal that is no fault of the provider's says that it is there. */
export function outcomeOf({ failures, isOut }: Pick<DueProbe, "failures" | "isOut">, failure: Failure | null): { readonly failures: number; readonly isOut: boolean; readonly afterMs: number } {
  if (failure === null || !DISPOSITION[failure.class].countsForCircuit) return { failures: 0, isOut: false, afterMs: QUIET_MS };
  const inARow = failures + 1;
  return { failures: inARow, isOut: isOut || inARow >= FAILURES_TO_TELL, afterMs: Math.max(Math.min(OUT_FIRST_MS * 2 ** (inARow - 1), OUT_MAX_MS), Math.min(failure.retryAfterMs ?? 0, QUIET_MS)) };
}

const TOKENS_PER_PRICE = 1_000_000n;
/** Rounded up. A pair without a price costs nobody knows what; its provider bills it all the same, and the cap is for what is known. */
function costOf({ inputNanoUsdPerMillion, outputNanoUsdPerMillion }: DueProbe, { inputTokens, outputTokens }: AskedPair): bigint {
  return (BigInt(inputTokens) * (inputNanoUsdPerMillion ?? 0n) + BigInt(outputTokens) * (outputNanoUsdPerMillion ?? 0n) + TOKENS_PER_PRICE - 1n) / TOKENS_PER_PRICE;
}

interface Heard extends ProbedPair { readonly sender: string; readonly openForMs: number | null }

function read(message: string): Heard | null {
  try {
    const told: unknown = JSON.parse(message);
    if (!Array.isArray(told)) return null;
    const [sender, provider, model, openForMs] = told as readonly unknown[];
    return typeof sender === "string" && typeof provider === "string" && typeof model === "string" && (openForMs === null || typeof openForMs === "number") ? { sender, provider, model, openForMs } : null;
  } catch {
    return null;
  }
}
