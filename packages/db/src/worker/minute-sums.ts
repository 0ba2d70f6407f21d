// The sums that a batch adds to the rollups: by minute and by every dimension they are kept by. They are of events that are new, which whoever asks has made sure of.
import { absorbedNanoUsdOf, type UsageEvent } from "@trunkline/contracts";
import { arrayLiteral } from "./array-literal.ts";
import { costNanoUsdOf } from "./copy-rows.ts";

const MINUTE_MS = 60_000;

/** One minute of one combination. */
interface MinuteSum {
  readonly order: string;
  readonly event: UsageEvent;
  readonly minuteMs: number;
  usedAtMs: number;
  requests: number; attempts: number;
  inputTokens: number; cacheReadTokens: number; cacheWriteTokens: number; outputTokens: number; reasoningTokens: number;
  chargeNanoUsd: bigint; costNanoUsd: bigint;
  durationMsSum: number; ttftMsSum: number; ttftCount: number;
  ownSpendNanoUsd: bigint; ownKeyFeeNanoUsd: bigint; absorbedNanoUsd: bigint;
}

const KEY = [
  ["organizationId", "text", ({ event }) => event.organizationId], ["mode", "text", ({ event }) => event.mode], ["bucket", "timestamptz", ({ minuteMs }) => new Date(minuteMs).toISOString()],
  ["projectId", "text", ({ event }) => event.projectId], ["apiKeyId", "text", ({ event }) => event.apiKeyId], ["provider", "text", ({ event }) => event.provider ?? ""], ["model", "text", ({ event }) => event.model ?? ""],
  ["presetSlug", "text", ({ event }) => event.presetSlug ?? ""], ["status", "text", ({ event }) => event.status],
] as const satisfies readonly (readonly [string, string, (sum: MinuteSum) => string])[];
const SUMS = ["requests", "attempts", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount", "ownSpendNanoUsd", "ownKeyFeeNanoUsd", "absorbedNanoUsd"] as const satisfies readonly (keyof MinuteSum)[];

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");

/**
 * A statement of its own, after the rows: batches of one moment share these rows, and the wait for their locks is then as short as the rest of the
 * transaction. INVARIANT: `minuteSums` hands them over in one order, so two batches that share rows wait and never deadlock.
 */
export const ROLLUP_SQL = `
INSERT INTO usage_rollup (${quoted([...KEY.map(([name]) => name), ...SUMS])})
SELECT * FROM unnest(${[...KEY.map(([, type]) => type), ...SUMS.map(() => "bigint")].map((type, index) => `$${index + 1}::${type}[]`).join(", ")})
ON CONFLICT (${quoted(KEY.map(([name]) => name))}) DO UPDATE SET ${SUMS.map((name) => `"${name}" = usage_rollup."${name}" + excluded."${name}"`).join(", ")}`;

export function minuteSums(events: readonly UsageEvent[]): readonly MinuteSum[] {
  const sums = new Map<string, MinuteSum>();
  for (const event of events) {
    const minuteMs = Math.floor(event.createdAtMs / MINUTE_MS) * MINUTE_MS;
    // No text that Postgres holds has a NUL in it.
    const order = `${event.organizationId}\0${event.mode}\0${minuteMs}\0${event.projectId}\0${event.apiKeyId}\0${event.provider ?? ""}\0${event.model ?? ""}\0${event.presetSlug ?? ""}\0${event.status}`;
    let sum = sums.get(order);
    if (sum === undefined) sums.set(order, sum = nothing(event, { order, minuteMs }));
    add(sum, event);
  }
  return [...sums.values()].sort((a, b) => (a.order < b.order ? -1 : 1));
}

const nothing = (event: UsageEvent, { order, minuteMs }: Pick<MinuteSum, "order" | "minuteMs">): MinuteSum => ({
  order, event, minuteMs, usedAtMs: 0, requests: 0, attempts: 0, inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0,
  chargeNanoUsd: 0n, costNanoUsd: 0n, durationMsSum: 0, ttftMsSum: 0, ttftCount: 0, ownSpendNanoUsd: 0n, ownKeyFeeNanoUsd: 0n, absorbedNanoUsd: 0n,
});

function add(sum: MinuteSum, event: UsageEvent): void {
  const { usage, timeToFirstTokenMs } = event;
  if (event.createdAtMs > sum.usedAtMs) sum.usedAtMs = event.createdAtMs;
  sum.requests++;
  sum.attempts += event.attempts.length;
  sum.inputTokens += usage.inputTokens;
  sum.cacheReadTokens += usage.cacheReadTokens;
  sum.cacheWriteTokens += usage.cacheWriteTokens;
  sum.outputTokens += usage.outputTokens;
  sum.reasoningTokens += usage.reasoningTokens;
  const [chargeNanoUsd, costNanoUsd, ownKeyFeeNanoUsd] = [BigInt(event.chargeNanoUsd), BigInt(costNanoUsdOf(event)), BigInt(event.ownKeyFeeNanoUsd ?? 0)];
  sum.chargeNanoUsd += chargeNanoUsd;
  sum.costNanoUsd += costNanoUsd;
  sum.absorbedNanoUsd += absorbedNanoUsdOf({ chargeNanoUsd, ownKeyFeeNanoUsd, costNanoUsd });
  sum.ownKeyFeeNanoUsd += ownKeyFeeNanoUsd;
  // Rounded as the row is, so that both say the same.
  sum.durationMsSum += Math.round(event.durationMs);
  if (timeToFirstTokenMs !== null) { sum.ttftMsSum += Math.round(timeToFirstTokenMs); sum.ttftCount++; }
  if (event.ownSpendNanoUsd !== undefined) sum.ownSpendNanoUsd += BigInt(event.ownSpendNanoUsd);
}

/** In the order of `ROLLUP_SQL`. */
export const rollupParameters = (sums: readonly MinuteSum[]): string[] =>
  [...KEY.map(([, , read]) => arrayLiteral(sums.map(read))), ...SUMS.map((name) => arrayLiteral(sums.map((sum) => sum[name].toString())))];

/** Keys and when each was used last. */
export function lastUses(sums: readonly MinuteSum[]): [string[], string[]] {
  const uses = new Map<string, number>();
  for (const { event: { apiKeyId }, usedAtMs } of sums) if ((uses.get(apiKeyId) ?? 0) < usedAtMs) uses.set(apiKeyId, usedAtMs);
  return [[...uses.keys()], [...uses.values()].map((ms) => new Date(ms).toISOString())];
}
