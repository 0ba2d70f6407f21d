/**
 * Logs are made of allow-listed fields: a field nobody put on the list is dropped, so a prompt, a key or a whole request object
 * handed to the logger by mistake never reaches the output. Text that looks like a credential is masked wherever it appears.
 */
import { pino } from "pino";
import type { DestinationStream, Logger as PinoLogger } from "pino";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
export type LogValue = string | number | boolean | null | undefined;

/** Every field a line may carry. Ids, numbers and closed words; never content. */
export const LOG_FIELDS = [
  "requestId", "organizationId", "projectId", "apiKeyId", "keyId", "userId", "provider", "model", "upstreamModel", "preset", "rule", "inboundApi", "method", "route", "status", "code", "failureClass",
  "attempt", "attempts", "durationMs", "timeToFirstTokenMs", "bytes", "events", "count", "depth", "segment", "queue", "job", "jobId", "batchId", "topic", "port", "host", "signal", "version", "mode", "reason", "err", "error",
] as const;
export type LogField = (typeof LOG_FIELDS)[number];
/** `err` takes an Error; its message and stack are masked and its other properties are left out. */
export type LogFields = { readonly [Field in Exclude<LogField, "err" | "error">]?: LogValue } & { readonly err?: unknown; readonly error?: unknown };

export interface Logger {
  trace(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  fatal(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}

/** A longer text is content or a dump, not a fact for a log line. */
const TEXT_LENGTH_MAX = 2_000;
/** Our keys, provider keys as their makers publish them, bearer values, and passwords in URLs. */
const SECRETS = /\btl_(?:live|test|mgmt)_[0-9A-Za-z_]+|\b(?:sk|rk|pk|gsk|xai|whsec|fw|AIza)[-_]?[0-9A-Za-z_-]{16,}|\bBearer\s+[^\s"']+|(?<=:\/\/[^\s:/@]{0,64}:)[^\s@/]{1,256}(?=@)/g;

/** Replaces anything that looks like a credential and cuts what is too long. */
export function maskText(text: string): string {
  const cut = text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
  return cut.replace(SECRETS, "[masked]");
}

function errorFields(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { type: typeof error, message: maskText(String(error)) };
  const code = "code" in error && (typeof error.code === "string" || typeof error.code === "number") ? { code: maskText(String(error.code)) } : {};
  return { type: error.name, message: maskText(error.message), ...code, ...(error.stack ? { stack: maskText(error.stack) } : {}) };
}

/** Only listed fields with plain values pass. */
export function allowedFields(fields: LogFields): Record<string, unknown> {
  const allowed: Record<string, unknown> = {};
  for (const field of LOG_FIELDS) {
    const value: unknown = fields[field];
    if (value === undefined) continue;
    if (field === "err" || field === "error") allowed["err"] = errorFields(value);
    else if (typeof value === "string") allowed[field] = maskText(value);
    else if (value === null || typeof value === "number" || typeof value === "boolean") allowed[field] = value;
  }
  return allowed;
}

function loggerOver(inner: PinoLogger): Logger {
  const write = (level: "trace" | "debug" | "info" | "warn" | "error" | "fatal") => (fields: LogFields, message: string): void => {
    if (inner.isLevelEnabled(level)) inner[level](allowedFields(fields), maskText(message));
  };
  return {
    trace: write("trace"), debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error"), fatal: write("fatal"),
    child: (fields) => loggerOver(inner.child(allowedFields(fields))),
  };
}

/** JSON lines on standard output, or on `destination`. `name` is the process: gateway, worker, web. */
export function createLogger(name: string, level: LogLevel, destination?: DestinationStream): Logger {
  const options = { name, level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: (fields: unknown) => fields }, formatters: { level: (label: string) => ({ level: label }) } };
  return loggerOver(destination ? pino(options, destination) : pino(options));
}
