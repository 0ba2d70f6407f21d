import { chatCompletionsBodySchema, COUNT_MAX, MESSAGES_MAX, MODEL_CHARS_MAX, USER_CHARS_MAX, type ChatCompletionsBody } from "./request-fields.ts";

type Check = (value: unknown) => boolean;

const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= COUNT_MAX;
const isWithin = (max: number): Check => (value) => typeof value === "number" && value >= 0 && value <= max;
const isText = (min: number, max: number): Check => (value) => typeof value === "string" && value.length >= min && value.length <= max;
const isBoolean: Check = (value) => typeof value === "boolean";
const ROLES: ReadonlySet<unknown> = new Set(chatCompletionsBodySchema.shape.messages.element.shape.role.options);

function areMessages(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > MESSAGES_MAX) return false;
  for (const message of value as readonly unknown[]) if (typeof message !== "object" || message === null || Array.isArray(message) || !ROLES.has((message as { readonly role?: unknown }).role) || Object.hasOwn(message, "__proto__")) return false;
  return true;
}

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["model", isText(1, MODEL_CHARS_MAX)], ["messages", areMessages], ["stream", isBoolean], ["max_tokens", isCount], ["max_completion_tokens", isCount],
  ["temperature", isWithin(2)], ["top_p", isWithin(1)], ["user", isText(0, USER_CHARS_MAX)],
]);
const SCHEMA_FIELDS: ReadonlySet<string> = new Set(Object.keys(chatCompletionsBodySchema.shape));

/**
 * True only for bodies that the schema accepts as they are: the everyday ones, which the schema's own walk would copy at many times the cost.
 * False says nothing; such a body is left to the schema.
 */
export function isPlainChat(body: Readonly<Record<string, unknown>>): body is ChatCompletionsBody {
  if (body["messages"] === undefined) return false;
  for (const name in body) {
    const check = CHECKS.get(name);
    if (check ? !check(body[name]) : SCHEMA_FIELDS.has(name) || name === "__proto__") return false;
  }
  return true;
}
