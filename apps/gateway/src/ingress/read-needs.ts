import type { Need } from "@trunkline/contracts";

/** Content part types of both wires, and what a model must be able to do to read them. */
const PART_NEEDS: Readonly<Record<string, Need>> = { image_url: "vision", image: "vision", input_image: "vision", file: "pdf", input_file: "pdf", document: "pdf", input_audio: "audio" };

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
/** Longer strings in an attachment are base64, which is not charged by its length; shorter ones are prose or an address. */
const ATTACHMENT_CHARS_MIN = 1_024;

export interface InputSize {
  /** Likely tokens of the text alone: what an estimated charge is made of, so it leaves out the JSON around the text. */
  readonly likely: number;
  /** Never too low: a byte-level token covers at least one byte of the body. */
  readonly most: number;
}

/** How large the input of a body of `bodyBytes` is. `parts`: every value that becomes input, such as messages, the system text and tools. */
export function measureInput(bodyBytes: number, parts: readonly unknown[], tokensOf: (bytes: number) => number): InputSize {
  const size = { text: 0, hidden: 0, attachments: 0 };
  for (const part of parts) if (part != null) measure(part, size);
  const attached = size.attachments * ATTACHMENT_TOKENS;
  return { likely: tokensOf(size.text) + attached, most: Math.max(bodyBytes - size.hidden, 0) + attached };
}

/** Field names that label text and are not read by a model as such. */
const LABELS: ReadonlySet<string> = new Set(["role", "type", "id", "tool_call_id", "tool_use_id", "cache_control"]);

function measure(value: unknown, size: { text: number; hidden: number; attachments: number }): void {
  if (typeof value === "string") { size.text += Buffer.byteLength(value); return; }
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) { for (const item of value) measure(item, size); return; }
  const fields = value as Readonly<Record<string, unknown>>;
  if (typeof fields["type"] === "string" && PART_NEEDS[fields["type"]] !== undefined) {
    size.attachments++;
    size.hidden += longStringBytes(fields);
    return;
  }
  for (const name in fields) if (!LABELS.has(name)) measure(fields[name], size);
}

function longStringBytes(fields: Readonly<Record<string, unknown>>): number {
  let bytes = 0;
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === "string") bytes += value.length >= ATTACHMENT_CHARS_MIN ? value.length : 0;
    else if (typeof value === "object" && value !== null) bytes += longStringBytes(value as Record<string, unknown>);
  }
  return bytes;
}
