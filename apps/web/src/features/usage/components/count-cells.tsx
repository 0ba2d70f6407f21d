import { compact, count, percent, shortUsd } from "@trunkline/ui";
import type { UsageCounts } from "../../../server/views.ts";
import { cachedShareOf, failedShareOf, inputTokensOf } from "../../shell/usage-series.ts";

/** The cells that every row of the breakdown ends with, on both its levels. */
export function Counts({ counts }: { counts: UsageCounts }) {
  const cached = cachedShareOf(counts);
  const failed = failedShareOf(counts);
  return (
    <>
      <td className="r" data-l="Requests">{count(counts.requests)}</td>
      <td className="r" data-l="Per request">{counts.requests > 0 ? shortUsd(Number(counts.spendUsd) / counts.requests) : "–"}</td>
      <td className="r" data-l="Tokens in">{compact(inputTokensOf(counts))}</td>
      <td className="r" data-l="Out">{compact(counts.outputTokens + counts.reasoningTokens)}</td>
      <td className="r" data-l="Cache hit">{cached === null ? "–" : `${Math.round(cached * 100)}%`}</td>
      <td className="r" data-l="Failed">{failed === null ? "–" : percent(failed)}</td>
    </>
  );
}
