import type { UsageEvent } from "@trunkline/contracts";

/** JSON escapes of what Postgres refuses in text and jsonb: NUL, and halves of surrogate pairs. */
const SUSPECT = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** Whether rows of events hold anything that `cleanEvent` may have to mend: NUL and lone surrogates, bare in texts and escaped in JSON. */
export const isSuspect = (rows: string): boolean => rows.includes("\u0000") || !rows.isWellFormed() || (rows.includes("\\u") && SUSPECT.test(rows));

const cleanText = (text: string): string => Buffer.from(text.replaceAll("\u0000", ""), "utf8").toString("utf8");

function clean(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), clean(inner)]));
}

/**
 * The event as Postgres can store it: NUL removed, lone surrogates replaced by U+FFFD, in keys too. An event that needs
 * nothing is returned itself.
 */
export function cleanEvent(event: UsageEvent): UsageEvent {
  return SUSPECT.test(JSON.stringify(event)) ? (clean(event) as UsageEvent) : event;
}
