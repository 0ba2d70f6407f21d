/** From here on the bar warns; at 100 % requests are refused. */
const WARN_PERCENT = 80;
const FULL_PERCENT = 100;

/** The share of a budget that is used: a bar for the eye, the per cent as text. */
export function BudgetBar({ percent }: { percent: number }) {
  const tone = percent >= FULL_PERCENT ? "err" : percent >= WARN_PERCENT ? "warn" : "";
  return (
    <div className="bw">
      <div className={`bar thin ${tone}`} aria-hidden><i style={{ width: `${Math.min(FULL_PERCENT, percent)}%` }} /></div>
      <span className={`meta num ${tone}`}>{Math.floor(percent)}%<span className="sr"> of the budget used</span></span>
    </div>
  );
}
