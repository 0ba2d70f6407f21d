import { isJsonObject, textOf } from "./json-object.ts";

/**
 * Thinking travels through the hub as `reasoning_details` in the form that OpenRouter documents
 * (https://openrouter.ai/docs/use-cases/reasoning-tokens), so that existing clients send it back unchanged. The signature is
 * opaque, and valid only for the provider family that `format` names.
 */
export const ANTHROPIC_REASONING_FORMAT = "anthropic-claude-v1";

export interface ReasoningDetail {
  readonly type: "reasoning.text" | "reasoning.encrypted";
  readonly text?: string;
  readonly signature?: string;
  readonly data?: string;
  readonly format: string;
  readonly index?: number;
}

/** Anthropic `thinking` or `redacted_thinking` block → hub; null for any other block. */
export function detailFromThinking(block: unknown, index: number): ReasoningDetail | null {
  if (!isJsonObject(block)) return null;
  if (block["type"] === "thinking") {
    const signature = textOf(block["signature"]);
    return { type: "reasoning.text", text: textOf(block["thinking"]), ...(signature ? { signature } : {}), format: ANTHROPIC_REASONING_FORMAT, index };
  }
  if (block["type"] === "redacted_thinking") return { type: "reasoning.encrypted", data: textOf(block["data"]), format: ANTHROPIC_REASONING_FORMAT, index };
  return null;
}

/** Hub → Anthropic block; a raw Anthropic block passes. null for another family's state, and for thinking without its signature, which Anthropic refuses. */
export function thinkingFromDetail(detail: unknown): Readonly<Record<string, unknown>> | null {
  if (!isJsonObject(detail)) return null;
  if (detail["type"] === "thinking" || detail["type"] === "redacted_thinking") return detail;
  if (detail["format"] !== ANTHROPIC_REASONING_FORMAT) return null;
  if (detail["type"] === "reasoning.encrypted") return { type: "redacted_thinking", data: textOf(detail["data"]) };
  const signature = textOf(detail["signature"]);
  return detail["type"] === "reasoning.text" && signature ? { type: "thinking", thinking: textOf(detail["text"]), signature } : null;
}

/** A client that gathered a stream may send the text and its signature as two entries of one index: one again. */
export function mergeReasoningDetails(details: readonly unknown[]): unknown[] {
  const merged: unknown[] = [];
  for (const detail of details) {
    const last = merged.at(-1);
    const joins = isJsonObject(detail) && isJsonObject(last) && detail["type"] === "reasoning.text" && last["type"] === "reasoning.text" && !last["signature"] && detail["index"] !== undefined && detail["index"] === last["index"];
    if (joins) merged[merged.length - 1] = { ...last, ...detail, text: textOf(last["text"]) + textOf(detail["text"]) };
    else merged.push(detail);
  }
  return merged;
}
