import type { ChatFinishReason } from "@trunkline/protocol";

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

/** QUIRK(mistral, openrouter): a finish reason `error` says that generation broke, under status 200. */
export const isErrorFinish = (reason: unknown): boolean => reason === "error";
