// Whether a value out of a job is a usage event, for batches of thousands. It decides exactly as the schema beside it does (a test holds the two together) and costs
// a fifth, because it copies nothing. It does not say what is wrong: the schema does, for the rare batch that is.
import { FAILURE_CLASSES, INBOUND_APIS } from "@trunkline/contracts";
import type { UsageEvent } from "@trunkline/contracts";

type Members = Readonly<Record<string, unknown>>;

export const MODES = ["live", "test"] as const;
export const STATUSES = ["ok", "rescued", "failed", "cancelled", "partial"] as const;
export const BASES = ["reported", "estimated"] as const;
/** Digits that fit Postgres's bigint with room for sums. */
export const NANO_USD = /^\d{1,18}$/;

export function isUsageEvent(value: unknown): value is UsageEvent {
  if (!isObject(value)) return false;
  const e = value;
  return e["schema"] === 1 && isName(e["id"]) && isOneOf(MODES, e["mode"]) && isName(e["organizationId"]) && isName(e["projectId"]) && isName(e["apiKeyId"])
    && isPositive(e["createdAtMs"]) && isOneOf(INBOUND_APIS, e["inboundApi"]) && typeof e["streaming"] === "boolean"
    && typeof e["requestedModel"] === "string" && isText(e["presetSlug"]) && (e["presetVersion"] === null || Number.isSafeInteger(e["presetVersion"]))
    && isOneOf(STATUSES, e["status"]) && Number.isSafeInteger(e["httpStatus"]) && isText(e["errorCode"]) && isText(e["errorMessage"])
    && isText(e["provider"]) && isText(e["model"]) && isText(e["finishReason"])
    && isPositive(e["durationMs"]) && (e["timeToFirstTokenMs"] === null || isPositive(e["timeToFirstTokenMs"]))
    && isUsage(e["usage"]) && isText(e["priceVersionId"]) && isNanoUsd(e["chargeNanoUsd"])
    && Array.isArray(e["attempts"]) && e["attempts"].every(isAttempt) && Array.isArray(e["losses"]) && e["losses"].every(isString)
    && isText(e["endUser"]) && isText(e["sessionId"]) && isTexts(e["metadata"]) && "decision" in e;
}

function isAttempt(value: unknown): boolean {
  if (!isObject(value)) return false;
  const a = value;
  return isCount(a["attempt"]) && typeof a["provider"] === "string" && typeof a["model"] === "string" && typeof a["upstreamModel"] === "string"
    && isPositive(a["startedAtMs"]) && isPositive(a["durationMs"]) && (a["timeToFirstTokenMs"] === null || isPositive(a["timeToFirstTokenMs"]))
    && (a["status"] === null || Number.isSafeInteger(a["status"])) && (a["failureClass"] === null || isOneOf(FAILURE_CLASSES, a["failureClass"])) && isText(a["message"])
    && isUsage(a["usage"]) && isText(a["priceVersionId"]) && isNanoUsd(a["costNanoUsd"]);
}

function isUsage(value: unknown): boolean {
  return isObject(value) && isCount(value["inputTokens"]) && isCount(value["cacheReadTokens"]) && isCount(value["cacheWriteTokens"]) && isCount(value["outputTokens"]) && isCount(value["reasoningTokens"])
    && isOneOf(BASES, value["basis"]);
}

const isObject = (value: unknown): value is Members => typeof value === "object" && value !== null && !Array.isArray(value);
const isString = (value: unknown): boolean => typeof value === "string";
const isName = (value: unknown): boolean => typeof value === "string" && value !== "";
const isText = (value: unknown): boolean => value === null || typeof value === "string";
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isPositive = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;
const isNanoUsd = (value: unknown): boolean => typeof value === "string" && NANO_USD.test(value);
const isOneOf = (known: readonly string[], value: unknown): boolean => known.includes(value as string);

function isTexts(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const name in value) if (typeof value[name] !== "string") return false;
  return true;
}
