import { count, percent } from "@trunkline/ui";
import type { UsageCounts } from "../../../server/views.ts";
import { tokensOf } from "../../shell/usage-series.ts";

const PARTS = [
  { name: "Fresh input", tone: 1, of: (counts: UsageCounts) => counts.inputTokens }, { name: "Cache read", tone: 3, of: (counts: UsageCounts) => counts.cacheReadTokens }, { name: "Cache write", tone: 5, of: (counts: UsageCounts) => counts.cacheWriteTokens },
  { name: "Output", tone: 2, of: (counts: UsageCounts) => counts.outputTokens }, { name: "Reasoning", tone: 4, of: (counts: UsageCounts) => counts.reasoningTokens },
] as const;

/** The disjoint classes of tokens, as shares of all. */
export function TokenBar({ counts }: { counts: UsageCounts }) {
  const whole = tokensOf(counts);
  const parts = PARTS.map(({ of, ...part }) => ({ ...part, tokens: of(counts) }));
  return (
    <div className="body tokens">
      <div className="strip" aria-hidden>{whole > 0 ? parts.filter((part) => part.tokens > 0).map((part) => <i key={part.name} style={{ flexGrow: part.tokens, background: `var(--c${part.tone})` }} />) : null}</div>
      <dl>{parts.map((part) => <div key={part.name}><dt><span className={`sw k${part.tone}`} />{part.name}</dt><dd className="num">{count(part.tokens)}<span className="meta">{whole > 0 ? percent(part.tokens / whole) : "–"}</span></dd></div>)}</dl>
    </div>
  );
}
