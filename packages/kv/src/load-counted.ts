import type { BudgetLine } from "./kv.ts";

/** Usage is booked within moments of each other only under load; more tries than this would keep a caller waiting. */
const TRIES_MAX = 5;

/**
 * What a counter begins at: the ledger's spend, and of the spends that wait those that the ledger does not have. One that is booked between the two questions
 * has them asked again; where that does not end, it counts twice rather than not at all.
 */
export async function loadCounted(line: Pick<BudgetLine, "loadSpent" | "bookedOf">, waiting: ReadonlyMap<string, bigint>): Promise<bigint> {
  if (waiting.size === 0) return line.loadSpent();
  const ids = [...waiting.keys()];
  let booked = await line.bookedOf(ids);
  for (let tries = 1; ; tries++) {
    const spent = await line.loadSpent();
    const since = await line.bookedOf(ids);
    if (since.size === booked.size || tries === TRIES_MAX) return ids.reduce((sum, id) => booked.has(id) ? sum : sum + (waiting.get(id) ?? 0n), spent);
    booked = since;
  }
}
