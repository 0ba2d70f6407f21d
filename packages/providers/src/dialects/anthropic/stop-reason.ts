import type { ChatFinishReason } from "@trunkline/protocol";

/** https://docs.anthropic.com/en/api/handling-stop-reasons. null for a blank; an unknown word counts as a normal end. */
export function finishReasonFrom(reason: unknown): ChatFinishReason | null {
  switch (reason) {
    case undefined: case null: case "": return null;
    case "max_tokens": case "model_context_window_exceeded": return "length";
    case "tool_use": return "tool_calls";
    case "refusal": return "content_filter";
    default: return "stop";
  }
}
