import type { ChatFinishReason } from "@trunkline/protocol";

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (`stopReason`). null for a blank; an unknown word counts as a normal end. */
export function finishReasonFrom(reason: unknown): ChatFinishReason | null {
  switch (reason) {
    case undefined: case null: case "": return null;
    case "max_tokens": case "model_context_window_exceeded": return "length";
    case "tool_use": return "tool_calls";
    case "content_filtered": case "guardrail_intervened": return "content_filter";
    default: return "stop";
  }
}

/** The model wrote what nobody can read: the attempt failed unless something else came with it. */
export const isBrokenFinish = (reason: unknown): boolean => reason === "malformed_model_output" || reason === "malformed_tool_use";
