import { faultSentence, GatewayError, inputFaults } from "@trunkline/contracts";
import type { z } from "zod";

/** Checks a body against its schema. Throws GatewayError caller.invalid_request with the path of the first fault; echoes no value. */
export function validate<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [fault] = inputFaults(parsed.error);
  throw new GatewayError("caller.invalid_request", fault ? faultSentence(fault, "`") : "The body is not valid.", fault?.path ? { param: fault.path } : {});
}
