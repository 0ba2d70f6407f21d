/** Changes that a page sends while it goes away may arrive after the next page's document was made: that page asks again what it was given. */
const MARK = "trunkline.left";
/** A change that is on its way longer than this was lost. */
const ON_ITS_WAY_MS = 10_000;

/** Storage may be refused (private windows, policies): then the next page shows what its document says until it is loaded again. */
export function noteLeaving(): void {
  try { sessionStorage.setItem(MARK, String(Date.now())); } catch { /* see above */ }
}

/** Whether a change of the page before may be missing here. Answers once. */
export function mayLackChanges(): boolean {
  try {
    const left = Number(sessionStorage.getItem(MARK) ?? Number.NaN);
    sessionStorage.removeItem(MARK);
    return Date.now() - left < ON_ITS_WAY_MS;
  } catch {
    return false;
  }
}
