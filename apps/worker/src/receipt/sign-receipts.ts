// Signs the receipts of what was booked, behind the booking. It promises that booking comes first: at most a fifth of the process's time goes here,
// and what was not signed is signed later, by this worker or another. The chain's rules are the database package's business.
import { setTimeout } from "node:timers/promises";
import type { ReceiptQueries } from "@trunkline/db/worker";
import type { ReceiptSigner } from "@trunkline/keys";

export interface SignReceiptsPorts {
  readonly db: ReceiptQueries;
  readonly signer: ReceiptSigner;
  readonly clock: () => number;
  /** Resolves after so long, at once when the worker drains. */
  readonly pause: (ms: number) => Promise<void>;
  readonly isDraining: () => boolean;
}

/** About twenty milliseconds of signing: a booking waits no longer behind it. */
const ROWS_MAX = 100;
/** A pause is this many times as long as the work before it. */
const PAUSE_FACTOR = 4;

/** Returns the tick: one batch for each organization that is due, again until nobody is. One whose receipts cannot be made keeps none of the others back; the tick rejects then, and where the database is away. */
export function createSignReceipts({ db, signer, clock, pause, isDraining }: SignReceiptsPorts): () => Promise<number> {
  let published = false;
  const signBatch = async (organizationId: string): Promise<number> => {
    const startMs = clock();
    const signed = await db.sealReceipts(organizationId, { seal: signer.seal, rowsMax: ROWS_MAX, nowMs: startMs });
    if (signed === ROWS_MAX) await pause((clock() - startMs) * PAUSE_FACTOR);
    return signed;
  };
  return async () => {
    let total = 0;
    let failure: { readonly error: unknown } | null = null;
    for (let again = true; again;) {
      again = false;
      for (let organizationId = await db.nextDueReceipts(""); organizationId !== null && !isDraining(); organizationId = await db.nextDueReceipts(organizationId)) {
        if (!published) await db.publishReceiptKey(signer.key, clock());
        published = true;
        const signed = await signBatch(organizationId).catch((error: unknown) => { failure = { error }; return 0; });
        total += signed;
        again ||= signed === ROWS_MAX;
      }
      again &&= !isDraining();
    }
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
    return total;
  };
}

/** Requests are looked for this often, so that a receipt follows its booking by about a second. */
const TICK_MS = 1_000;

export interface ReceiptLoop { stop(): Promise<void> }

/** Runs the tick for ever, one at a time. A tick that fails is told of and tried again with the next. */
export function startReceipts(ports: Pick<SignReceiptsPorts, "db" | "signer" | "clock">, onFailed: (error: unknown) => void): ReceiptLoop {
  const stopping = new AbortController();
  const { signal } = stopping;
  const pause = (ms: number): Promise<void> => setTimeout(ms, undefined, { signal }).catch(() => undefined);
  const tick = createSignReceipts({ ...ports, pause, isDraining: () => signal.aborted });
  const running = (async () => {
    while (!signal.aborted) {
      await tick().catch(onFailed);
      await pause(TICK_MS);
    }
  })();
  return { async stop() { stopping.abort(); await running; } };
}
