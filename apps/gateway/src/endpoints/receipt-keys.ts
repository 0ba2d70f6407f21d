import type { ReceiptKey } from "@trunkline/keys";

/** Anybody may ask, so the database is asked at most this often. */
const KEPT_MS = 1_000;

/** The published keys, a second old at most; those who ask at once share one read. */
export function createReceiptKeys(load: () => Promise<readonly ReceiptKey[]>, now: () => number): () => Promise<readonly ReceiptKey[]> {
  let kept: Promise<readonly ReceiptKey[]> | null = null;
  let untilMs = 0;
  return () => {
    if (kept !== null && now() < untilMs) return kept;
    untilMs = now() + KEPT_MS;
    kept = load();
    return kept;
  };
}
