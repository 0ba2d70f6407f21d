import type { Failure } from "@trunkline/contracts";
import type { ChatFinishReason } from "@trunkline/protocol";
import { failureOf } from "../../failures/failure.ts";

/** https://platform.openai.com/docs/api-reference/chat/object. null for a blank; an unknown word counts as a normal end. */
export function finishReasonFrom(reason: unknown): ChatFinishReason | null {
  switch (reason) {
    case undefined: case null: case "": return null;
    case "stop": case "length": case "tool_calls": case "content_filter": return reason;
    case "function_call": return "tool_calls";
    case "max_tokens": case "model_length": return "length";
    case "safety": return "content_filter";
    default: return "stop";
  }
}

/**
 * Generation broke, under status 200; null for any other end. QUIRK(mistral, openrouter): `error`. QUIRK(deepseek): the inference system ran
 * out of resources in the middle (https://api-docs.deepseek.com/api/create-chat-completion).
 */
export function brokenFinish(reason: unknown): Failure | null {
  if (reason === "error") return failureOf("server_error", { status: 200 });
  return reason === "insufficient_system_resource" ? failureOf("overloaded", { status: 200 }) : null;
}
