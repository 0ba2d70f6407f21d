import type { Failure } from "@trunkline/contracts";
import type { ChatFinishReason } from "@trunkline/protocol";
import { failureOf } from "../../failures/failure.ts";

/** https://docs.cohere.com/reference/chat#response.body.finish_reason. null for a blank and for a broken answer; an unknown word counts as a normal end. */
export function finishReasonFrom(reason: unknown): ChatFinishReason | null {
  switch (reason) {
    case undefined: case null: case "": case "ERROR": case "TIMEOUT": return null;
    case "MAX_TOKENS": return "length";
    case "TOOL_CALL": return "tool_calls";
    default: return "stop";
  }
}

/** Generation broke, under status 200; null for any other end. */
export function brokenFinish(reason: unknown, message: string): Failure | null {
  if (reason === "TIMEOUT") return failureOf("timeout", { status: 200, message });
  return reason === "ERROR" ? failureOf("server_error", { status: 200, message }) : null;
}
