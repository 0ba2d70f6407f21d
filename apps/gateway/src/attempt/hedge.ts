/** How a race of two tries went; `second` is null where it was never begun. */
export interface Raced<Outcome> { readonly first: Outcome; readonly second: Outcome | null; readonly winner: "first" | "second" | null }

export interface Race<Outcome> {
  readonly afterMs: number;
  /** Begins the other try; null where nobody may be asked. */
  begin(): Promise<{ readonly outcome: Promise<Outcome> } | null>;
  wins(outcome: Outcome): boolean;
  /** Must make the loser's promise settle at once. */
  cancel(loser: "first" | "second"): void;
}

/** Waits for `first`; where it has not answered after `afterMs`, another is asked too and the first to win serves. Both have ended when it resolves. Rejects as either does. */
export async function hedge<Outcome>(first: Promise<Outcome>, race: Race<Outcome>): Promise<Raced<Outcome>> {
  const early = await inTime(first, race.afterMs);
  const begun = early === null ? await race.begin() : null;
  if (!begun) {
    const outcome = early === null ? await first : early.outcome;
    return { first: outcome, second: null, winner: race.wins(outcome) ? "first" : null };
  }
  const winner = await firstToWin(first, begun.outcome, race);
  if (winner !== null) race.cancel(winner === "first" ? "second" : "first");
  const [one, other] = await Promise.all([first, begun.outcome]);
  return { first: one, second: other, winner };
}

/** Null where it took longer. */
function inTime<Outcome>(promise: Promise<Outcome>, afterMs: number): Promise<{ readonly outcome: Outcome } | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), afterMs);
    promise.then((outcome) => { clearTimeout(timer); resolve({ outcome }); }, (error: unknown) => { clearTimeout(timer); reject(error as Error); });
  });
}

function firstToWin<Outcome>(first: Promise<Outcome>, second: Promise<Outcome>, { wins }: Race<Outcome>): Promise<"first" | "second" | null> {
  return new Promise((resolve, reject) => {
    let left = 2;
    const ended = (who: "first" | "second") => (outcome: Outcome): void => {
      left--;
      if (wins(outcome)) resolve(who);
      else if (left === 0) resolve(null);
    };
    first.then(ended("first"), reject);
    second.then(ended("second"), reject);
  });
}
