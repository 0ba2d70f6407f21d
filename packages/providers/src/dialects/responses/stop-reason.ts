import { arrayOf, objectOf, type ChatFinishReason, type JsonObject } from "@trunkline/protocol";

const CALLS = new Set(["function_call", "custom_tool_call"]);

export const isCall = (item: JsonObject): boolean => CALLS.has(String(item["type"]));

/** How a response ended; null while it has not, or where it failed. `called`: a call was seen, which the status does not tell. */
export function finishReasonFrom(response: JsonObject, called = false): ChatFinishReason | null {
  if (response["status"] === "incomplete") return objectOf(response["incomplete_details"])["reason"] === "content_filter" ? "content_filter" : "length";
  if (response["status"] !== "completed") return null;
  return called || arrayOf(response["output"]).map(objectOf).some(isCall) ? "tool_calls" : "stop";
}
