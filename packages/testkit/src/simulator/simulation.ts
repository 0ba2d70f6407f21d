// What one running simulator holds between requests.

import type { Journal } from "./journal.ts";
import type { Predictions } from "./predictions.ts";
import type { SimulatedPrices } from "./organization-accounts.ts";
import { PromptCache } from "./prompt-cache.ts";
import { ReadyAnswers } from "./ready-answers.ts";
import type { StandingFaults } from "./standing-faults.ts";

export interface Simulation {
  journal: Journal;
  standing: StandingFaults;
  cache: PromptCache;
  ready: ReadyAnswers;
  predictions: Predictions;
  /** Milliseconds since the epoch. */
  nowMs: () => number;
  /** What the providers' own accounts bill by. */
  prices: SimulatedPrices;
  /** Requests taken so far; makes provider request ids. */
  taken: number;
}

/** A simulation that has served nothing yet. */
export function createSimulation(parts: Pick<Simulation, "journal" | "standing" | "nowMs">): Simulation {
  return { ...parts, cache: new PromptCache(), ready: new ReadyAnswers(), predictions: new Map(), prices: {}, taken: 0 };
}
