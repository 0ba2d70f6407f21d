import { GatewayError } from "@trunkline/contracts";
import type { z } from "zod";

/** Checks a body against its schema. Throws GatewayError caller.invalid_request with the path of the first fault; echoes no value. */
export function validate<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue ? pathText(issue.path) : "";
  const reason = issue?.message.replace(/received .*$/i, (text) => text.slice(0, 60)) ?? "is not valid";
  throw new GatewayError("caller.invalid_request", param ? `\`${param}\`: ${reason}` : reason, param ? { param } : {});
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${String(step)}` : String(step), "");
}
