import type { AttemptView, RequestView } from "../../../server/views.ts";

/** Attempts that cost the caller nothing. The last one of an answer that broke off, or that the caller left, is charged for what it delivered. */
export function unchargedOf({ status, attemptList }: Pick<RequestView, "status" | "attemptList">): readonly AttemptView[] {
  const delivered = status === "partial" || status === "cancelled" ? attemptList.at(-1) : undefined;
  return attemptList.filter((attempt) => attempt.failureClass !== null && attempt !== delivered);
}

const TOKENS_PER_PRICE = 1_000_000;

/** US dollars that reading from cache saved against fresh input at the same price version; null where nothing was read or no fresh price is known. */
export function cacheSavingUsd(lines: RequestView["costLines"]): number | null {
  const read = lines.find((line) => line.label === "Cache read");
  const fresh = lines.find((line) => line.label === "Input");
  return read && fresh ? (read.tokens * (Number(fresh.usdPerMillion) - Number(read.usdPerMillion))) / TOKENS_PER_PRICE : null;
}
