/**
 * Decides whether an answer under status 200 is worth nothing to its caller: empty, a call whose arguments cannot be read,
 * or text that is not in the form that was demanded. Such an attempt has failed before any content, so another candidate may
 * serve. It promises never to judge an answer that was cut at the caller's own limit, filtered, or refused in words. A schema that
 * is `strict` is a promise and holds for the whole answer; of any other, which is advice, it looks at the outermost object alone.
 * Of a stream it judges only whether there was anything in it.
 */
import type { Failure, TokenUsage } from "@trunkline/contracts";
import { arrayOf, isJsonObject, objectOf, parseJsonObject, textOf, type ChatFinishReason, type JsonObject } from "@trunkline/protocol";
import { failureOf } from "../failures/failure.ts";
import { judgeBySchema } from "./answer-schema.ts";

export interface PlainAnswer {
  /** The first choice's message in the hub form. */
  readonly message: JsonObject;
  readonly finishReason: ChatFinishReason | null;
  readonly hasContent: boolean;
  readonly usage: TokenUsage | null;
  /** `response_format` in the hub form; absent where none was demanded. */
  readonly format: unknown;
}

/** Callers know that models like to fence JSON, and unwrap it. */
const FENCE = /^\s*```/;

/** Null for an answer that counts. */
export function softFailure({ message, finishReason, hasContent, usage, format }: PlainAnswer): Failure | null {
  if (finishReason !== "stop" && finishReason !== "tool_calls") return null;
  const calls = arrayOf(message["tool_calls"]);
  if (calls.length > 0) return calls.every(isReadable) ? null : broken("The provider's model wrote a tool call whose arguments are not valid JSON.");
  if (!hasContent) return usage && usage.outputTokens + usage.reasoningTokens > 0 ? null : broken("The provider sent an empty answer.");
  const { content } = message;
  if (!isJsonObject(format) || typeof content !== "string" || textOf(message["refusal"]) !== "") return null;
  return hasDemandedForm(content, format) ? null : failureOf("form_violation", { status: 200, message: "The provider's model did not answer in the demanded JSON form." });
}

/**
 * The same for a stream that ended as an ordinary answer does, and showed nothing at all. Other reasons of an end say why nothing was
 * shown (cut at the caller's limit, filtered, calls), and so does output that was counted but is not shown.
 */
export function emptyStream(finishReason: ChatFinishReason | null, { hasContent, usage }: Pick<PlainAnswer, "hasContent" | "usage">): Failure | null {
  if (finishReason !== "stop" || hasContent || (usage && usage.outputTokens + usage.reasoningTokens > 0)) return null;
  return broken("The provider sent an empty answer.");
}

const broken = (message: string): Failure => failureOf("protocol_violation", { status: 200, message });

function isReadable(call: unknown): boolean {
  const given = objectOf(objectOf(call)["function"])["arguments"];
  return typeof given !== "string" || given.trim() === "" || parseJsonObject(given) !== null;
}

/** What the judge of schemas gives up on is judged like advice. */
function hasDemandedForm(text: string, format: JsonObject): boolean {
  const { strict, schema } = objectOf(format["json_schema"]);
  if (format["type"] !== "json_schema" || strict !== true) return FENCE.test(text) || hasForm(text, format);
  return hasForm(text, format) && judgeBySchema(JSON.parse(text), schema) !== "breaks";
}

function hasForm(text: string, format: JsonObject): boolean {
  if (format["type"] === "json_object") return parseJsonObject(text) !== null;
  if (format["type"] !== "json_schema") return true;
  const schema = objectOf(objectOf(format["json_schema"])["schema"]);
  if (schema["type"] !== "object") return isJson(text);
  const answer = parseJsonObject(text);
  return answer !== null && arrayOf(schema["required"]).every((name) => typeof name !== "string" || Object.hasOwn(answer, name));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
