import { arrayOf, isJsonObject, objectOf, parseJsonObject, textOf, type JsonObject } from "./json-object.ts";

/**
 * Opaque state of a model on the Responses wire. That wire carries it in one place alone: `encrypted_content` of a reasoning
 * item. State of OpenAI's own goes there as it is; state of every other family (signed thinking, signatures of calls) goes there
 * packed and marked, so that it comes back whole, and so that no OpenAI upstream is ever sent what it did not make.
 */
export const OPENAI_REASONING_FORMAT = "openai-responses-v1";

const MARK = "tl1.";

export interface OpaqueState {
  /** `reasoning_details` of the hub. */
  readonly details: readonly unknown[];
  /** `extra_content` of the hub's tool calls, by call id. */
  readonly calls: JsonObject;
}

export const packState = (state: OpaqueState): string => MARK + Buffer.from(JSON.stringify(state)).toString("base64url");

/** null for what the gateway did not pack. */
export function unpackState(encrypted: unknown): OpaqueState | null {
  const text = textOf(encrypted);
  if (!text.startsWith(MARK)) return null;
  const state = parseJsonObject(Buffer.from(text.slice(MARK.length), "base64url").toString("utf8"));
  return { details: arrayOf(state?.["details"]), calls: objectOf(state?.["calls"]) };
}

/** Bytes that hold such a mark somewhere: a cheap question before a dear one. */
export const mayHoldPackedState = (raw: Uint8Array): boolean => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).includes(`"${MARK}`);

/** Items of `input` without the reasoning that only the gateway can read. */
export const withoutPackedState = (input: readonly unknown[]): readonly unknown[] => input.filter((item) => !(isJsonObject(item) && item["type"] === "reasoning" && unpackState(item["encrypted_content"])));

/**
 * A client that believes in stored items refers to the model's earlier reasoning by its id. Nothing is stored, but a conversation can go on
 * without its reasoning, so such a reference is a loss and no error; what was said or called is another matter.
 */
export const isReasoningReference = (item: unknown): boolean => isJsonObject(item) && item["type"] === "item_reference" && textOf(item["id"]).startsWith("rs_");

/** What was said or called and cannot be found: no provider keeps it either, because none is asked to. */
export const isLostReference = (item: unknown): boolean => isJsonObject(item) && item["type"] === "item_reference" && !isReasoningReference(item);
export const lostReferenceText = (path: string): string => `\`${path}\` refers to a stored item, and there is none of that id. Send the item itself (\`store: false\` in your client, so that it does), or let an owner allow storing in the dashboard under Settings ("Keep answers of the Responses API").`;

/** A reasoning item of the wire → what the hub carries of it. */
export function stateFromItem(item: JsonObject): OpaqueState {
  const packed = unpackState(item["encrypted_content"]);
  if (packed) return packed;
  const data = textOf(item["encrypted_content"]);
  return { details: data ? [{ type: "reasoning.encrypted", data, id: textOf(item["id"]), format: OPENAI_REASONING_FORMAT }] : [], calls: {} };
}

/** Details of the hub → `encrypted_content`: OpenAI's own state bare, everything else packed. Always marked, so that a made item is known as one. */
export function encryptedFrom(details: readonly unknown[]): { readonly content: string; readonly id: string | null } {
  const own = details.map(objectOf).find((detail) => detail["format"] === OPENAI_REASONING_FORMAT && textOf(detail["data"]) !== "");
  return own ? { content: textOf(own["data"]), id: textOf(own["id"]) || null } : { content: packState({ details, calls: {} }), id: null };
}
