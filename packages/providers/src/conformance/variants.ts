import { isJsonObject, parseJsonObject, type JsonObject } from "@trunkline/protocol";
import type { RecordedWire } from "./recorded-wires.ts";

/** The same answer as another server, proxy or version of the provider might send it. What it says must stay the same. */
export interface Variant { readonly name: string; readonly bytes: Uint8Array }

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  return isJsonObject(value) ? Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, reversed(inner)])) : value;
};

/** A field that nobody knows, in every object but those whose fields are the model's own words or name an event. */
const OPAQUE = new Set(["input", "args", "arguments", "parameters", "schema", "json", "metadata", "logit_bias"]);
const extended = (value: unknown, depth = 0): unknown => {
  if (Array.isArray(value)) return value.map((inner) => extended(inner, depth + 1));
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value).map(([key, inner]) => [key, OPAQUE.has(key) ? inner : extended(inner, depth + 1)] as const);
  return { ...Object.fromEntries(fields), x_new_field: { a: [1, null, "}"] } };
};

const mapped = (line: string, change: (value: JsonObject) => unknown): string => {
  const value = parseJsonObject(line);
  return value === null ? line : JSON.stringify(change(value));
};

const UNKNOWN_EVENTS: Readonly<Record<RecordedWire["dialect"], string>> = {
  openai: '{"id":"x","object":"chat.completion.news","choices":[]}', anthropic: '{"type":"content_block_news","index":99}', responses: '{"type":"response.news.added","news":{}}',
  gemini: '{"news":{"a":1}}', bedrock: '{"contentNews":{"a":1}}', cohere: '{"type":"content-news","index":99}',
};

/** Every way in which the events themselves may be written. */
function eventVariants(lines: readonly string[], wire: RecordedWire): Variant[] {
  const written = (name: string, changed: readonly string[]): Variant => ({ name, bytes: Buffer.concat([...changed.map((line) => wire.frame(line)), Buffer.from(wire.terminator)]) });
  const wrapped = wire.dialect === "bedrock";
  return [
    written("fields in another order", lines.map((line) => mapped(line, reversed as (value: JsonObject) => unknown))),
    written("fields that nobody knows", lines.map((line) => mapped(line, (value) => (wrapped ? Object.fromEntries(Object.entries(value).map(([type, body]) => [type, extended(body)])) : extended(value))))),
    written("events that nobody knows", lines.flatMap((line, index) => (index === 0 ? [line] : [UNKNOWN_EVENTS[wire.dialect], line]))),
  ];
}

/** Every way in which server-sent events may be framed. */
function framingVariants(lines: readonly string[], wire: RecordedWire): Variant[] {
  const frames = [...lines.map((line) => Buffer.from(wire.frame(line)).toString("utf8")), ...(wire.terminator === "" ? [] : [wire.terminator])];
  const of = (name: string, text: string): Variant => ({ name, bytes: Buffer.from(text) });
  return [
    of("CRLF line ends", frames.join("").replaceAll("\n", "\r\n")),
    of("CR line ends", frames.join("").replaceAll("\n", "\r")),
    of("comments between events", `: open\n\n${frames.map((frame) => `: keep-alive\n\n${frame}`).join("")}`),
    of("comments, ids and retries within events", frames.map((frame, index) => `: x\nid: ${index}\nretry: 10\n${frame}`).join("")),
    of("no space behind the colon", frames.join("").replaceAll("data: ", "data:")),
    of("a byte order mark", `\ufeff${frames.join("")}`),
    of("no blank line at the end", frames.join("").trimEnd()),
    of("blank lines more than needed", frames.join("\n\n\n")),
  ];
}

export const variantsOf = (lines: readonly string[], wire: RecordedWire): readonly Variant[] => [...eventVariants(lines, wire), ...(wire.dialect === "bedrock" ? [] : framingVariants(lines, wire))];
