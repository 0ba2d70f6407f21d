import type { UsageEvent } from "./usage.ts";

/** Names are `area.verb-noun`. Payloads are additive: a new field is optional, because old jobs outlive a deploy. */
export interface JobPayloads {
  /** A spool batch, at most `USAGE_BATCH_EVENTS_MAX` events. `batchId` derives from spool segment and offset. */
  "usage.ingest-events": { readonly batchId: string; readonly events: readonly UsageEvent[] };
  "billing.report-meter-events": Readonly<Record<string, never>>;
  /** Brings the catalogue to what the configured price document says. */
  "catalog.sync-prices": Readonly<Record<string, never>>;
  "alert.evaluate-rules": Readonly<Record<string, never>>;
  /** Stored answers of the Responses API whose time is over. */
  "response.remove-expired": Readonly<Record<string, never>>;
  /** Ends canaries that fail clearly more often than what they run beside. */
  "preset.judge-canaries": Readonly<Record<string, never>>;
  /** Begins the drills whose hour has come, and writes down what came of those that are over. */
  "preset.run-drills": Readonly<Record<string, never>>;
}

/**
 * What a producer may send instead: the events as the JSON text that the spool holds, one a line, deflated (RFC 1951) and in base64: neighbours are so alike that a seventh of
 * the bytes goes through the queue. `packed`, without deflating, is what gateways of an earlier version send. A handler sees `JobPayloads`.
 */
export interface SentPayloads {
  "usage.ingest-events": JobPayloads["usage.ingest-events"] | { readonly batchId: string; readonly deflated: string } | { readonly batchId: string; readonly packed: string };
  "billing.report-meter-events": JobPayloads["billing.report-meter-events"];
  "catalog.sync-prices": JobPayloads["catalog.sync-prices"];
  "alert.evaluate-rules": JobPayloads["alert.evaluate-rules"];
  "response.remove-expired": JobPayloads["response.remove-expired"];
  "preset.judge-canaries": JobPayloads["preset.judge-canaries"];
  "preset.run-drills": JobPayloads["preset.run-drills"];
}
export type JobName = keyof JobPayloads;

/** A gateway that floods sends so many at once: sums are then touched once for thousands of events, and a job is a few hundred KB deflated. */
export const USAGE_BATCH_EVENTS_MAX = 2_000;

/** Pub/sub topics for invalidation. The message is the id named. */
export const INVALIDATION_TOPICS = { apiKey: "api-key", preset: "preset", budget: "budget", credential: "credential", catalog: "catalog", circuit: "circuit", endUser: "end-user" } as const;
/** `api-key`: the 10-character key id; `preset`, `budget`, `credential`, `end-user`: the organization id; `catalog`: empty; `circuit`: a JSON array that the gateways write and read. */
export type InvalidationTopic = (typeof INVALIDATION_TOPICS)[keyof typeof INVALIDATION_TOPICS];
