import type { z } from "zod";

/** A fault of input: where it is (`messages[0].role`; empty for the whole) and what to do, in words that follow that name. */
export interface InputFault { readonly path: string; readonly message: string }

const MESSAGE_CHARS_MAX = 200;

/** Every fault that a schema found, in its order. No message echoes a value. */
export const inputFaults = (error: z.ZodError): readonly InputFault[] => error.issues.map((issue) => ({ path: pathText(issue.path), message: messageOf(issue) }));

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type": return issue.message.endsWith("received undefined") ? `is required: send ${withArticle(issue.expected)}` : issue.message.startsWith("Invalid input") ? `must be ${withArticle(issue.expected)}` : issue.message;
    case "invalid_value": return issue.values.length === 1 ? `must be ${quoted(issue.values[0])}` : `must be one of ${issue.values.map(quoted).join(", ")}`.slice(0, MESSAGE_CHARS_MAX);
    case "unrecognized_keys": return `${issue.keys.length === 1 ? "holds a field" : "holds fields"} unknown here: ${issue.keys.map((key) => `\`${key}\``).join(", ")}`.slice(0, MESSAGE_CHARS_MAX);
    case "too_small": return issue.message.startsWith("Too small") ? UNITS[issue.origin] && Number(issue.minimum) === 1 ? "must not be empty" : sized(issue.origin, `at least ${issue.minimum}`) : issue.message;
    case "too_big": return issue.message.startsWith("Too big") ? sized(issue.origin, `at most ${issue.maximum}`) : issue.message;
    case "invalid_union": return issue.message === "Invalid input" ? "has none of the forms that are taken here" : issue.message;
    default: return issue.message.replace(/^Invalid (?:input|option|string): /, "").slice(0, MESSAGE_CHARS_MAX);
  }
}

/** One sentence about a fault, with the name marked as code where `mark` is given. Messages that are sentences of their own stay so. */
export function faultSentence({ path, message }: InputFault, mark = ""): string {
  const end = /[.!?]$/.test(message) ? "" : ".";
  if (/^[A-Z]/.test(message)) return path ? `${mark}${path}${mark}: ${message}${end}` : `${message}${end}`;
  return path ? `${mark}${path}${mark} ${message}${end}` : `The body ${message}${end}`;
}

const UNITS: Readonly<Record<string, string>> = { string: "characters", array: "entries", set: "entries", map: "entries", file: "bytes" };
const sized = (origin: string, bound: string): string => UNITS[origin] ? `must have ${bound} ${UNITS[origin]}` : `must be ${bound}`;
const quoted = (value: unknown): string => typeof value === "string" ? `"${value}"` : String(value);
const withArticle = (type: string): string => type === "int" ? "a whole number" : `${/^[aeio]/.test(type) ? "an" : "a"} ${type}`;

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${String(step)}` : String(step), "");
}
