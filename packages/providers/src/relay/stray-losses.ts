/**
 * Finds what of a conversation only some wires can carry: cache markers, another family's opaque state, the mark of a failed
 * tool, and pictures that a model made. It promises that a dialect which does not name such a thing as carried reports it; the dialects themselves carry it.
 */
import { arrayOf, isJsonObject, type ChatRequest } from "@trunkline/protocol";

/** `cache`: prompt-cache markers. `state`: Gemini's signatures. `toolErrors`: the mark of a tool that failed. `pictures`: those that a model made before. */
export type Carried = "cache" | "state" | "toolErrors" | "pictures";

export function strayLosses({ messages, tools }: Pick<ChatRequest, "messages" | "tools">, ...carried: readonly Carried[]): string[] {
  const losses: string[] = [];
  if (!carried.includes("cache")) {
    if (messages.some(({ content }) => arrayOf(content).some(isMarked))) losses.push("dropped:messages.cache_control");
    if (tools?.some(isMarked)) losses.push("dropped:tools.cache_control");
  }
  if (!carried.includes("state") && messages.some((message) => message["extra_content"] || message.tool_calls?.some((call) => call.extra_content))) losses.push("dropped:extra_content");
  if (!carried.includes("toolErrors") && messages.some((message) => message.role === "tool" && message["is_error"] === true)) losses.push("dropped:messages.is_error");
  if (!carried.includes("pictures") && messages.some(madePictures)) losses.push("dropped:messages.images");
  return losses;
}

const madePictures = (message: ChatRequest["messages"][number]): boolean => message.role === "assistant" && arrayOf(message["images"]).length > 0;

const isMarked = (part: unknown): boolean => isJsonObject(part) && isJsonObject(part["cache_control"]);
