import { GatewayError } from "@trunkline/contracts";
import type { z } from "zod";

/** Checks a body against its schema. Throws GatewayError caller.invalid_request with the path of the first fault; echoes no value. */
export function validate<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue ? pathText(issue.path) : "";
  throw new GatewayError("caller.invalid_request", param ? `\`${param}\` ${reasonOf(issue)}` : reasonOf(issue), param ? { param } : {});
}

const REASON_CHARS_MAX = 200;

/** What zod says, in words that say what to do. */
function reasonOf(issue: z.core.$ZodIssue | undefined): string {
  if (!issue) return "is not valid.";
  if (issue.code === "invalid_type") return issue.message.endsWith("received undefined") ? `is required: send ${withArticle(issue.expected)}.` : `must be ${withArticle(issue.expected)}.`;
  return `is not valid: ${issue.message.replace(/^Invalid (?:input|option): /, "").slice(0, REASON_CHARS_MAX)}.`;
}

const withArticle = (type: string): string => `${/^[aeio]/.test(type) ? "an" : "a"} ${type}`;

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${String(step)}` : String(step), "");
}
