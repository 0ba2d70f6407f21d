import { ArrowDown, ArrowUp } from "lucide-react";

/** Which way is good: more of it, less of it, or neither. */
type Better = "up" | "down" | "neither";

/** The change from `before` to `now`. Nothing to compare with is said, not hidden. */
export function Delta({ now, before, better = "neither", against }: { now: number | null; before: number | null; better?: Better; against: string }) {
  if (now === null || before === null || before === 0) return <span className="delta muted" title={`Nothing to compare with in ${against}`}>{now ? "new" : ""}</span>;
  const change = (now - before) / before;
  const Icon = change < 0 ? ArrowDown : ArrowUp;
  const tone = better === "neither" || change === 0 ? "muted" : (change > 0) === (better === "up") ? "ok" : "err";
  const text = `${Math.abs(change * 100).toFixed(1)}%`;
  return <span className={`delta num ${tone}`} title={`${change < 0 ? "Down" : "Up"} ${text} against ${against}`}>{change === 0 ? null : <Icon className="ic" aria-hidden />}<span className="sr">{change < 0 ? "down " : "up "}</span>{text}</span>;
}
