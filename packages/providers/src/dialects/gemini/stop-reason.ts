import type { ChatFinishReason } from "@trunkline/protocol";

/** https://ai.google.dev/api/generate-content#FinishReason. null for a blank and for a broken answer; tool calls end with STOP here, which the caller of this tells apart. */
export function finishReasonFrom(reason: unknown): ChatFinishReason | null {
  switch (reason) {
    case undefined: case null: case "": case "FINISH_REASON_UNSPECIFIED": return null;
    case "MAX_TOKENS": return "length";
    case "SAFETY": case "RECITATION": case "BLOCKLIST": case "PROHIBITED_CONTENT": case "SPII": case "LANGUAGE":
    case "IMAGE_SAFETY": case "IMAGE_PROHIBITED_CONTENT": case "IMAGE_RECITATION": return "content_filter";
    default: return "stop";
  }
}

/** The model wrote a call that nobody can run: the attempt failed unless something else came with it. */
export const isBrokenFinish = (reason: unknown): boolean => reason === "MALFORMED_FUNCTION_CALL" || reason === "UNEXPECTED_TOOL_CALL" || reason === "MALFORMED_RESPONSE";
