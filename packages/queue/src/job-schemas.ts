// What a job's payload must be before a handler sees it. Objects are loose: a field added by a newer producer passes through.
import { FAILURE_CLASSES, INBOUND_APIS, USAGE_BATCH_EVENTS_MAX } from "@trunkline/contracts";
import type { JobName, JobPayloads, UsageEvent } from "@trunkline/contracts";
import { z } from "zod";
import { BASES, isUsageEvent, MODES, NANO_USD, STATUSES } from "./is-usage-event.ts";
import { inflateLines } from "./lines.ts";

const count = z.number().int().min(0);
const milliseconds = z.number().min(0);
const nanoUsd = z.string().regex(NANO_USD);
const usage = z.looseObject({ inputTokens: count, cacheReadTokens: count, cacheWriteTokens: count, outputTokens: count, reasoningTokens: count, basis: z.enum(BASES) });

const attempt = z.looseObject({
  attempt: count,
  provider: z.string(), model: z.string(), upstreamModel: z.string(),
  startedAtMs: milliseconds, durationMs: milliseconds, timeToFirstTokenMs: milliseconds.nullable(),
  status: z.number().int().nullable(), failureClass: z.enum(FAILURE_CLASSES).nullable(), message: z.string().nullable(),
  usage, priceVersionId: z.string().nullable(), costNanoUsd: nanoUsd,
});

/** What `isUsageEvent` lets pass, with words for what it does not. */
export const usageEventSchema = z.looseObject({
  schema: z.literal(1),
  id: z.string().min(1),
  mode: z.enum(MODES),
  organizationId: z.string().min(1), projectId: z.string().min(1), apiKeyId: z.string().min(1),
  createdAtMs: milliseconds,
  inboundApi: z.enum(INBOUND_APIS),
  streaming: z.boolean(),
  requestedModel: z.string(), presetSlug: z.string().nullable(), presetVersion: z.number().int().nullable(),
  status: z.enum(STATUSES),
  httpStatus: z.number().int(), errorCode: z.string().nullable(), errorMessage: z.string().nullable(),
  provider: z.string().nullable(), model: z.string().nullable(), finishReason: z.string().nullable(),
  durationMs: milliseconds, timeToFirstTokenMs: milliseconds.nullable(),
  usage, priceVersionId: z.string().nullable(), chargeNanoUsd: nanoUsd,
  attempts: z.array(attempt), losses: z.array(z.string()),
  endUser: z.string().nullable(), sessionId: z.string().nullable(), metadata: z.record(z.string(), z.string()),
  decision: z.unknown(),
});

const eventsSchema = z.array(usageEventSchema);
/** Thousands at a time: the schema is asked only for what is wrong. */
const events = z.array(z.unknown()).min(1).max(USAGE_BATCH_EVENTS_MAX).transform((values, context) => {
  if (values.every(isUsageEvent)) return values as UsageEvent[];
  for (const { path, code, message } of eventsSchema.safeParse(values).error?.issues ?? []) context.addIssue({ code: "custom", path: [...path], message, params: { code } });
  return z.NEVER;
});

export const JOB_SCHEMAS: { readonly [Name in JobName]: z.ZodType<JobPayloads[Name]> } = {
  "usage.ingest-events": z.preprocess(unpack, z.looseObject({ batchId: z.string().min(1), events })),
  "billing.report-meter-events": z.record(z.string(), z.never()),
  "catalog.sync-prices": z.record(z.string(), z.never()),
  "response.remove-expired": z.record(z.string(), z.never()),
  "alert.evaluate-rules": z.record(z.string(), z.never()),
  "preset.judge-canaries": z.record(z.string(), z.never()),
  "preset.run-drills": z.record(z.string(), z.never()),
};

/** `deflated` or `packed` → `events`; what cannot be read stays as it is, which no schema lets pass. */
function unpack(sent: unknown): unknown {
  if (typeof sent !== "object" || sent === null) return sent;
  const { deflated, packed, ...rest } = sent as Readonly<Record<string, unknown>>;
  try {
    const text = typeof deflated === "string" ? inflateLines(deflated) : typeof packed === "string" ? Buffer.from(packed, "base64").toString("utf8") : null;
    return text === null ? sent : { ...rest, events: valuesOf(text) };
  } catch {
    return sent;
  }
}

/** A line a value, read as one list: a quarter less than line by line. JSON holds no raw newline, so each of them parts two values. */
const valuesOf = (lines: string): unknown => JSON.parse(`[${lines.replaceAll("\n", ",")}]`) as unknown;

export const JOB_NAMES = Object.keys(JOB_SCHEMAS) as JobName[];
export const isJobName = (name: string): name is JobName => Object.hasOwn(JOB_SCHEMAS, name);
