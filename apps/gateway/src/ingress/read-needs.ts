import type { Need } from "@trunkline/contracts";

/** Content part types of both wires, and what a model must be able to do to read them. */
const PART_NEEDS: Readonly<Record<string, Need>> = { image_url: "vision", image: "vision", input_image: "vision", file: "pdf", document: "pdf", input_audio: "audio" };

interface NeedFields {
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  readonly tools?: readonly unknown[] | null | undefined;
  readonly response_format?: { readonly type: string } | null | undefined;
  readonly reasoning: boolean;
}

/** What a model must be able to do for this body. */
export function readNeeds(fields: NeedFields): readonly Need[] {
  const needs = new Set<Need>();
  if (fields.tools && fields.tools.length > 0) needs.add("tools");
  if (fields.response_format?.type === "json_object") needs.add("json");
  if (fields.response_format?.type === "json_schema") needs.add("json_schema");
  if (fields.reasoning) needs.add("reasoning");
  for (const message of fields.messages) {
    if (!Array.isArray(message["content"])) continue;
    for (const part of message["content"]) {
      const need = PART_NEEDS[String((part as { type?: unknown } | null)?.type)];
      if (need) needs.add(need);
    }
  }
  return [...needs];
}

/** Provider tables run from 85 to 1,600 tokens an image; a page of PDF is of the same order. */
const ATTACHMENT_TOKENS = 1_600;
/** Shorter strings are prose or an address. */
const ATTACHMENT_CHARS_MIN = 1_024;

/**
 * Likely input tokens of a body of `bodyBytes`. Images and files travel as base64 text but are not charged by its length, so their
 * bytes are taken out and a flat amount a part is put in.
 */
export function estimateInputTokens(bodyBytes: number, messages: readonly Readonly<Record<string, unknown>>[], tokensOf: (bytes: number) => number): number {
  let bytes = bodyBytes;
  let attachments = 0;
  for (const message of messages) {
    if (!Array.isArray(message["content"])) continue;
    for (const part of message["content"] as readonly Readonly<Record<string, unknown>>[]) {
      if (!PART_NEEDS[String(part?.["type"])]) continue;
      attachments++;
      bytes -= longStringChars(part);
    }
  }
  return tokensOf(Math.max(bytes, 0)) + attachments * ATTACHMENT_TOKENS;
}

function longStringChars(part: Readonly<Record<string, unknown>>): number {
  let chars = 0;
  for (const value of Object.values(part)) {
    if (typeof value === "string") chars += value.length >= ATTACHMENT_CHARS_MIN ? value.length : 0;
    else if (typeof value === "object" && value !== null) chars += longStringChars(value as Record<string, unknown>);
  }
  return chars;
}
